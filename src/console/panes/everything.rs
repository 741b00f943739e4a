//! One search over suppliers, residents and needs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::cells;
use super::page::Page;
use super::refusals;
use super::registry::{moved, put_lines};
use crate::console::actions::{ActionId, ScopeId};
use crate::console::app::model::Model;
use crate::console::app::searching::Everything as Everywhere;
use crate::console::app::view::{Ctx, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::keys::Key;
use crate::console::widgets::input::Input;
use crate::console::widgets::popup::frame;
use crate::console::widgets::table::{Column, Table, TableState, Width};
use crate::console::widgets::text::{grouped, put};
use crate::domain::kinds::Word;
use crate::domain::{Code, Kind, Said};
use crate::search::QueryError;
use crate::{say, text};

/// A line to type into, and what it finds in every registry.
#[derive(Default)]
pub struct Everything {
    typed: Input,
    cancel: Arc<AtomicBool>,
    found: Everywhere,
    /// The text whose result is shown.
    shown: Option<String>,
    wrong: Option<QueryError>,
    state: TableState,
}

impl Everything {
    /// Opens it with a text that is typed already.
    pub fn open(typed: &str, ctx: &mut Ctx<'_>) {
        let mut pane = Self {
            typed: Input::new(typed),
            ..Self::default()
        };
        if !typed.is_empty() {
            pane.ask(ctx);
        }
        ctx.push(pane);
    }

    /// Asks anew; an older question is given up.
    fn ask(&mut self, ctx: &mut Ctx<'_>) {
        self.cancel.store(true, Ordering::Relaxed);
        self.cancel = Arc::default();
        let typed = self.typed.text().to_owned();
        ctx.ask(Request::Everything(typed, Arc::clone(&self.cancel)));
    }

    fn take(&mut self, typed: &str, found: &Result<Everywhere, QueryError>) {
        let again = self.shown.as_deref() == Some(typed);
        self.shown = Some(typed.to_owned());
        self.wrong = found.as_ref().err().cloned();
        let Ok(found) = found else { return };
        let kept = self.selected().filter(|_| again);
        self.found = found.clone();
        self.state.set_len(self.found.best.len());
        let at = kept.and_then(|kept| self.found.best.iter().position(|one| *one == kept));
        match at {
            Some(at) => self.state.select(at),
            None => self.state.top(),
        }
    }

    fn selected(&self) -> Option<(Kind, Code)> {
        self.found.best.get(self.state.selected()?).cloned()
    }

    fn says(&self, model: &Model) -> String {
        let lang = model.lang;
        if self.typed.text().trim().is_empty() {
            let help = text!(
                zh: "姓名、拼音、首字母、编码、电话（完整或后四位）、地址；多个词用空格分开；字段:值 只查该字段，如 状态:暂停",
                en: "a name, pinyin, initials, a code, a telephone number (whole or its last four digits), an address; several words apart by spaces; FIELD:VALUE looks in that field, as in status:paused"
            );
            return help.get(lang).to_owned();
        }
        if self.shown.as_deref() != Some(self.typed.text()) {
            return text!(zh: "正在查找…", en: "searching…")
                .get(lang)
                .to_owned();
        }
        let (all, shown) = (self.found.count, self.found.best.len());
        let count = grouped(all);
        if all > shown {
            return say!(lang, zh: "共 {count} 条，显示最相符的 {shown} 条", en: "{count} found; the best {shown} are shown");
        }
        say!(lang, zh: "共 {count} 条", en: "{count} found")
    }
}

/// Kind, code, name, and what else the registry shows of a record.
fn row(kind: Kind, code: &Code, model: &Model) -> Vec<Line<'static>> {
    let mut cells = cells::row(kind, code, model).into_iter();
    let mut row = vec![Line::from(Span::styled(
        kind.say(model.lang),
        model.theme.dim,
    ))];
    row.extend(cells.by_ref().take(2));
    let mut more: Vec<Span<'static>> = Vec::new();
    for cell in cells.filter(|cell| cell.width() > 0) {
        if !more.is_empty() {
            more.push(Span::raw("  "));
        }
        more.extend(cell.spans);
    }
    row.push(Line::from(more));
    row
}

impl View for Everything {
    fn scope(&self) -> ScopeId {
        "filter"
    }

    fn refuses(&self, action: ActionId, _model: &Model) -> Option<Said> {
        let is_shown = self.shown.as_deref() == Some(self.typed.text());
        match action {
            "accept" if !is_shown && !self.typed.text().is_empty() => {
                Some(text!(zh: "正在查找…", en: "searching…").into())
            }
            "accept" if self.found.best.is_empty() => Some(refusals::no_record()),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [ActionId] {
        &["accept", "down", "up", "leave"]
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        if moved(&mut self.state, action) {
            return true;
        }
        match action {
            "accept" => {
                // What is shown may still be of what was typed before.
                let is_shown = self.shown.as_deref() == Some(self.typed.text());
                if let Some((kind, code)) = self.selected().filter(|_| is_shown) {
                    ctx.push(Page::record(kind, code));
                }
            }
            "leave" => ctx.close(),
            _ => return false,
        }
        true
    }

    fn key(&mut self, key: Key, ctx: &mut Ctx<'_>) {
        let before = self.typed.text().to_owned();
        if self.typed.key(key) && self.typed.text() != before {
            self.ask(ctx);
        }
    }

    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        self.typed.paste(text);
        self.ask(ctx);
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        match answer {
            Answer::Everything(typed, found) if typed == self.typed.text() => {
                self.take(typed, found);
            }
            Answer::Changed(_) => self.ask(ctx),
            _ => {}
        }
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        let title = text!(zh: "查找供方、居民、需求", en: "Search suppliers, residents, needs");
        let size = (
            area.width.saturating_sub(4).min(110),
            area.height.saturating_sub(2).min(30),
        );
        let inner = frame(buf, area, &model.theme, title.get(model.lang), size);
        let col = put(buf, inner, 0, 0, "/", model.theme.key);
        let line = Rect {
            x: inner.x + col,
            width: inner.width.saturating_sub(col),
            height: inner.height.min(1),
            ..inner
        };
        let caret = self.typed.draw(buf, line, model.theme.input);
        let below = Rect {
            y: inner.y + inner.height.min(1),
            height: inner.height.saturating_sub(1),
            ..inner
        };
        let (said, style) = match &self.wrong {
            Some(wrong) => (wrong.said().get(model.lang).to_owned(), model.theme.warn),
            None => (self.says(model), model.theme.dim),
        };
        let list = put_lines(buf, below, &said, style);
        let columns = [
            Column::new("", Width::Fixed(8), 3),
            Column::new("", Width::Fixed(9), 1),
            Column::new("", Width::Fill(10), 0),
            Column::new("", Width::Fill(30), 2),
        ];
        let table = Table {
            columns: &columns,
            empty: "",
            focused,
        };
        let best = &self.found.best;
        table.draw(buf, list, &model.theme, &mut self.state, |i| {
            best.get(i)
                .map(|(kind, code)| row(*kind, code, model))
                .unwrap_or_default()
        });
        caret.filter(|_| focused)
    }
}
