//! How a field finds what a typed text may mean: at once among what it knows, or elsewhere, where it may take a while.

use super::field::Choice;
use crate::domain::Kind;

/// Finds what the typed text may mean, best first.
pub type Search = Box<dyn Fn(&str) -> Vec<Choice>>;

/// What a value is called that is one as it stands; none when there is none of it.
pub type Known = Box<dyn Fn(&str) -> Option<Choice>>;

/// Who finds.
pub(super) enum Lookup {
    /// The field itself.
    Here(Search),
    /// Somebody else, among the records of a kind.
    Elsewhere {
        /// The kind.
        of: Kind,
        /// Tells of a code at once.
        known: Known,
    },
}

impl Lookup {
    /// What a value is called.
    pub(super) fn named(&self, value: &str) -> Option<Choice> {
        match self {
            Self::Here(search) => search(value).into_iter().find(|c| c.value == value),
            Self::Elsewhere { known, .. } => known(value),
        }
    }
}

/// A question that is not answered yet.
#[derive(Debug)]
pub(super) struct Open {
    /// The text that it is about.
    pub(super) typed: String,
    /// Whether the text is a code, so that there is something to choose already.
    pub(super) is_known: bool,
    /// Whether the field was left, so that the best is chosen when it is found.
    pub(super) is_left: bool,
    is_asked: bool,
}

impl Open {
    /// The question about a text; none when nobody else is to be asked.
    pub(super) fn after(lookup: &Lookup, typed: &str, is_known: bool) -> Option<Self> {
        let elsewhere = matches!(lookup, Lookup::Elsewhere { .. });
        (elsewhere && !typed.is_empty()).then(|| Self {
            typed: typed.to_owned(),
            is_known,
            is_left: false,
            is_asked: false,
        })
    }

    /// The text, the first time.
    pub(super) fn ask(&mut self) -> Option<String> {
        let was_asked = std::mem::replace(&mut self.is_asked, true);
        (!was_asked).then(|| self.typed.clone())
    }
}
