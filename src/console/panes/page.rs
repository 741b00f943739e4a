//! A page of lines above the panes: the details of a record, the rules of a pair, the help.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{detail, edit, need_detail, reasons, reveal, substitute, ways};
use crate::console::app::actions;
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::keys::{ActionId, CONTEXTS};
use crate::console::widgets::popup::frame;
use crate::console::widgets::text::{put, width, wrap};
use crate::desk::News;
use crate::domain::{Code, Kind};
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
    Help(Vec<&'static str>),
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

    /// The keys, those of these contexts first.
    #[must_use]
    pub fn help(contexts: Vec<&'static str>) -> Self {
        Self::new(Subject::Help(contexts))
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
            Subject::Help(_) => text!(zh: "按键帮助", en: "Keys").get(lang).to_owned(),
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
            Subject::Help(contexts) => help(contexts, model),
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

/// The keys of each context, made from the key map; what the user may not do is marked.
fn help(current: &[&'static str], model: &Model) -> Vec<Row> {
    let mut rows = Vec::new();
    let others = CONTEXTS.iter().copied().filter(|c| !current.contains(c));
    for context in current.iter().copied().chain(others) {
        let mut keys: Vec<(ActionId, Vec<String>)> = Vec::new();
        for action in actions::ACTIONS {
            let bound: Vec<String> = model
                .keymap
                .bindings_of(action.id)
                .into_iter()
                .filter(|(at, _)| *at == context)
                .map(|(_, keys)| keys)
                .collect();
            if !bound.is_empty() {
                keys.push((action.id, bound));
            }
        }
        if !keys.is_empty() {
            rows.push(Row::Head(
                actions::context_text(context).get(model.lang).to_owned(),
            ));
        }
        for (id, bound) in keys {
            let text = actions::text_of(id).get(model.lang);
            let (text, style) = if actions::needs(id).is_some_and(|r| !model.access.allows(r)) {
                (
                    say!(model.lang, zh: "{text}（您的角色不能）", en: "{text} (not in your role)"),
                    model.theme.dim,
                )
            } else {
                (text.to_owned(), model.theme.base)
            };
            rows.push(Row::Pair(bound.join("  "), text, style));
        }
    }
    rows
}

/// Lays rows out as lines of label, value and style.
fn lay(rows: &[Row], room: usize, model: &Model) -> Vec<(String, String, Style)> {
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
    fn contexts(&self) -> Vec<&'static str> {
        match self.subject {
            Subject::Help(_) => vec!["help", "everywhere"],
            _ => vec!["detail", "everywhere"],
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
