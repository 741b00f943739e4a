//! The journal: one entry an event, chained by hash within its street's chain.
//!
//! An entry holds the fields that became different. Of a personal field it holds only a keyed hash and says in which
//! version of the person's side row the value lies, so that erasing those rows leaves the chain whole.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::slice;

use chrono::DateTime;
use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use super::codec::{self, Fields};
use super::{Entry, FieldChange, Request, RequestId, StoreError};
use crate::both;
use crate::domain::field::Privacy;
use crate::domain::{AnyRecord, Code, Event, Kind, Note, Record, Stamp, Verb};
use crate::for_kind;

/// A SHA-256 hash.
pub(super) type Hash = [u8; 32];

/// The hash before a chain's first entry.
pub(super) const START: Hash = [0; 32];

/// An entry as it is stored. Numbers of fields are never used again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Stored {
    /// The hash of the entry before.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub previous: Hash,
    /// The command's id.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub request: [u8; 16],
    /// Who.
    #[n(2)]
    pub who: String,
    /// From which station.
    #[n(3)]
    pub station: String,
    /// The real time, in milliseconds since 1970 UTC.
    #[n(4)]
    pub real: i64,
    /// The rules' clock.
    #[n(5)]
    pub now: Stamp,
    /// What happened.
    #[n(6)]
    pub verb: Verb,
    /// To which kind of record.
    #[n(7)]
    pub kind: Kind,
    /// Under which key.
    #[n(8)]
    pub key: Code,
    /// Why.
    #[n(9)]
    pub reason: String,
    /// The fields that became different: number, before, after.
    #[n(10)]
    pub changes: Vec<Change>,
    /// The version of the side row that holds the personal fields; 0 when none changed.
    #[n(11)]
    pub version: u32,
}

/// One field's change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Change {
    /// The field's number.
    #[n(0)]
    pub number: u32,
    /// Its value before, or the keyed hash of it; empty when it had its default.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub before: Vec<u8>,
    /// Its value after, or the keyed hash of it.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub after: Vec<u8>,
}

/// The personal fields that became different, as they are kept beside the journal: number to value before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub(super) struct Side(pub Vec<Change>);

/// Whether a field is personal, by its number.
pub(super) fn is_personal(kind: Kind, number: u32) -> bool {
    for_kind!(kind, R => R::fields().iter().any(|field| field.number == number && field.privacy != Privacy::Open))
}

/// Makes the keyed hashes that stand for personal values: the key's part of the work is done once.
pub(super) struct Veil {
    keyed: Option<Hmac<Sha256>>,
    /// What stands for no value, by the field's number.
    nothing: Vec<Vec<u8>>,
}

/// Numbers of fields for which the hash of no value is kept.
const FEW: u32 = 32;

impl Veil {
    pub fn new(key: &Hash) -> Self {
        let mut veil = Self {
            keyed: Hmac::new_from_slice(key).ok(),
            nothing: Vec::new(),
        };
        veil.nothing = (0..FEW).map(|number| veil.hash(number, &[])).collect();
        veil
    }

    /// Whether it was made with this key.
    pub fn is_of(&self, key: &Hash) -> bool {
        self.nothing == Self::new(key).nothing
    }

    /// The keyed hash that stands for a value of a field.
    pub fn hide(&self, number: u32, value: &[u8]) -> Vec<u8> {
        let kept = self.nothing.get(number as usize);
        match kept.filter(|_| value.is_empty()) {
            Some(nothing) => nothing.clone(),
            None => self.hash(number, value),
        }
    }

    fn hash(&self, number: u32, value: &[u8]) -> Vec<u8> {
        let Some(mut mac) = self.keyed.clone() else {
            return Vec::new();
        };
        mac.update(&number.to_le_bytes());
        mac.update(value);
        mac.finalize()
            .into_bytes()
            .iter()
            .take(16)
            .copied()
            .collect()
    }
}

/// The fields by which two states of a record differ, by number: of each the values that are not its default.
fn differences(before: &[(u32, &[u8])], after: &[(u32, &[u8])]) -> Vec<Change> {
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    let mut changes = Vec::with_capacity(after.len());
    while let Some(number) = next_number(before.peek(), after.peek()) {
        let take = |fields: &mut Peekable<slice::Iter<'_, (u32, &[u8])>>| {
            fields
                .next_if(|(own, _)| *own == number)
                .map_or(&[][..], |(_, value)| *value)
                .to_vec()
        };
        let (before, after) = (take(&mut before), take(&mut after));
        if before != after {
            changes.push(Change {
                number,
                before,
                after,
            });
        }
    }
    changes
}

fn next_number(a: Option<&&(u32, &[u8])>, b: Option<&&(u32, &[u8])>) -> Option<u32> {
    a.into_iter().chain(b).map(|(number, _)| *number).min()
}

/// What an event leaves in the store that does not depend on what was written before it.
pub(super) struct Prepared {
    /// The record's stored value.
    pub value: Vec<u8>,
    /// The fields that became different, for the journal.
    changes: Vec<Change>,
    /// The personal ones, encoded for the side row; empty when there are none.
    pub side: Vec<u8>,
}

impl Prepared {
    pub fn new(event: &Event, veil: &Veil) -> Self {
        let kind = event.after.kind();
        let payload = codec::payload(&event.after);
        let before = event.before.as_ref().map(codec::payload);
        let before = before.as_deref().map(|payload| codec::set(kind, payload));
        let mut changes = differences(
            before.as_deref().unwrap_or_default(),
            &codec::set(kind, &payload),
        );
        let mut side = Side::default();
        for change in &mut changes {
            if is_personal(kind, change.number) {
                let hidden = Change {
                    number: change.number,
                    before: veil.hide(change.number, &change.before),
                    after: veil.hide(change.number, &change.after),
                };
                side.0.push(std::mem::replace(change, hidden));
            }
        }
        let side = if side.0.is_empty() {
            Vec::new()
        } else {
            codec::cbor(&side)
        };
        Self {
            value: codec::seal(kind as u8, &payload),
            changes,
            side,
        }
    }

    /// The event's entry. `version` is that of the side row.
    pub fn entry(self, event: &Event, request: &Request, previous: Hash, version: u32) -> Stored {
        Stored {
            previous,
            request: request.id.0.to_be_bytes(),
            who: request.who.clone(),
            station: request.station.clone(),
            real: request.real.timestamp_millis(),
            now: request.now,
            verb: event.verb,
            kind: event.after.kind(),
            key: event.after.key(),
            reason: event.reason.clone(),
            changes: self.changes,
            version: if self.side.is_empty() { 0 } else { version },
        }
    }
}

/// The entry of a deed that changes no record.
pub(super) fn noted(note: &Note, request: &Request, previous: Hash) -> Stored {
    Stored {
        previous,
        request: request.id.0.to_be_bytes(),
        who: request.who.clone(),
        station: request.station.clone(),
        real: request.real.timestamp_millis(),
        now: request.now,
        verb: note.verb,
        kind: note.kind,
        key: note.key.clone(),
        reason: note.reason.clone(),
        changes: Vec::new(),
        version: 0,
    }
}

impl Stored {
    /// The entry's bytes and its hash.
    pub fn bytes(&self) -> (Vec<u8>, Hash) {
        let bytes = codec::cbor(self);
        let hash = Sha256::digest(&bytes).into();
        (bytes, hash)
    }

    /// Reads an entry's bytes.
    pub fn read(chain: &str, sequence: u64, bytes: &[u8]) -> Result<Self, StoreError> {
        minicbor::decode(bytes).map_err(|_| {
            StoreError::Corrupt(both!(zh: "日志 {chain} 第 {sequence} 条已损坏", en: "entry {sequence} of the journal's chain {chain} is damaged"))
        })
    }

    /// The event that this entry was made of, for a command that is asked for again. Fields that it did not touch are as
    /// in `now`, the record as it is; so are personal ones whose values were erased.
    pub fn told_again(
        &self,
        chain: &Code,
        now: &AnyRecord,
        side: Option<&Side>,
    ) -> Result<Event, StoreError> {
        let (mut before, mut after) = (codec::fields(now), codec::fields(now));
        let personal = side.map(|side| side.0.as_slice()).unwrap_or_default();
        let open = self
            .changes
            .iter()
            .filter(|change| !is_personal(self.kind, change.number));
        for change in open.chain(personal) {
            for (fields, value) in [(&mut before, &change.before), (&mut after, &change.after)] {
                if value.is_empty() {
                    fields.remove(&change.number);
                } else {
                    fields.insert(change.number, value.clone());
                }
            }
        }
        let join = |fields: &Fields| codec::join(self.kind, &self.key, fields);
        Ok(Event {
            verb: self.verb,
            chain: chain.clone(),
            before: (!before.is_empty()).then(|| join(&before)).transpose()?,
            after: join(&after)?,
            reason: self.reason.clone(),
        })
    }

    /// The entry for people: columns and cells instead of numbers and bytes. `side` gives back personal values.
    pub fn shown(&self, chain: &Code, sequence: u64, side: Option<&Side>) -> Entry {
        let mut changes = Vec::new();
        for change in &self.changes {
            let personal = is_personal(self.kind, change.number);
            let source = if personal {
                side.and_then(|side| side.0.iter().find(|known| known.number == change.number))
            } else {
                Some(change)
            };
            if let Some((column, privacy)) = column(self.kind, change.number) {
                let cell = |pick: fn(&Change) -> &Vec<u8>| {
                    source.map(|change| cell(self.kind, &self.key, change.number, pick(change)))
                };
                changes.push(FieldChange {
                    column,
                    before: cell(|change| &change.before),
                    after: cell(|change| &change.after),
                    masked: privacy == Privacy::Masked,
                });
            }
        }
        let request = Request {
            id: RequestId(u128::from_be_bytes(self.request)),
            who: self.who.clone(),
            station: self.station.clone(),
            real: DateTime::from_timestamp_millis(self.real).unwrap_or_default(),
            now: self.now,
        };
        let (verb, kind, key, reason) =
            (self.verb, self.kind, self.key.clone(), self.reason.clone());
        Entry {
            chain: chain.clone(),
            sequence,
            request,
            verb,
            kind,
            key,
            reason,
            changes,
        }
    }
}

fn column(kind: Kind, number: u32) -> Option<(&'static str, Privacy)> {
    for_kind!(kind, R => R::fields().iter().find(|field| field.number == number).map(|field| (field.column, field.privacy)))
}

/// A field's value as its cell; empty for the default.
fn cell(kind: Kind, key: &Code, number: u32, value: &[u8]) -> String {
    if value.is_empty() {
        return String::new();
    }
    let fields: Fields = BTreeMap::from([(number, value.to_vec())]);
    let Ok(record) = codec::join(kind, key, &fields) else {
        return String::new();
    };
    cell_of(&record, number)
}

fn cell_of(record: &AnyRecord, number: u32) -> String {
    crate::with_record!(record, record => text(record, number))
}

fn text<R: Record>(record: &R, number: u32) -> String {
    R::fields()
        .iter()
        .find(|field| field.number == number)
        .map(|field| (field.get)(record))
        .unwrap_or_default()
}

/// A hash in hexadecimal.
pub(super) fn hex(hash: &Hash) -> String {
    use std::fmt::Write;
    hash.iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
