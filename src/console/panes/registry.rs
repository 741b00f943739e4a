//! A registry as a list: suppliers, or needs and residents by turns.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::page::Page;
use super::{cells, edit, refusals, reveal, substitute, ways};
use crate::console::actions::{ActionId, ScopeId};
use crate::console::app::model::{Model, Names};
use crate::console::app::view::{Ctx, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::keys::Key;
use crate::console::widgets::input::Input;
use crate::console::widgets::table::{Table, TableState};
use crate::console::widgets::text::{put, wrap};
use crate::desk::News;
use crate::domain::{Code, Kind, Said};
use crate::search::{Found, QueryError};
use crate::{say, text};

/// One kind's list and where one is in it.
struct Shelf {
    kind: Kind,
    found: Found,
    /// What is wrong with the filter.
    wrong: Option<QueryError>,
    state: TableState,
    filter: Input,
    loaded: bool,
    cancel: Arc<AtomicBool>,
    cache: HashMap<Code, Vec<Line<'static>>>,
    /// The text whose result is shown.
    shown: String,
    /// The version of the registry when its list was asked for last; none when what may be seen can be another since.
    version: Option<u64>,
}

impl Shelf {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            found: Found::nothing(kind),
            wrong: None,
            state: TableState::default(),
            filter: Input::default(),
            loaded: false,
            cancel: Arc::default(),
            cache: HashMap::new(),
            shown: String::new(),
            version: None,
        }
    }

    fn selected(&self) -> Option<Code> {
        self.found.code(self.state.selected()?)
    }

    /// Asks for the list anew; an older question is given up.
    fn ask(&mut self, ctx: &mut Ctx<'_>) {
        self.cancel.store(true, Ordering::Relaxed);
        self.cancel = Arc::default();
        let text = self.filter.text().to_owned();
        ctx.ask(Request::List(self.kind, text, Arc::clone(&self.cancel)));
    }

    /// Asks again when the registry has changed. What is on its way stays so: others may change something all the time.
    fn ask_again(&mut self, ctx: &mut Ctx<'_>) {
        let version = ctx.model.library.book(self.kind).version();
        if self.version.replace(version) == Some(version) {
            return;
        }
        let text = self.filter.text().to_owned();
        ctx.ask(Request::List(self.kind, text, Arc::clone(&self.cancel)));
    }

    /// Whether something of a record of a kind stands in its rows.
    fn shows(&self, kind: Kind) -> bool {
        match kind {
            Kind::Match | Kind::Service => self.kind == Kind::Need,
            Kind::Resident => self.kind != Kind::Supplier,
            Kind::Supplier | Kind::Need => self.kind == kind,
            Kind::Settings | Kind::Grant => false,
            _ => true,
        }
    }

    /// Takes a list and keeps the selection on its record; a new filter begins at its best match. A filter that can't be
    /// read shows what is wrong and leaves the list.
    fn take(&mut self, found: &Result<Found, QueryError>, again: bool) {
        self.loaded = true;
        self.wrong = found.as_ref().err().cloned();
        let Ok(found) = found else { return };
        let kept = self.selected().filter(|_| again);
        let is_same = again && Arc::ptr_eq(&found.positions, &self.found.positions);
        self.found = found.clone();
        if is_same {
            return;
        }
        self.state.set_len(self.found.len());
        let at = kept.and_then(|code| self.found.place(&code));
        match at {
            Some(at) => self.state.select(at),
            None if !again => self.state.top(),
            None => {}
        }
    }
}

/// The kinds whose changes may change what somebody may see.
const SCOPE: [Kind; 4] = [Kind::Grant, Kind::Resident, Kind::Street, Kind::Community];

/// The pane of a registry.
pub struct Registry {
    shelves: Vec<Shelf>,
    current: usize,
    typing: bool,
    /// The names that the rows were made with.
    names: Arc<Names>,
}

impl Registry {
    /// A registry of these kinds, the first in front.
    #[must_use]
    pub fn new(kinds: &[Kind]) -> Self {
        Self {
            shelves: kinds.iter().map(|&kind| Shelf::new(kind)).collect(),
            current: 0,
            typing: false,
            names: Arc::default(),
        }
    }

    fn is_empty(&self) -> bool {
        let shelf = self.shelves.get(self.current);
        shelf.is_none_or(|shelf| shelf.state.is_empty())
    }

    fn shelf(&mut self) -> Option<&mut Shelf> {
        self.shelves.get_mut(self.current)
    }

    fn kind(&self) -> Kind {
        self.shelves
            .get(self.current)
            .map_or(Kind::Supplier, |shelf| shelf.kind)
    }

    fn is_demand(&self) -> bool {
        self.shelves.len() > 1
    }

    fn refilter(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(shelf) = self.shelf() {
            shelf.ask(ctx);
        }
    }

    /// What is asked about the selected record.
    fn ask(&mut self, action: ActionId, ctx: &mut Ctx<'_>) {
        let kind = self.kind();
        let Some(code) = self.shelf().and_then(|shelf| shelf.selected()) else {
            return;
        };
        match (action, kind) {
            ("open", _) => ctx.push(Page::record(kind, code)),
            ("edit", _) => edit::edit(kind, &code, ctx),
            ("reveal", _) => reveal::ask_of(kind, &code, ctx),
            ("why-other", Kind::Supplier) => edit::ask_why_of(&code, ctx),
            ("why-other", Kind::Need) => edit::ask_why(&code, ctx),
            ("ways", Kind::Need) => ways::open(&code, ctx),
            ("substitute", Kind::Need) => substitute::ask(&code, ctx),
            ("cancel-need", Kind::Need) => edit::cancel(&code, ctx),
            _ => {}
        }
    }

    fn turn_over(&mut self, ctx: &mut Ctx<'_>) {
        self.current = (self.current + 1) % self.shelves.len().max(1);
        if self.shelf().is_some_and(|shelf| !shelf.loaded) {
            self.refilter(ctx);
        }
    }

    fn move_to(&mut self, action: ActionId) -> bool {
        self.shelf()
            .is_some_and(|shelf| moved(&mut shelf.state, action))
    }

    fn title(&self, model: &Model) -> String {
        let lang = model.lang;
        let name = match self.kind() {
            Kind::Supplier => text!(zh: "供方", en: "Supply"),
            Kind::Resident => text!(zh: "需方 · 居民", en: "Demand · residents"),
            _ => text!(zh: "需方 · 需求", en: "Demand · needs"),
        };
        let place = self.shelves.get(self.current).map(|s| s.state.position());
        format!("{} {}", name.get(lang), place.unwrap_or_default())
    }

    fn empty(&self, model: &Model) -> String {
        let lang = model.lang;
        let shelf = self.shelves.get(self.current);
        let (loaded, filtered) =
            shelf.map_or((false, false), |s| (s.loaded, !s.filter.text().is_empty()));
        let key = |action| model.key("demand", action);
        match (loaded, filtered, self.kind()) {
            (false, ..) => text!(zh: "正在载入…", en: "loading…").get(lang).to_owned(),
            (_, true, _) => {
                let key = key("clear-filter");
                say!(lang, zh: "没有符合的记录。按 {key} 清除筛选。", en: "Nothing matches. {key} clears the filter.")
            }
            (.., Kind::Supplier) => {
                let add = key("add");
                say!(lang, zh: "还没有供方。按 {add} 新增，或退出后用 matchdesk import suppliers 文件 导入。", en: "No suppliers yet. Press {add} to add one, or leave and run matchdesk import suppliers FILE.")
            }
            (.., Kind::Resident) => {
                let add = key("add-resident");
                say!(lang, zh: "还没有居民。按 {add} 新增。", en: "No residents yet. Press {add} to add one.")
            }
            _ => {
                let (add, other) = (key("add"), key("other-list"));
                say!(lang, zh: "还没有需求。按 {add} 登记一条，按 {other} 看居民。", en: "No needs yet. Press {add} to enter one, {other} to see the residents.")
            }
        }
    }
}

/// Puts a text on the first lines of an area; gives what is left of it.
pub fn put_lines(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> Rect {
    let mut left = area;
    for line in wrap(text, usize::from(area.width)) {
        if left.height > 1 {
            put(buf, left, 0, 0, &line, style);
            left.y += 1;
            left.height -= 1;
        }
    }
    left
}

/// Moves a selection as an action says; false for other actions.
pub fn moved(state: &mut TableState, action: ActionId) -> bool {
    match action {
        "up" => state.up(),
        "down" => state.down(),
        "page-up" => state.page_up(),
        "page-down" => state.page_down(),
        "top" => state.top(),
        "bottom" => state.bottom(),
        _ => return false,
    }
    true
}

impl View for Registry {
    fn scope(&self) -> ScopeId {
        match (self.typing, self.is_demand()) {
            (true, _) => "filter",
            (false, true) => "demand",
            (false, false) => "registry",
        }
    }

    fn refuses(&self, action: ActionId, model: &Model) -> Option<Said> {
        let shelf = self.shelves.get(self.current)?;
        match action {
            "clear-filter" if shelf.filter.text().is_empty() => Some(refusals::no_filter()),
            "back" if shelf.filter.text().is_empty() => Some(refusals::nothing_open()),
            "open" | "edit" | "reveal" | "why-other" | "ways" | "substitute" | "cancel-need" => {
                match shelf.selected() {
                    Some(code) => refusals::of_record(action, shelf.kind, &code, model),
                    None => Some(refusals::no_record()),
                }
            }
            _ => None,
        }
    }

    fn hints(&self) -> &'static [ActionId] {
        match (self.typing, self.is_demand()) {
            (true, _) => &["accept", "leave", "down", "up"],
            (false, true) => &[
                "open",
                "filter",
                "add",
                "edit",
                "other-list",
                "cancel-need",
                "add-resident",
            ],
            (false, false) => &["open", "filter", "add", "edit"],
        }
    }

    fn start(&mut self, ctx: &mut Ctx<'_>) {
        for shelf in &mut self.shelves {
            shelf.cache.clear();
            shelf.ask(ctx);
        }
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        if self.move_to(action) {
            return true;
        }
        match action {
            "add" => edit::add(self.kind(), ctx),
            "add-resident" => edit::add(Kind::Resident, ctx),
            "open" | "edit" | "reveal" | "why-other" | "ways" | "substitute" | "cancel-need" => {
                self.ask(action, ctx);
            }
            "other-list" => self.turn_over(ctx),
            "filter" => self.typing = true,
            "accept" => self.typing = false,
            "clear-filter" | "leave" | "back" => {
                self.typing = false;
                if let Some(shelf) = self.shelf() {
                    shelf.filter.clear();
                }
                self.refilter(ctx);
            }
            _ => return false,
        }
        true
    }

    fn key(&mut self, key: Key, ctx: &mut Ctx<'_>) {
        if self.typing && self.shelf().is_some_and(|shelf| shelf.filter.key(key)) {
            self.refilter(ctx);
        }
    }

    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        if self.typing {
            if let Some(shelf) = self.shelf() {
                shelf.filter.paste(text);
            }
            self.refilter(ctx);
        }
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        match answer {
            Answer::List(kind, text, found) => {
                if let Some(shelf) = self.shelves.iter_mut().find(|s| s.kind == *kind)
                    && shelf.filter.text() == text
                {
                    let again = shelf.shown == *text;
                    shelf.take(found, again);
                    shelf.shown.clone_from(text);
                }
            }
            Answer::Names(_) | Answer::Loaded(_) => {
                for shelf in &mut self.shelves {
                    shelf.cache.clear();
                }
            }
            Answer::Changed(names) => {
                let renamed = !Arc::ptr_eq(&self.names, names);
                self.names = Arc::clone(names);
                for shelf in &mut self.shelves {
                    if renamed {
                        shelf.cache.clear();
                    }
                    shelf.ask_again(ctx);
                }
            }
            _ => {}
        }
    }

    fn news(&mut self, news: &News, _ctx: &mut Ctx<'_>) {
        let kinds: HashSet<Kind> = news
            .changes
            .iter()
            .flat_map(|change| &change.events)
            .map(|event| event.after.kind())
            .collect();
        for shelf in &mut self.shelves {
            if news.missed || kinds.iter().any(|kind| shelf.shows(*kind)) {
                shelf.cache.clear();
            }
            if news.missed || kinds.iter().any(|kind| SCOPE.contains(kind)) {
                shelf.version = None;
            }
        }
    }

    fn language(&mut self, _ctx: &mut Ctx<'_>) {
        for shelf in &mut self.shelves {
            shelf.cache.clear();
        }
    }

    fn tab(&self, model: &Model) -> String {
        if self.is_demand() {
            text!(zh: "需方", en: "Demand").get(model.lang).to_owned()
        } else {
            text!(zh: "供方", en: "Supply").get(model.lang).to_owned()
        }
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        let block = model.theme.block(&self.title(model), focused);
        let inner = block.inner(area);
        block.render(area, buf);
        let empty = if self.is_empty() {
            self.empty(model)
        } else {
            String::new()
        };
        let typing = self.typing && focused;
        let shelf = self.shelf()?;
        let filtering = typing || !shelf.filter.text().is_empty();
        let (mut list, mut caret) = (inner, None);
        if filtering && inner.height > 1 {
            list.y += 1;
            list.height -= 1;
            let col = put(buf, inner, 0, 0, "/", model.theme.key);
            let line = Rect {
                x: inner.x + col,
                width: inner.width.saturating_sub(col),
                height: 1,
                ..inner
            };
            let at = shelf.filter.draw(buf, line, model.theme.input);
            caret = at.filter(|_| typing);
            if let Some(wrong) = &shelf.wrong {
                list = put_lines(buf, list, wrong.said().get(model.lang), model.theme.warn);
            }
        }
        let columns = cells::columns(shelf.kind, model.lang);
        let table = Table {
            columns: &columns,
            empty: &empty,
            focused,
        };
        if shelf.cache.len() > 1000 {
            shelf.cache.clear();
        }
        let (found, cache, kind) = (&shelf.found, &mut shelf.cache, shelf.kind);
        table.draw(buf, list, &model.theme, &mut shelf.state, |i| {
            let Some(code) = found.code(i) else {
                return Vec::new();
            };
            let row = |code: &Code| cells::row(kind, code, model);
            cache.entry(code).or_insert_with_key(row).clone()
        });
        caret
    }
}
