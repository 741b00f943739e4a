//! A form: labelled fields that are checked as they are left.

mod draw;
mod field;
mod search;

pub use field::{Check, Choice, Field};
pub use search::{Known, Search};

use std::collections::BTreeMap;

use crate::console::keys::Key;
use crate::domain::Kind;
use crate::domain::lang::Lang;
use crate::text;

/// Fields, one of which has the keys.
#[derive(Debug)]
pub struct Form {
    fields: Vec<Field>,
    current: usize,
    lang: Lang,
}

/// What was typed into a form and where its caret is: enough to fill another like it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// The value of each field that is not as at first, by its id.
    pub values: BTreeMap<String, String>,
    /// The id of the field that has the keys.
    pub focus: String,
    /// Where the caret stands in it, in bytes.
    pub caret: usize,
}

impl Form {
    /// A form whose first field has the keys.
    #[must_use]
    pub fn new(fields: Vec<Field>, lang: Lang) -> Self {
        Self {
            fields,
            current: 0,
            lang,
        }
    }

    /// The field that has the keys.
    #[must_use]
    pub fn current(&self) -> Option<&Field> {
        self.fields.get(self.current)
    }

    /// All fields in order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The value of field `id`, `""` when there is no such field.
    #[must_use]
    pub fn value(&self, id: &str) -> &str {
        let field = self.fields.iter().find(|f| f.id == id);
        field.map_or("", Field::value)
    }

    /// The value that field `id` would have if it were left now.
    #[must_use]
    pub fn expected(&self, id: &str) -> &str {
        let field = self.fields.iter().find(|f| f.id == id);
        field.map_or("", Field::expected)
    }

    /// Sets the value of field `id`, as if it had been typed.
    pub fn set(&mut self, id: &str, value: &str) {
        if let Some(field) = self.fields.iter_mut().find(|f| f.id == id) {
            field.set(value);
        }
    }

    /// Shows an error at field `id` that only the whole form could find, and gives it the keys.
    pub fn set_error(&mut self, id: &str, message: impl Into<String>) {
        if let Some(at) = self.fields.iter().position(|f| f.id == id)
            && let Some(field) = self.fields.get_mut(at)
        {
            field.error = Some(message.into());
            self.current = at;
        }
    }

    /// What was typed into it.
    #[must_use]
    pub fn filling(&self) -> Filling {
        let value = |field: &Field| (field.id.to_owned(), field.value().to_owned());
        let current = self.current();
        Filling {
            values: self
                .fields
                .iter()
                .filter(|f| f.dirty())
                .map(value)
                .collect(),
            focus: current.map_or("", |field| field.id).to_owned(),
            caret: current.map_or(0, |field| field.input.caret()),
        }
    }

    /// Fills it as another form like it was filled, and checks the fields up to the one that had the keys.
    pub fn fill(&mut self, filling: &Filling) {
        for (id, value) in &filling.values {
            if self.value(id) != value {
                self.set(id, value);
            }
        }
        if !self.fields.iter().any(|field| field.id == filling.focus) {
            return;
        }
        while self
            .current()
            .is_some_and(|field| field.id != filling.focus)
            && self.pass()
        {}
        if let Some(field) = self.current_mut() {
            field.look_again();
            field.input.place(filling.caret);
        }
    }

    /// Goes over a field that was left when it was filled.
    fn pass(&mut self) -> bool {
        if let Some(field) = self.current_mut() {
            field.look_again();
        }
        self.next_field()
    }

    /// What somebody else is to look for, among the records of a kind: each question once. An older one of the field is
    /// pointless then.
    pub fn question(&mut self) -> Option<(Kind, String)> {
        self.fields.iter_mut().find_map(Field::question)
    }

    /// Takes what was found; whoever has typed on meanwhile leaves it.
    pub fn answer(&mut self, of: Kind, typed: &str, choices: &[Choice]) {
        let missing = missing(self.lang);
        for field in &mut self.fields {
            field.answer(of, typed, choices, missing);
        }
    }

    /// Whether a field was left before it was known what its text means: the form is not complete before.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.fields.iter().any(Field::waits)
    }

    /// Whether any value differs from that at first.
    #[must_use]
    pub fn dirty(&self) -> bool {
        self.fields.iter().any(Field::dirty)
    }

    /// Leaves the field for the next, checking it. Returns false, staying there, at the last field.
    pub fn next_field(&mut self) -> bool {
        self.leave();
        let more = self.current + 1 < self.fields.len();
        self.current += usize::from(more);
        more
    }

    /// Leaves the field for the one before, checking it. Returns false, staying there, at the first field.
    pub fn prev_field(&mut self) -> bool {
        self.leave();
        let more = self.current > 0;
        self.current -= usize::from(more);
        more
    }

    /// Down: to the next suggestion of an open search, else to the next field.
    pub fn down(&mut self) {
        let moved = self.current_mut().is_some_and(Field::next_suggestion);
        if !moved {
            self.next_field();
        }
    }

    /// Up: to the suggestion before in an open search, else to the field before.
    pub fn up(&mut self) {
        let moved = self.current_mut().is_some_and(Field::prev_suggestion);
        if !moved {
            self.prev_field();
        }
    }

    /// Gives a key that no key map took to the current field. Returns whether it did anything.
    pub fn key(&mut self, key: Key) -> bool {
        self.current_mut().is_some_and(|f| f.key(key))
    }

    /// Pastes a text into the current field.
    pub fn paste(&mut self, text: &str) {
        if let Some(field) = self.current_mut() {
            field.paste(text);
        }
    }

    /// Checks every field and gives the keys to the first that is wrong. Returns whether all are right.
    pub fn check(&mut self) -> bool {
        self.leave();
        let missing = missing(self.lang);
        for field in &mut self.fields {
            field.check(missing);
        }
        let wrong = self.fields.iter().position(|f| f.error.is_some());
        if let Some(at) = wrong {
            self.current = at;
        }
        wrong.is_none()
    }

    fn leave(&mut self) {
        let missing = missing(self.lang);
        if let Some(field) = self.current_mut() {
            field.accept();
            field.check(missing);
        }
    }

    fn current_mut(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.current)
    }
}

fn missing(lang: Lang) -> &'static str {
    text!(zh: "必填,请输入。", en: "This is required: type a value.").get(lang)
}

#[cfg(test)]
mod tests;
