//! One field of a form: a text, a choice, or a search.

use std::fmt;

use super::search::{Known, Lookup, Open, Search};
use crate::console::keys::{Code, Key};
use crate::console::widgets::input::Input;
use crate::domain::Kind as RecordKind;

/// Judges a value; the error says in the user's language what is wrong and how to mend it.
pub type Check = Box<dyn Fn(&str) -> Result<(), String>>;

/// How many suggestions of a search are offered.
pub(super) const SUGGESTIONS: usize = 5;

/// A value and how it is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is kept.
    pub value: String,
    /// What is shown.
    pub label: String,
}

impl Choice {
    /// A value with its label.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

pub(super) enum Kind {
    Text,
    Choice {
        choices: Vec<Choice>,
        /// What was typed since the last move: the beginning of a label or a value.
        typed: String,
    },
    Search {
        lookup: Lookup,
        /// What the typed text found; empty once one is accepted.
        found: Vec<Choice>,
        marked: usize,
        /// The question that is not answered yet; `found` may still be of an older text then.
        open: Option<Open>,
    },
}

/// A labelled value.
pub struct Field {
    /// Its name for the program.
    pub id: &'static str,
    /// Its name for the user.
    pub label: String,
    /// One line about what to type, shown while the field has the keys.
    pub help: String,
    /// What is wrong with the value, once it was left.
    pub error: Option<String>,
    required: bool,
    pub(super) kind: Kind,
    /// What is shown and edited: the text, or the label of the chosen.
    pub(super) input: Input,
    value: String,
    initial: String,
    check: Option<Check>,
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field")
            .field("id", &self.id)
            .field("value", &self.value)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl Field {
    fn new(id: &'static str, label: &str, value: &str, shown: &str, kind: Kind) -> Self {
        Self {
            id,
            label: label.to_owned(),
            help: String::new(),
            error: None,
            required: false,
            kind,
            input: Input::new(shown),
            value: value.to_owned(),
            initial: value.to_owned(),
            check: None,
        }
    }

    /// A text with its value at first.
    #[must_use]
    pub fn text(id: &'static str, label: &str, value: &str) -> Self {
        Self::new(id, label, value, value, Kind::Text)
    }

    /// One of a few choices; the first when `value` is none of them.
    #[must_use]
    pub fn choice(id: &'static str, label: &str, value: &str, choices: Vec<Choice>) -> Self {
        let found = choices.iter().find(|c| c.value == value);
        let start = found
            .or(choices.first())
            .cloned()
            .unwrap_or_else(|| Choice::new(value, value));
        let kind = Kind::Choice {
            choices,
            typed: String::new(),
        };
        Self::new(id, label, &start.value, &start.label, kind)
    }

    /// One of many, found by typing. `start` is the value at first with its label.
    #[must_use]
    pub fn search(id: &'static str, label: &str, start: &Choice, search: Search) -> Self {
        Self::found_by(id, label, start, Lookup::Here(search))
    }

    /// One of the records of a kind, which somebody else finds: see [`Form::question`](super::Form::question). `known` tells
    /// of a code as it stands.
    #[must_use]
    pub fn record(
        id: &'static str,
        label: &str,
        start: &Choice,
        of: RecordKind,
        known: Known,
    ) -> Self {
        Self::found_by(id, label, start, Lookup::Elsewhere { of, known })
    }

    fn found_by(id: &'static str, label: &str, start: &Choice, lookup: Lookup) -> Self {
        let kind = Kind::Search {
            lookup,
            found: Vec::new(),
            marked: 0,
            open: None,
        };
        Self::new(id, label, &start.value, &start.label, kind)
    }

    /// The same with a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same, not to be left empty.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same with a check that runs whenever the field is left. An empty value is not checked.
    #[must_use]
    pub fn checked(mut self, check: impl Fn(&str) -> Result<(), String> + 'static) -> Self {
        self.check = Some(Box::new(check));
        self
    }

    /// The value: the text, or the value of the choice.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The value that it would have if it were left now: of an open search the marked suggestion.
    #[must_use]
    pub fn expected(&self) -> &str {
        match &self.kind {
            Kind::Search { found, marked, .. } if !self.input.text().is_empty() => found
                .get(*marked)
                .map_or(&self.value, |choice| &choice.value),
            _ => &self.value,
        }
    }

    /// Whether it may not be left empty.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Whether the value differs from that at first.
    #[must_use]
    pub fn dirty(&self) -> bool {
        self.value != self.initial
    }

    /// Sets the value; of a choice by its value, of a search by whatever finds it.
    pub(super) fn set(&mut self, value: &str) {
        let chosen = match &self.kind {
            Kind::Text => None,
            Kind::Choice { choices, .. } => choices.iter().find(|c| c.value == value).cloned(),
            Kind::Search { lookup, .. } => lookup.named(value),
        };
        match (chosen, &self.kind) {
            (Some(choice), _) => self.choose(&choice),
            (None, Kind::Choice { .. }) => {}
            (None, _) => self.choose(&Choice::new(value, value)),
        }
    }

    /// Looks again for what a typed text may mean, when nothing was found for it.
    pub(super) fn look_again(&mut self) {
        let typed = self.input.text();
        let is_open = self.value != self.initial && typed == self.value && !typed.is_empty();
        if let Kind::Search { found, .. } = &self.kind
            && is_open
            && found.is_empty()
        {
            self.look();
        }
    }

    fn look(&mut self) {
        let Kind::Search {
            lookup,
            found,
            marked,
            open,
        } = &mut self.kind
        else {
            return;
        };
        let typed = self.input.text();
        let here = match lookup {
            Lookup::Here(search) => Some(search(typed)),
            Lookup::Elsewhere { .. } if typed.is_empty() => Some(Vec::new()),
            Lookup::Elsewhere { known, .. } => known(typed).map(|choice| vec![choice]),
        };
        *open = Open::after(lookup, typed, here.is_some());
        // What was found for an older text is shown until there is something newer.
        if let Some(here) = here {
            *found = here;
            found.truncate(SUGGESTIONS);
            *marked = 0;
        }
    }

    /// What is to be found elsewhere and was not asked for yet.
    pub(super) fn question(&mut self) -> Option<(RecordKind, String)> {
        let Kind::Search {
            lookup: Lookup::Elsewhere { of, .. },
            open: Some(open),
            ..
        } = &mut self.kind
        else {
            return None;
        };
        Some((*of, open.ask()?))
    }

    /// Takes what was found elsewhere; when the field was left already, the best of it.
    pub(super) fn answer(
        &mut self,
        of: RecordKind,
        typed: &str,
        choices: &[Choice],
        missing: &str,
    ) {
        let Kind::Search {
            lookup: Lookup::Elsewhere { of: own, .. },
            found,
            marked,
            open,
        } = &mut self.kind
        else {
            return;
        };
        let Some(open) = open.take_if(|open| *own == of && open.typed == typed) else {
            return;
        };
        *found = choices.to_vec();
        found.truncate(SUGGESTIONS);
        *marked = 0;
        if open.is_left {
            self.accept();
            self.check(missing);
        }
    }

    /// Whether it was left before it was known what the typed text means.
    pub(super) fn waits(&self) -> bool {
        matches!(&self.kind, Kind::Search { open: Some(open), .. } if open.is_left)
    }

    fn choose(&mut self, choice: &Choice) {
        self.value.clone_from(&choice.value);
        self.input.set(choice.label.clone());
        self.error = None;
        if let Kind::Search {
            found,
            marked,
            open,
            ..
        } = &mut self.kind
        {
            found.clear();
            *marked = 0;
            *open = None;
        }
    }

    pub(super) fn key(&mut self, key: Key) -> bool {
        if let Kind::Choice { .. } = self.kind {
            return self.choice_key(key);
        }
        let before = self.input.text().to_owned();
        let used = self.input.key(key);
        // The caret may move over a chosen label without undoing the choice.
        if self.input.text() != before {
            self.edited();
        }
        used
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Kind::Choice { .. } = self.kind {
            self.typed(text);
        } else {
            self.input.paste(text);
            self.edited();
        }
    }

    /// Takes up what stands in the line now; a search looks again.
    fn edited(&mut self) {
        self.look();
        self.input.text().clone_into(&mut self.value);
        self.error = None;
    }

    fn choice_key(&mut self, key: Key) -> bool {
        match key.code {
            Code::Left => self.step(false),
            Code::Right | Code::Char(' ') => self.step(true),
            Code::Backspace => self.typed(""),
            _ => match key.text() {
                Some(c) => self.typed(c.encode_utf8(&mut [0; 4])),
                None => return false,
            },
        }
        true
    }

    /// To the next or the former choice, round the end.
    fn step(&mut self, forward: bool) {
        let Kind::Choice { choices, typed } = &mut self.kind else {
            return;
        };
        typed.clear();
        let n = choices.len().max(1);
        let at = choices.iter().position(|c| c.value == self.value);
        let by = if forward { 1 } else { n - 1 };
        let chosen = choices.get((at.unwrap_or(0) + by) % n).cloned();
        if let Some(choice) = chosen {
            self.choose(&choice);
        }
    }

    /// Jumps to the first choice that begins with what was typed so far, else with the last piece alone; nothing begins anew.
    fn typed(&mut self, piece: &str) {
        let Kind::Choice { choices, typed } = &mut self.kind else {
            return;
        };
        if piece.is_empty() {
            typed.clear();
            return;
        }
        for start in [format!("{typed}{piece}"), piece.to_owned()] {
            let start = start.to_lowercase();
            let begins = |c: &&Choice| {
                c.label.to_lowercase().starts_with(&start)
                    || c.value.to_lowercase().starts_with(&start)
            };
            if let Some(choice) = choices.iter().find(begins).cloned() {
                *typed = start;
                self.choose(&choice);
                return;
            }
        }
        typed.clear();
    }

    pub(super) fn next_suggestion(&mut self) -> bool {
        let Kind::Search { found, marked, .. } = &mut self.kind else {
            return false;
        };
        let more = *marked + 1 < found.len();
        *marked += usize::from(more);
        more
    }

    pub(super) fn prev_suggestion(&mut self) -> bool {
        let Kind::Search { marked, .. } = &mut self.kind else {
            return false;
        };
        let more = *marked > 0;
        *marked -= usize::from(more);
        more
    }

    /// Takes the marked suggestion of an open search; when it is not known yet what the text means, as soon as it is.
    pub(super) fn accept(&mut self) {
        let chosen = match &mut self.kind {
            Kind::Search {
                open: Some(open), ..
            } if !open.is_known => {
                open.is_left = true;
                None
            }
            Kind::Search { found, marked, .. } if !self.input.text().is_empty() => {
                found.get(*marked).cloned()
            }
            Kind::Search { found, .. } => {
                found.clear();
                None
            }
            Kind::Choice { typed, .. } => {
                typed.clear();
                None
            }
            Kind::Text => None,
        };
        if let Some(choice) = chosen {
            self.choose(&choice);
        }
    }

    /// Checks the value, as soon as it is known.
    pub(super) fn check(&mut self, missing: &str) {
        if self.waits() {
            return;
        }
        let value = self.value.trim();
        self.error = if value.is_empty() {
            self.required.then(|| missing.to_owned())
        } else {
            self.check.as_ref().and_then(|check| check(value).err())
        };
    }
}
