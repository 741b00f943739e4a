//! The field table of a record: one row a field, from which files, forms, the journal and the details view are made.

use super::lang::Text;
use super::mask::HIDDEN;
use super::problem::{Problem, Said};
use crate::both;

/// One field of the record `R`.
pub struct Field<R> {
    /// Its column in files (SPEC §2).
    pub column: &'static str,
    /// Its number in stored values; never used again for another field.
    pub number: u32,
    /// Its name for people.
    pub label: Text,
    /// Who may see it and where it is kept.
    pub privacy: Privacy,
    /// How it is written in files.
    pub shape: Shape,
    /// Its value as a cell's text.
    pub get: fn(&R) -> String,
    /// Takes a cell's text; empty text gives the default of SPEC §2.
    pub set: fn(&mut R, &str) -> Result<(), Said>,
}

/// How private a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Shown everywhere.
    Open,
    /// Part of who somebody is: shown, kept out of the journal in the clear, removed when the person is erased.
    Personal,
    /// The same, and masked in lists and left out of exports unless asked for.
    Masked,
}

/// How a field is written in a file: whether the spreadsheet guard applies, and whether the column always appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Free text, guarded against being read as a formula.
    Text,
    /// Digits, codes, dates or words of a closed list.
    Plain,
    /// As `Plain`; the column is written only when some record of the file has a value in it. SPEC §2 does not list such columns.
    Extra,
}

/// Whether a text is what lists show in place of a value.
fn is_mask(column: &str, text: &str) -> bool {
    text == HIDDEN || (column == "phone" && text.contains(HIDDEN))
}

impl<R> Field<R> {
    /// Takes a cell's text.
    ///
    /// # Errors
    /// The problem with its column and value; a masked value is not repeated.
    pub fn take(&self, record: &mut R, text: &str) -> Result<(), Problem> {
        if self.privacy == Privacy::Masked && is_mask(self.column, text) {
            let said = both!(
                zh: "这是隐去了一部分的显示形式；要保留原值，请不要填写这一项",
                en: "that is how lists show it, with a part left out; to keep the value, leave the field out"
            );
            return Err(Problem::new(self.column, text, said));
        }
        (self.set)(record, text).map_err(|said| {
            Problem::new(
                self.column,
                if self.privacy == Privacy::Masked {
                    ""
                } else {
                    text
                },
                said,
            )
        })
    }
}
