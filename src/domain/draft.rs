//! Drafts: what was typed into a form and is not saved yet. A draft is no fact; it is its user's alone.

use std::collections::BTreeMap;

use minicbor::{Decode, Decoder, Encode, Encoder};

use super::code::Code;
use super::kinds::Kind;
use super::record::{AnyRecord, Need, Record, Supplier};
use super::time::{Minute, Stamp};
use crate::{for_kind, with_record};

/// A form with what was typed into it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Draft {
    /// What the form is about, as it was opened.
    #[n(0)]
    pub subject: Subject,
    /// The value of each field that is not as it was at first, by its name.
    #[cbor(n(1), default)]
    pub values: BTreeMap<String, String>,
    /// The field that had the keys.
    #[cbor(n(2), default)]
    pub focus: String,
    /// Where the caret stood in that field, in bytes.
    #[cbor(n(3), default)]
    pub caret: u32,
    /// When it was kept last, local to the store.
    #[cbor(n(4), default)]
    pub changed: Stamp,
    /// The terminal at which it was typed last: a number that it draws when it comes.
    #[cbor(n(5), default)]
    pub terminal: u64,
    /// How many inputs of that terminal are in it.
    #[cbor(n(6), default)]
    pub inputs: u64,
}

impl Draft {
    /// The longest draft that is kept, in bytes of text.
    pub const LONGEST: usize = 256 << 10;

    /// A field's value: what was typed, else what the record had at first, else `""`.
    #[must_use]
    pub fn value(&self, field: &str) -> String {
        if let Some(typed) = self.values.get(field) {
            return typed.clone();
        }
        match &self.subject {
            Subject::Add(record) | Subject::Edit(record) => {
                with_record!(record, record => at_first(record, field))
            }
            _ => String::new(),
        }
    }

    /// How much text there is in it, in bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.values.values().map(String::len).sum()
    }
}

fn at_first<R: Record>(record: &R, field: &str) -> String {
    let mut columns = R::fields().iter();
    let column = columns.find(|column| column.column == field);
    column.map_or_else(String::new, |column| (column.get)(record))
}

/// What a form is about.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Subject {
    /// A new record, which began with these values.
    #[n(0)]
    Add(
        /// The values.
        #[cbor(n(0), with = "any")]
        AnyRecord,
    ),
    /// A change of a record, which was so when the form was opened.
    #[n(1)]
    Edit(
        /// The record.
        #[cbor(n(0), with = "any")]
        AnyRecord,
    ),
    /// Why a need is called off.
    #[n(2)]
    Cancel {
        /// The need.
        #[n(0)]
        need: Code,
    },
    /// Why a match is ended.
    #[n(3)]
    Unmatch {
        /// The need.
        #[n(0)]
        need: Code,
        /// The suppliers one of whom it is.
        #[n(1)]
        standing: Vec<Code>,
    },
    /// What became of a visit.
    #[n(4)]
    Outcome {
        /// The need.
        #[n(0)]
        need: Code,
        /// The visits one of which it is: supplier and start.
        #[n(1)]
        visits: Vec<(Code, Minute)>,
    },
    /// Why a need asks less.
    #[n(5)]
    Relax {
        /// The need as it was, and as it would be.
        #[n(0)]
        need: Box<[Need; 2]>,
        /// The supplier who would go farther, as they were and as they would be.
        #[n(1)]
        farther: Option<Box<[Supplier; 2]>>,
        /// How many km farther.
        #[n(2)]
        km: f64,
    },
}

/// A record of any kind: its kind, then its fields.
mod any {
    use minicbor::decode::Error as Unread;
    use minicbor::encode::{Error as Unwritten, Write};

    use super::{AnyRecord, Decode, Decoder, Encode, Encoder, Kind, Record, for_kind, with_record};

    pub fn encode<C, W: Write>(
        record: &AnyRecord,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), Unwritten<W::Error>> {
        e.array(2)?;
        record.kind().encode(e, &mut ())?;
        with_record!(record, record => record.encode(e, &mut ()))
    }

    pub fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<AnyRecord, Unread> {
        if d.array()? != Some(2) {
            return Err(Unread::message("a kind and a record"));
        }
        let kind = Kind::decode(d, &mut ())?;
        for_kind!(kind, R => R::decode(d, &mut ()).map(Record::into_any))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kinds::Word;

    fn draft(subject: Subject) -> Draft {
        Draft {
            subject,
            values: [("note".to_owned(), "要扶他坐到椅子上".to_owned())].into(),
            focus: "note".to_owned(),
            caret: 3,
            changed: Stamp(7),
            terminal: u64::MAX,
            inputs: 9,
        }
    }

    #[test]
    fn a_draft_of_every_subject_is_read_as_it_was_written() {
        let (need, other) = (Code::composed("N1"), Code::composed("V1"));
        let mut subjects = vec![
            Subject::Cancel { need: need.clone() },
            Subject::Unmatch {
                need: need.clone(),
                standing: vec![other.clone()],
            },
            Subject::Outcome {
                need,
                visits: vec![(other, Minute(5))],
            },
            Subject::Relax {
                need: Box::default(),
                farther: Some(Box::default()),
                km: 0.5,
            },
        ];
        for kind in Kind::ALL {
            for_kind!(kind, R => {
                subjects.push(Subject::Add(R::default().into_any()));
                subjects.push(Subject::Edit(R::default().into_any()));
            });
        }
        for subject in subjects {
            let draft = draft(subject);
            let bytes = minicbor::to_vec(&draft).unwrap();
            assert_eq!(minicbor::decode::<Draft>(&bytes).unwrap(), draft);
        }
    }
}
