//! The help: the keys of each scope, those that hold now first, with what is not possible now and why; searchable.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::page::{Row, lay};
use super::palette::score;
use crate::console::actions::{
    self, ACTIONS, Action, ActionId, Danger, Offer, SCOPES, ScopeId, stack,
};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, View};
use crate::console::keys::Key;
use crate::console::widgets::input::Input;
use crate::console::widgets::popup::frame;
use crate::console::widgets::text::put;
use crate::domain::Said;
use crate::search::matches_beginning;
use crate::{say, text};

/// The keys, above what they are asked for.
pub struct Help {
    /// The scopes that hold below.
    stack: Vec<ScopeId>,
    offers: Vec<Offer>,
    /// What is shown; none when it has to be made anew.
    rows: Option<Vec<Row>>,
    filter: Input,
    typing: bool,
    scroll: usize,
    room: usize,
    lines: usize,
}

impl Help {
    /// The help for what has this scope.
    #[must_use]
    pub fn new(scope: ScopeId) -> Self {
        Self {
            stack: stack(scope),
            offers: Vec::new(),
            rows: None,
            filter: Input::default(),
            typing: false,
            scroll: 0,
            room: 1,
            lines: 0,
        }
    }

    /// Why an action is not possible: in a scope that does not hold now only for want of a right.
    fn refused(&self, scope: ScopeId, action: &Action, model: &Model) -> Option<Said> {
        if action
            .needs
            .is_some_and(|right| !model.access.allows(right))
        {
            return Some(text!(zh: "您的角色不能", en: "not in your role").into());
        }
        let mut here = self.offers.iter().filter(|_| self.stack.contains(&scope));
        here.find(|offer| offer.action.id == action.id)?
            .refused
            .clone()
    }

    fn rows(&self, model: &Model) -> Vec<Row> {
        let others = SCOPES.iter().map(|scope| scope.id);
        let others = others.filter(|scope| !self.stack.contains(scope));
        let all = self.stack.iter().copied().chain(others);
        let mut rows: Vec<Row> = all.flat_map(|scope| self.section(scope, model)).collect();
        if rows.is_empty() {
            let none = text!(zh: "没有符合的按键或操作", en: "No key or action matches");
            rows.push(Row::Text(none.get(model.lang).to_owned(), model.theme.dim));
        }
        rows
    }

    /// The keys of one scope under its name; nothing when none of them is looked for.
    fn section(&self, scope: ScopeId, model: &Model) -> Vec<Row> {
        let lang = model.lang;
        let Some(name) = actions::find_scope(scope).map(|scope| scope.text) else {
            return Vec::new();
        };
        let typed = self.filter.text().trim();
        let mut rows = Vec::new();
        for action in ACTIONS {
            let keys = model.keymap.keys_in(scope, action.id).join("  ");
            if keys.is_empty() || !is_found(action, &keys, [name.zh, name.en], typed) {
                continue;
            }
            let mut text = action.text.get(lang).to_owned();
            if action.danger == Danger::Asks {
                text.push('…');
            }
            let refused = self.refused(scope, action, model);
            let style = match refused {
                Some(_) => model.theme.dim,
                None => model.theme.base,
            };
            if let Some(why) = refused {
                let why = why.get(lang);
                text = say!(lang, zh: "{text}（{why}）", en: "{text} ({why})");
            }
            rows.push(Row::Pair(keys, text, style));
        }
        if !rows.is_empty() {
            rows.insert(0, Row::Head(name.get(lang).to_owned()));
        }
        rows
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

    fn clear(&mut self) {
        self.typing = false;
        self.filter.clear();
        self.search();
    }

    /// Shows what is looked for now.
    fn search(&mut self) {
        self.rows = None;
        self.scroll = 0;
    }
}

/// Whether an action is looked for: by its name or its scope's in either language, or by its keys.
fn is_found(action: &Action, keys: &str, scope: [&str; 2], typed: &str) -> bool {
    let mut keys = keys.split("  ");
    keys.any(|key| key.eq_ignore_ascii_case(typed))
        || score(action, typed).is_some()
        || matches_beginning(&scope, typed).is_some()
}

impl View for Help {
    fn scope(&self) -> ScopeId {
        if self.typing { "filter" } else { "help" }
    }

    fn shows_offers(&self) -> bool {
        true
    }

    fn offers(&mut self, offers: &[Offer]) {
        if self.offers != offers {
            self.offers = offers.to_vec();
            self.rows = None;
        }
    }

    fn language(&mut self, _ctx: &mut Ctx<'_>) {
        self.rows = None;
    }

    fn refuses(&self, action: ActionId, _model: &Model) -> Option<Said> {
        let is_empty = self.filter.text().is_empty();
        (action == "clear-filter" && is_empty).then(super::refusals::no_filter)
    }

    fn hints(&self) -> &'static [ActionId] {
        if self.typing {
            &["accept", "leave", "down", "up"]
        } else {
            &["back", "filter", "page-down", "down", "up", "palette"]
        }
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        if self.scroll(action) {
            return true;
        }
        match action {
            "filter" => self.typing = true,
            "accept" => self.typing = false,
            "back" | "help" if self.filter.text().is_empty() => ctx.close(),
            "clear-filter" | "leave" | "back" | "help" => self.clear(),
            _ => return false,
        }
        true
    }

    fn key(&mut self, key: Key, _ctx: &mut Ctx<'_>) {
        if self.typing && self.filter.key(key) {
            self.search();
        }
    }

    fn paste(&mut self, text: &str, _ctx: &mut Ctx<'_>) {
        if self.typing {
            self.filter.paste(text);
            self.search();
        }
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        let title = text!(zh: "按键帮助", en: "Keys").get(model.lang);
        let wide = area.width.saturating_sub(2).min(80);
        let inner = frame(buf, area, &model.theme, title, (wide, area.height));
        let (mut body, mut caret) = (inner, None);
        if (self.typing || !self.filter.text().is_empty()) && inner.height > 1 {
            let col = put(buf, inner, 1, 0, "/", model.theme.key);
            let line = Rect {
                x: inner.x + col,
                width: inner.width.saturating_sub(col),
                height: 1,
                ..inner
            };
            caret = self.filter.draw(buf, line, model.theme.input);
            body.y += 1;
            body.height -= 1;
        }
        if self.rows.is_none() {
            self.rows = Some(self.rows(model));
        }
        let rows = self.rows.as_deref().unwrap_or_default();
        let lines = lay(rows, usize::from(body.width.saturating_sub(2)), model);
        self.room = usize::from(body.height);
        self.lines = lines.len();
        self.scroll = self.scroll.min(self.lines.saturating_sub(self.room));
        for (at, (label, value, style)) in (0..body.height).zip(lines.iter().skip(self.scroll)) {
            let is_head = value.is_empty();
            let name = if is_head { *style } else { model.theme.key };
            let col = put(buf, body, 1, at, label, name);
            put(buf, body, col, at, value, *style);
        }
        caret.filter(|_| focused && self.typing)
    }
}
