//! What can be done now, and why not.

use super::App;
use super::view::View;
use crate::console::actions::{self, ACTIONS, ActionId, Offer, ScopeId, stack};
use crate::console::panes::help::Help;
use crate::console::panes::palette::Palette;
use crate::console::widgets::status::{Kind as Tone, Status};
use crate::desk::lacks;
use crate::domain::Said;
use crate::text;

impl App {
    /// The view that has the keys.
    pub(super) fn in_front(&self) -> Option<&dyn View> {
        let layer = self.layers.last().or_else(|| self.panes.get(self.focus));
        layer.map(AsRef::as_ref)
    }

    /// The view in which actions act: what is in front, or lies below the help or the palette.
    fn acting(&self) -> Option<&dyn View> {
        let mut layers = self.layers.iter().rev();
        let layer = layers.find(|layer| !layer.shows_offers());
        layer
            .or_else(|| self.panes.get(self.focus))
            .map(AsRef::as_ref)
    }

    /// The scopes that hold now, innermost first.
    pub(super) fn stack(&self) -> Vec<ScopeId> {
        self.in_front()
            .map(|view| stack(view.scope()))
            .unwrap_or_default()
    }

    /// Why an action is not possible in a view now.
    fn refusal(&self, action: ActionId, view: &dyn View) -> Option<Said> {
        let found = actions::find(action)?;
        if let Some(right) = self.lacks(action) {
            return Some(lacks(&self.model.actor.who, right));
        }
        if !found.acts_in(&stack(view.scope())) {
            return Some(found.elsewhere());
        }
        if action == "key-problems" && self.model.problems.is_empty() {
            let none = text!(zh: "配置和按键都没有问题", en: "Nothing is wrong with the settings and keys");
            return Some(none.into());
        }
        view.refuses(action, &self.model)
    }

    /// Says why an action is not possible in front, when it is not.
    pub(super) fn is_refused(&mut self, action: ActionId) -> bool {
        let Some(said) = self.in_front().and_then(|view| self.refusal(action, view)) else {
            return false;
        };
        let tone = match self.lacks(action) {
            Some(_) => Tone::Error,
            None => Tone::Warn,
        };
        self.status = Some(Status::new(tone, said.get(self.model.lang)));
        true
    }

    /// Tells the help or the palette, when one is in front, what can be done below it.
    pub(super) fn tell_offers(&mut self) {
        if self.layers.last().is_some_and(|layer| layer.shows_offers()) {
            let offers = self.offers();
            if let Some(layer) = self.layers.last_mut() {
                layer.offers(&offers);
            }
        }
    }

    /// Every action as it stands below the help or the palette.
    fn offers(&self) -> Vec<Offer> {
        let Some(view) = self.acting() else {
            return Vec::new();
        };
        let stack = stack(view.scope());
        let hints = self.model.keymap.hints(&stack);
        let offer = |action: &'static actions::Action| {
            let hint = hints.iter().find(|hint| hint.action == action.id);
            Offer {
                action,
                keys: hint.map(|hint| hint.keys.clone()).unwrap_or_default(),
                here: action.acts_in(&stack),
                refused: self.refusal(action.id, view),
            }
        };
        ACTIONS.iter().map(offer).collect()
    }

    pub(super) fn open_help(&mut self) {
        let scope = self.acting().map(View::scope);
        self.layers
            .push(Box::new(Help::new(scope.unwrap_or("everywhere"))));
    }

    pub(super) fn open_palette(&mut self) {
        self.layers.push(Box::<Palette>::default());
    }

    /// Does what was chosen in the palette, in what lies below it.
    pub(super) fn act_below(&mut self, action: ActionId) {
        while self.layers.last().is_some_and(|layer| layer.shows_offers()) {
            self.layers.pop();
        }
        self.act(action);
    }
}
