//! The registry of actions: what can be done, where, how dangerous it is, and what it is called in both languages.
//!
//! Key maps, hints, help, the palette and the key table of the README are made from these rows. Whether an action is
//! possible now, and why not, says the view in which it would act (`View::refuses`).

pub mod guide;
mod rows;
mod scope;

pub use rows::ACTIONS;
pub use scope::{SCOPES, Scope, ScopeId, find as find_scope, meet, stack};

use crate::domain::lang::Text;
use crate::domain::{Right, Said};
use crate::text;

/// The name of an action.
pub type ActionId = &'static str;

/// What an action does to records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Danger {
    /// Nothing.
    Harmless,
    /// It asks first: a question, or a form to fill.
    Asks,
    /// It changes something at once, since it answers what is on the screen: a proposal, a form, a question. Its keys hold
    /// only where that is.
    AtOnce,
}

/// One thing that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name in key maps.
    pub id: ActionId,
    /// The scopes in which it means something.
    pub scopes: &'static [ScopeId],
    /// What it does to records.
    pub danger: Danger,
    /// The right without which it comes to nothing.
    pub needs: Option<Right>,
    /// Whether the built-in key maps have a key for it; the palette has it in any case.
    pub keyed: bool,
    /// What it does, in a few words.
    pub text: Text,
}

impl Action {
    /// Whether it means something where these scopes hold.
    #[must_use]
    pub fn acts_in(&self, stack: &[ScopeId]) -> bool {
        self.scopes.iter().any(|scope| stack.contains(scope))
    }

    /// Whether a key in a scope could ever do it: there is a place where both hold.
    #[must_use]
    pub fn reaches(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| meet(own, scope))
    }

    /// That it means nothing where it was asked for, and where it does.
    #[must_use]
    pub fn elsewhere(&self) -> Said {
        let names = |part: &str, of: fn(Text) -> &'static str| {
            let names = self.scopes.iter().filter_map(|scope| find_scope(scope));
            names
                .map(|scope| of(scope.text))
                .collect::<Vec<_>>()
                .join(part)
        };
        Said {
            zh: format!("只用于：{}", names("、", |text| text.zh)),
            en: format!("only in: {}", names(", ", |text| text.en)),
        }
    }
}

/// What an action is where it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The action.
    pub action: &'static Action,
    /// The key that does it here, in short; empty without one.
    pub keys: String,
    /// Whether it means something here.
    pub here: bool,
    /// Why it is not possible now.
    pub refused: Option<Said>,
}

/// An action by its name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

/// What an action does, in a few words.
#[must_use]
pub fn text_of(id: &str) -> Text {
    find(id).map_or(text!(zh: "操作", en: "action"), |action| action.text)
}

/// The right without which an action comes to nothing.
#[must_use]
pub fn needs(id: &str) -> Option<Right> {
    find(id)?.needs
}

#[cfg(test)]
mod tests;
