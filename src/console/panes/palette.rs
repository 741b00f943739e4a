//! The palette: every action in one list, found by typing, with its key, and why it is not possible now.

use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::everything::Everything;
use super::registry::moved;
use crate::console::actions::{Action, ActionId, Danger, Offer, ScopeId};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::keys::Key;
use crate::console::widgets::input::Input;
use crate::console::widgets::popup::frame;
use crate::console::widgets::status::Kind as Tone;
use crate::console::widgets::table::{Column, Table, TableState, Width};
use crate::console::widgets::text::{put, width, wrap};
use crate::domain::Lang;
use crate::search::{matches, matches_beginning};
use crate::{say, text};

/// Actions that the palette is of no use for: they move, or are the keys of what is in front.
const LEFT_OUT: [ActionId; 17] = [
    "up",
    "down",
    "page-up",
    "page-down",
    "top",
    "bottom",
    "palette",
    "accept",
    "accept-field",
    "next-field",
    "prev-field",
    "next-choice",
    "prev-choice",
    "answer",
    "yes",
    "no",
    "leave",
];

/// One row of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    /// An action, by its place among the offers.
    Action(usize),
    /// To look for what is typed among the records.
    Search,
}

/// A line to type into, and the actions that it finds.
#[derive(Default)]
pub struct Palette {
    typed: Input,
    offers: Vec<Offer>,
    found: Vec<Entry>,
    state: TableState,
}

impl Palette {
    /// Lists what is typed for. Without anything typed what is possible here goes first.
    fn list(&mut self) {
        let kept = self.entry();
        let typed = self.typed.text().trim();
        let offers = self.offers.iter().enumerate();
        let mut found: Vec<_> = offers
            .filter(|(_, offer)| !LEFT_OUT.contains(&offer.action.id))
            .filter_map(|(at, offer)| Some((score(offer.action, typed)?, at, offer)))
            .collect();
        found.sort_by_key(|(score, _, offer)| {
            (Reverse(*score), !offer.here, offer.refused.is_some())
        });
        self.found = found
            .into_iter()
            .map(|(_, at, _)| Entry::Action(at))
            .collect();
        if !typed.is_empty() {
            self.found.push(Entry::Search);
        }
        self.state.set_len(self.found.len());
        let at = kept.and_then(|kept| self.found.iter().position(|entry| *entry == kept));
        self.state.select(at.unwrap_or_default());
    }

    fn retype(&mut self) {
        self.list();
        self.state.top();
    }

    fn entry(&self) -> Option<Entry> {
        self.found.get(self.state.selected()?).copied()
    }

    fn offer(&self, entry: Entry) -> Option<&Offer> {
        match entry {
            Entry::Action(at) => self.offers.get(at),
            Entry::Search => None,
        }
    }

    fn accept(&mut self, ctx: &mut Ctx<'_>) {
        match self.entry() {
            None => {}
            Some(Entry::Search) => {
                ctx.close();
                Everything::open(self.typed.text(), ctx);
            }
            Some(entry) => {
                let Some(offer) = self.offer(entry) else {
                    return;
                };
                match &offer.refused {
                    Some(why) => ctx.say(Tone::Warn, why.get(ctx.model.lang)),
                    None => ctx.effects.push(Effect::Act(offer.action.id)),
                }
            }
        }
    }

    /// What is to be said of the marked row.
    fn says(&self, lang: Lang) -> String {
        let Some(offer) = self.entry().and_then(|entry| self.offer(entry)) else {
            return String::new();
        };
        if let Some(why) = &offer.refused {
            return why.get(lang).to_owned();
        }
        let said = match offer.action.danger {
            Danger::Harmless => return String::new(),
            Danger::Asks => text!(zh: "先询问，再改动记录", en: "asks before anything changes"),
            Danger::AtOnce => text!(zh: "立即改动记录", en: "changes records at once"),
        };
        said.get(lang).to_owned()
    }

    /// The cells of a row: its key, what it does, and why it can't.
    fn row(&self, entry: Entry, model: &Model) -> Vec<Line<'static>> {
        let (lang, theme) = (model.lang, &model.theme);
        let Some(offer) = self.offer(entry) else {
            let typed = self.typed.text().trim();
            let said = say!(lang, zh: "查找供方、居民、需求：{typed}", en: "find suppliers, residents, needs: {typed}");
            return vec![Line::default(), Line::from(said)];
        };
        let text = named(offer, lang);
        let (style, why) = match &offer.refused {
            None => (theme.base, ""),
            Some(why) => (theme.dim, why.get(lang)),
        };
        let key = if offer.refused.is_some() {
            theme.dim
        } else {
            theme.key
        };
        vec![
            Line::from(Span::styled(offer.keys.clone(), key)),
            Line::from(Span::styled(text, style)),
            Line::from(Span::styled(why.to_owned(), theme.dim)),
        ]
    }
}

/// What an action is called in a list; one that asks first ends in dots.
fn named(offer: &Offer, lang: Lang) -> String {
    let text = offer.action.text.get(lang);
    match offer.action.danger {
        Danger::Asks => format!("{text}…"),
        _ => text.to_owned(),
    }
}

/// So many letters may be somebody's initials: they count only where they begin a word.
const INITIALS: usize = 3;

/// How well an action answers what is typed; everything does when nothing is.
pub(super) fn score(action: &Action, typed: &str) -> Option<u32> {
    if typed.is_empty() {
        return Some(0);
    }
    let spaced = action.id.replace('-', " ");
    let texts = [action.text.zh, action.text.en, action.id, &spaced];
    // One by one: letters of different names make no name.
    let scores = texts.iter().filter_map(|text| {
        if typed.is_ascii() && typed.len() <= INITIALS {
            matches_beginning(&[text], typed)
        } else {
            matches(&[text], typed)
        }
    });
    scores.max()
}

impl View for Palette {
    fn scope(&self) -> ScopeId {
        "filter"
    }

    fn shows_offers(&self) -> bool {
        true
    }

    fn offers(&mut self, offers: &[Offer]) {
        if self.offers != offers {
            self.offers = offers.to_vec();
            self.list();
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
            "accept" => self.accept(ctx),
            "leave" | "palette" => ctx.close(),
            _ => return false,
        }
        true
    }

    fn key(&mut self, key: Key, _ctx: &mut Ctx<'_>) {
        let before = self.typed.text().to_owned();
        if self.typed.key(key) && self.typed.text() != before {
            self.retype();
        }
    }

    fn paste(&mut self, text: &str, _ctx: &mut Ctx<'_>) {
        self.typed.paste(text);
        self.retype();
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        let lang = model.lang;
        let title = text!(zh: "操作", en: "Actions").get(lang);
        let spare = if area.height > 12 { 2 } else { 0 };
        let size = (
            area.width.saturating_sub(4).min(90),
            area.height.saturating_sub(spare).min(24),
        );
        let inner = frame(buf, area, &model.theme, title, size);
        let col = put(buf, inner, 0, 0, ":", model.theme.key);
        let line = Rect {
            x: inner.x + col.min(inner.width),
            width: inner.width.saturating_sub(col),
            height: inner.height.min(1),
            ..inner
        };
        let caret = self.typed.draw(buf, line, model.theme.input);
        let said = wrap(&self.says(lang), usize::from(inner.width).max(1));
        let foot = u16::try_from(said.len().clamp(1, 2)).unwrap_or(1);
        let below = Rect {
            y: inner.y + inner.height.min(1),
            height: inner.height.saturating_sub(1 + foot),
            ..inner
        };
        let keys = self.offers.iter().map(|offer| width(&offer.keys));
        let keys = u16::try_from(keys.max().unwrap_or(0).clamp(3, 12)).unwrap_or(3);
        let names = self.offers.iter().map(|offer| width(&named(offer, lang)));
        let names = u16::try_from(names.max().unwrap_or(0)).unwrap_or(20);
        let columns = [
            Column::new("", Width::Fixed(keys), 1),
            Column::new("", Width::Fill(names.min(26)), 0),
            Column::new("", Width::Fill(30), 2),
        ];
        let table = Table {
            columns: &columns,
            empty: "",
            focused,
        };
        let mut state = std::mem::take(&mut self.state);
        table.draw(buf, below, &model.theme, &mut state, |at| {
            let entry = self.found.get(at);
            entry
                .map(|entry| self.row(*entry, model))
                .unwrap_or_default()
        });
        self.state = state;
        for (row, line) in (inner.height.saturating_sub(foot)..inner.height).zip(&said) {
            put(buf, inner, 0, row, line, model.theme.dim);
        }
        caret.filter(|_| focused)
    }
}
