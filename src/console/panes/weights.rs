//! The weights of the criteria: a row for all needs, one for each category, and what a change would do to the queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ask::Ask;
use super::registry::moved;
use crate::console::actions::{ActionId, ScopeId};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::keys::{Code as KeyCode, Key};
use crate::console::widgets::input::Input;
use crate::console::widgets::status::Kind as Tone;
use crate::console::widgets::table::TableState;
use crate::desk::{Command, News, WeightsPreview, WeightsTable, lacks};
use crate::domain::record::{CRITERIA, Settings, Weights};
use crate::domain::{Code, Kind, Right, Said, cell};
use crate::{say, text};

/// The weights as they are and as they shall be.
#[derive(Default)]
pub struct WeightsPane {
    /// What the desk said last.
    pub(super) known: Option<WeightsTable>,
    /// As they shall be.
    pub(super) wanted: Settings,
    pub(super) state: TableState,
    /// Which criterion is marked.
    pub(super) at: usize,
    /// What is typed into the marked place; none when nothing is.
    pub(super) typed: Option<Input>,
    pub(super) preview: Option<WeightsPreview>,
    cancel: Arc<AtomicBool>,
    /// Whether a preview is on its way.
    pub(super) waiting: bool,
    token: Option<u64>,
    done: bool,
}

impl WeightsPane {
    /// Opens it.
    pub fn open(ctx: &mut Ctx<'_>) {
        ctx.push(Self::default());
        ctx.ask(Request::Weights);
    }

    /// The category of a row; none for the one of all needs.
    pub(super) fn category(&self, row: usize) -> Option<&Code> {
        let branches = &self.known.as_ref()?.branches;
        branches.get(row.checked_sub(1)?).map(|branch| &branch.code)
    }

    /// The weights that count in a row, and whether they are its own.
    pub(super) fn weights(&self, row: usize) -> (Weights, bool) {
        let mut at = row;
        while let Some(category) = self.category(at) {
            if let Some(own) = self.wanted.own_weights(category) {
                return (own, at == row);
            }
            let branches = self.known.as_ref().map(|known| &known.branches);
            let parent = branches.and_then(|branches| branches.get(at - 1)?.parent);
            at = parent.map_or(0, |parent| parent + 1);
        }
        (self.wanted.weights, at == row)
    }

    /// Whether something is to be saved.
    pub(super) fn is_changed(&self) -> bool {
        let known = self.known.as_ref();
        known.is_some_and(|known| !self.wanted.weighs_as(&known.settings))
    }

    fn row(&self) -> usize {
        self.state.selected().unwrap_or_default()
    }

    fn may_change(ctx: &mut Ctx<'_>) -> bool {
        if ctx.model.access.allows(Right::Vocabulary) {
            return true;
        }
        let said = lacks(&ctx.model.actor.who, Right::Vocabulary);
        ctx.say(Tone::Warn, said.get(ctx.model.lang));
        false
    }

    /// The weights of the row in hand with what was typed; none when nothing was, or the reason why they weigh nothing.
    fn typed(&self) -> Option<Result<Weights, Said>> {
        let text = self.typed.as_ref()?.text().trim();
        let (mut weights, _) = self.weights(self.row());
        Some(cell::positive(text).and_then(|weight| {
            if let Some(place) = weights.0.get_mut(self.at) {
                *place = weight;
            }
            weights.checked()
        }))
    }

    /// The settings as they would be with what is typed so far.
    fn meant(&self) -> Settings {
        let mut meant = self.wanted.clone();
        if let Some(Ok(weights)) = self.typed() {
            meant.set_weights(self.category(self.row()), Some(weights));
        }
        meant
    }

    /// Takes up what was typed; false when that is no weight.
    fn take_typed(&mut self, ctx: &mut Ctx<'_>) -> bool {
        match self.typed() {
            None => true,
            Some(Ok(weights)) => {
                self.set(Some(weights), ctx);
                true
            }
            Some(Err(said)) => {
                ctx.say(Tone::Error, said.get(ctx.model.lang));
                false
            }
        }
    }

    fn set(&mut self, weights: Option<Weights>, ctx: &mut Ctx<'_>) {
        let category = self.category(self.row()).cloned();
        let before = self.meant();
        self.typed = None;
        self.wanted.set_weights(category.as_ref(), weights);
        if !self.wanted.weighs_as(&before) {
            self.ask_preview(ctx);
        }
    }

    fn ask_preview(&mut self, ctx: &mut Ctx<'_>) {
        self.cancel.store(true, Ordering::Relaxed);
        self.preview = None;
        let meant = self.meant();
        let known = self.known.as_ref();
        self.waiting = known.is_some_and(|known| !meant.weighs_as(&known.settings));
        if self.waiting {
            self.cancel = Arc::default();
            let cancel = Arc::clone(&self.cancel);
            ctx.ask(Request::WeightsPreview(Box::new(meant), cancel));
        }
    }

    fn save(&mut self, ctx: &mut Ctx<'_>) {
        if !self.take_typed(ctx) {
            return;
        }
        let Some(known) = self.known.as_ref().filter(|_| self.is_changed()) else {
            let same = text!(zh: "没有改动", en: "nothing has changed");
            return ctx.say(Tone::Info, same.get(ctx.model.lang));
        };
        let command = Command::Edit {
            before: known.settings.clone().into(),
            after: self.wanted.clone().into(),
            reason: String::new(),
        };
        let token = ctx.model.token();
        self.token = Some(token);
        let said = self.preview.clone();
        let version = known.settings.weights_version().saturating_add(1);
        let wording = move |model: &Model| {
            let title = text!(zh: "修改权重", en: "Change the weights").get(model.lang);
            let asks = say!(model.lang, zh: "保存为第 {version} 版？", en: "Save them as version {version}?");
            let what = said.as_ref().map(|said| summary(said, model));
            let text = what.map_or(asks.clone(), |what| format!("{what}\n{asks}"));
            (title.to_owned(), text)
        };
        let yes = text!(zh: "保存", en: "save");
        let then = vec![Effect::Ask(Request::Execute(token, command))];
        ctx.push(Ask::new(Box::new(wording), yes, then));
    }

    fn leave(&mut self, ctx: &mut Ctx<'_>) {
        if self.typed.take().is_some() {
            return self.ask_preview(ctx);
        }
        self.cancel.store(true, Ordering::Relaxed);
        if self.is_changed() {
            // Once more puts them back; what was not saved is not lost by one key.
            if let Some(known) = &self.known {
                self.wanted = known.settings.clone();
            }
            self.ask_preview(ctx);
            let key = ctx.model.key("weights", "back");
            let said = say!(ctx.model.lang, zh: "改动已撤销；再按 {key} 关闭", en: "The changes are undone; {key} again closes");
            return ctx.say(Tone::Info, said);
        }
        ctx.close();
    }

    fn take(&mut self, table: &WeightsTable) {
        let before = self.known.as_ref().map(|known| &known.settings);
        self.wanted = match before {
            Some(before) => rebased(before, &self.wanted, &table.settings),
            None => table.settings.clone(),
        };
        self.state.set_len(table.branches.len() + 1);
        self.known = Some(table.clone());
    }
}

/// The changes from `before` to `wanted`, made on what the settings are now: what another has set meanwhile stays.
fn rebased(before: &Settings, wanted: &Settings, now: &Settings) -> Settings {
    let mut out = now.clone();
    if wanted.weights != before.weights {
        out.weights = wanted.weights;
    }
    let all = before
        .category_weights
        .iter()
        .chain(&wanted.category_weights);
    for category in all.map(|own| &own.category) {
        let own = wanted.own_weights(category);
        if own != before.own_weights(category) {
            out.set_weights(Some(category), own);
        }
    }
    out
}

/// What a change would do, in one sentence.
pub(super) fn summary(preview: &WeightsPreview, model: &Model) -> String {
    let (open, weighed) = (preview.open, preview.shifts.len());
    let (changed, moved) = (preview.changed(), preview.mean_shift());
    say!(model.lang,
        zh: "队列 {open} 条需求，{weighed} 条的权重不同，{changed} 条会换首选；候选人平均移动 {moved:.2} 名。",
        en: "{open} needs in the queue: {weighed} weighed differently, {changed} with another first candidate; candidates move by {moved:.2} ranks on the average.")
}

impl View for WeightsPane {
    fn scope(&self) -> ScopeId {
        "weights"
    }

    fn refuses(&self, action: ActionId, model: &Model) -> Option<Said> {
        if !matches!(action, "save" | "inherit") {
            return None;
        }
        if !model.access.allows(Right::Vocabulary) {
            return Some(lacks(&model.actor.who, Right::Vocabulary));
        }
        let is_same = action == "save" && !self.is_changed() && self.typed.is_none();
        is_same.then(|| text!(zh: "没有改动", en: "nothing has changed").into())
    }

    fn hints(&self) -> &'static [ActionId] {
        &["save", "back", "inherit", "next-choice", "down", "help"]
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        match action {
            "back" => self.leave(ctx),
            "save" => self.save(ctx),
            "accept" => {
                self.take_typed(ctx);
            }
            "inherit" => {
                self.set(None, ctx);
            }
            "next-choice" | "prev-choice" => {
                if self.take_typed(ctx) {
                    let by = if action == "next-choice" {
                        1
                    } else {
                        CRITERIA.len() - 1
                    };
                    self.at = (self.at + by) % CRITERIA.len();
                }
            }
            "up" | "down" | "page-up" | "page-down" | "top" | "bottom" => {
                if self.take_typed(ctx) {
                    moved(&mut self.state, action);
                }
            }
            _ => return false,
        }
        true
    }

    fn key(&mut self, key: Key, ctx: &mut Ctx<'_>) {
        let key = key.folded();
        let is_number = key.text().is_some_and(|c| c.is_ascii_digit() || c == '.');
        let edits = self.typed.is_some() && key.code == KeyCode::Backspace;
        if (is_number || edits) && self.known.is_some() && Self::may_change(ctx) {
            self.typed.get_or_insert_default().key(key);
            self.ask_preview(ctx);
        }
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        match answer {
            Answer::Weights(Ok(table)) => self.take(table),
            Answer::Weights(Err(error)) => {
                ctx.say(Tone::Error, error.said().get(ctx.model.lang));
            }
            Answer::WeightsPreview(of, result) if of.weighs_as(&self.meant()) => {
                self.waiting = false;
                match result {
                    Ok(preview) => self.preview = Some(preview.clone()),
                    Err(error) => ctx.say(Tone::Error, error.said().get(ctx.model.lang)),
                }
            }
            Answer::Executed(token, result) if self.token == Some(*token) => {
                self.token = None;
                match result {
                    Ok(_) => {
                        self.done = true;
                        ctx.effects.push(Effect::Retire);
                        let saved = text!(zh: "权重已修改", en: "The weights are changed");
                        ctx.say(Tone::Good, saved.get(ctx.model.lang));
                    }
                    Err(error) => ctx.say(Tone::Error, error.said().get(ctx.model.lang)),
                }
            }
            _ => {}
        }
    }

    fn news(&mut self, news: &News, ctx: &mut Ctx<'_>) {
        let mut events = news.changes.iter().flat_map(|change| &change.events);
        let is_about = |kind| matches!(kind, Kind::Settings | Kind::Category);
        if news.missed || events.any(|event| is_about(event.after.kind())) {
            ctx.ask(Request::Weights);
        }
        if news.changed() && (self.is_changed() || self.typed.is_some()) {
            self.ask_preview(ctx);
        }
    }

    fn done(&self) -> bool {
        self.done
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        self.paint(buf, area, model, focused)
    }
}
