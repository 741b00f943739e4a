//! A page of lines above the panes: the details of a record, the rules of a pair, what is wrong with the settings.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{detail, edit, need_detail, reasons, refusals, reveal, substitute, ways};
use crate::console::actions::{ActionId, ScopeId, text_of};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::widgets::popup::frame;
use crate::console::widgets::text::{put, width, wrap};
use crate::desk::News;
use crate::domain::{Code, Kind, Said};
use crate::matching::Explanation;
use crate::{say, text};

/// One line of a page: a heading, or a label with its value.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A heading with an empty line above it.
    Head(String),
    /// A label and a value.
    Pair(String, String, Style),
    /// A text over the whole width.
    Text(String, Style),
}

/// What a page shows.
enum Subject {
    Record(Kind, Code),
    Why(Code, Code, Option<Box<Explanation>>),
    Problems,
}

/// A page of lines above the panes.
pub struct Page {
    subject: Subject,
    rows: Option<Vec<Row>>,
    /// Whose personal data the rows show.
    revealed: Option<(Kind, Code)>,
    scroll: usize,
    room: usize,
    lines: usize,
}

impl Page {
    fn new(subject: Subject) -> Self {
        Self {
            subject,
            rows: None,
            revealed: None,
            scroll: 0,
            room: 1,
            lines: 0,
        }
    }

    /// The details of a record.
    #[must_use]
    pub fn record(kind: Kind, code: Code) -> Self {
        Self::new(Subject::Record(kind, code))
    }

    /// Every rule for a pair; ask for [`Request::Why`] with it.
    #[must_use]
    pub fn why(need: Code, supplier: Code) -> Self {
        Self::new(Subject::Why(need, supplier, None))
    }

    /// What is wrong with the user's configuration and key map.
    #[must_use]
    pub fn problems() -> Self {
        Self::new(Subject::Problems)
    }

    fn title(&self, model: &Model) -> String {
        let lang = model.lang;
        match &self.subject {
            Subject::Record(kind, code) => {
                use crate::domain::kinds::Word;
                format!("{} {code}", kind.say(lang))
            }
            Subject::Why(need, supplier, _) => {
                let name = super::cells::supplier_name(supplier, model);
                say!(lang, zh: "为什么 · {name} → {need}", en: "Why · {name} for {need}")
            }
            Subject::Problems => text_of("key-problems").get(lang).to_owned(),
        }
    }

    fn build(&self, model: &Model) -> Vec<Row> {
        match &self.subject {
            Subject::Record(Kind::Supplier, code) => detail::supplier(code, model),
            Subject::Record(Kind::Resident, code) => detail::resident(code, model),
            Subject::Record(_, code) => need_detail::need(code, model),
            Subject::Why(_, _, why) => why.as_ref().map_or_else(
                || vec![Row::Text("…".to_owned(), model.theme.dim)],
                |why| reasons::rules(why, model),
            ),
            Subject::Problems => problems(model),
        }
    }

    fn scroll(&mut self, action: ActionId) -> bool {
        let page = self.room.saturating_sub(1).max(1);
        self.scroll = match action {
            "up" => self.scroll.saturating_sub(1),
            "down" => self.scroll + 1,
            "page-up" => self.scroll.saturating_sub(page),
            "page-down" => self.scroll + page,
            "top" => 0,
            "bottom" => self.lines,
            _ => return false,
        };
        true
    }
}

/// What is wrong with the user's files, and what lists it outside of the console.
fn problems(model: &Model) -> Vec<Row> {
    let (lang, base) = (model.lang, model.theme.base);
    let said = model.problems.iter().flat_map(|said| {
        let text = said.get(lang).to_owned();
        [Row::Text(text, base), Row::Text(" ".to_owned(), base)]
    });
    let more = text!(zh: "在命令行里用 matchdesk keys check 和 matchdesk config 检查；改好后重新打开操作台。", en: "matchdesk keys check and matchdesk config list these on the command line; open the console again when they are mended.");
    said.chain([Row::Text(more.get(lang).to_owned(), model.theme.dim)])
        .collect()
}

/// Lays rows out as lines of label, value and style.
pub(super) fn lay(rows: &[Row], room: usize, model: &Model) -> Vec<(String, String, Style)> {
    let labels = rows.iter().map(|row| match row {
        Row::Pair(label, ..) => width(label),
        _ => 0,
    });
    let label = (labels.max().unwrap_or(0) + 2).min(room / 2);
    let mut out: Vec<(String, String, Style)> = Vec::new();
    for row in rows {
        match row {
            Row::Head(text) => {
                if !out.is_empty() {
                    out.push((String::new(), String::new(), model.theme.base));
                }
                out.push((text.clone(), String::new(), model.theme.title));
            }
            Row::Pair(name, value, style) => {
                let mut name = name.clone();
                let pad = " ".repeat(label.saturating_sub(width(&name)));
                name.push_str(&pad);
                let parts = wrap(value, room.saturating_sub(label).max(1));
                let blank = " ".repeat(label);
                for (i, part) in parts.into_iter().enumerate() {
                    let head = if i == 0 { name.clone() } else { blank.clone() };
                    out.push((head, part, *style));
                }
            }
            Row::Text(text, style) => {
                for part in wrap(text, room.max(1)) {
                    out.push((String::new(), part, *style));
                }
            }
        }
    }
    out
}

impl View for Page {
    fn scope(&self) -> ScopeId {
        "detail"
    }

    fn refuses(&self, action: ActionId, model: &Model) -> Option<Said> {
        match &self.subject {
            Subject::Record(kind, code) => refusals::of_record(action, *kind, code, model),
            _ => refusals::of_no_record(action),
        }
    }

    fn hints(&self) -> &'static [ActionId] {
        match self.subject {
            Subject::Record(Kind::Need, _) => &[
                "back",
                "outcome",
                "ways",
                "substitute",
                "unmatch",
                "cancel-need",
                "edit",
                "why-other",
                "page-down",
            ],
            Subject::Record(Kind::Resident, _) => &["back", "add", "edit", "reveal", "page-down"],
            Subject::Record(..) => &["back", "edit", "reveal", "page-down"],
            _ => &["back", "down", "up", "page-down"],
        }
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        if self.scroll(action) {
            return true;
        }
        match (action, &self.subject) {
            ("reveal", Subject::Record(kind @ (Kind::Supplier | Kind::Resident), code)) => {
                reveal::ask(*kind, code, false, ctx);
            }
            ("reveal", Subject::Record(Kind::Need, code)) => reveal::ask_of_need(code, ctx),
            ("edit", Subject::Record(kind, code)) => edit::edit(*kind, code, ctx),
            ("add", Subject::Record(Kind::Resident, code)) => edit::add_need(Some(code), ctx),
            ("unmatch", Subject::Record(Kind::Need, code)) => edit::unmatch(code, ctx),
            ("outcome", Subject::Record(Kind::Need, code)) => edit::outcome(code, None, ctx),
            ("cancel-need", Subject::Record(Kind::Need, code)) => edit::cancel(code, ctx),
            ("why-other", Subject::Record(Kind::Need, code)) => edit::ask_why(code, ctx),
            ("why-other", Subject::Record(Kind::Supplier, code)) => edit::ask_why_of(code, ctx),
            ("ways", Subject::Record(Kind::Need, code)) => ways::open(code, ctx),
            ("substitute", Subject::Record(Kind::Need, code)) => substitute::ask(code, ctx),
            _ => return false,
        }
        true
    }

    fn answer(&mut self, answer: &Answer, _ctx: &mut Ctx<'_>) {
        if let (Subject::Why(need, supplier, kept), Answer::Why(n, s, Ok(why))) =
            (&mut self.subject, answer)
            && (&*need, &*supplier) == (n, s)
        {
            *kept = Some(Box::new(why.clone()));
            self.rows = None;
        }
    }

    fn news(&mut self, news: &News, ctx: &mut Ctx<'_>) {
        self.rows = None;
        if let Subject::Why(need, supplier, _) = &self.subject
            && news.changed()
        {
            ctx.ask(Request::Why(need.clone(), supplier.clone()));
        }
    }

    fn record(&self) -> Option<(Kind, &Code)> {
        match &self.subject {
            Subject::Record(kind, code) => Some((*kind, code)),
            _ => None,
        }
    }

    fn language(&mut self, _ctx: &mut Ctx<'_>) {
        self.rows = None;
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        _focused: bool,
    ) -> Option<Position> {
        if self.rows.is_none() || self.revealed != model.revealed {
            self.rows = Some(self.build(model));
            self.revealed.clone_from(&model.revealed);
        }
        let rows = self.rows.as_deref().unwrap_or_default();
        let most = area.width.saturating_sub(2).min(100);
        let title = self.title(model);
        let lines = lay(rows, usize::from(most.saturating_sub(4)), model);
        let widest = lines
            .iter()
            .map(|(label, value, _)| width(label) + width(value));
        let widest = widest.max().unwrap_or(0).max(width(&title) + 2).max(40);
        let wide = most.min(u16::try_from(widest + 4).unwrap_or(most));
        let tall = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        let inner = frame(buf, area, &model.theme, &title, (wide, tall));
        self.room = usize::from(inner.height);
        self.lines = lines.len();
        self.scroll = self.scroll.min(self.lines.saturating_sub(self.room));
        for (at, (label, value, style)) in (0..inner.height).zip(lines.iter().skip(self.scroll)) {
            let name = if value.is_empty() {
                *style
            } else {
                model.theme.dim
            };
            let col = put(buf, inner, 1, at, label, name);
            put(buf, inner, col, at, value, *style);
        }
        None
    }
}
