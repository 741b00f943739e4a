//! The journal: one entry an event, chained by hash within its street's chain.
//!
//! An entry holds the fields that became different. Of a personal field it holds only a keyed hash and says in which
//! version of the person's side row the value lies, so that erasing those rows leaves the chain whole.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::slice;

use chrono::DateTime;
use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Decode, Encode, Encoder};
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

/// What stands for a personal value: the first half of its keyed hash.
pub(super) type Hidden = [u8; 16];

/// Makes the keyed hashes that stand for personal values: the key's part of the work is done once.
pub(super) struct Veil {
    keyed: Option<Hmac<Sha256>>,
    /// What stands for no value, by the field's number.
    nothing: Vec<Hidden>,
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
    pub fn hide(&self, number: u32, value: &[u8]) -> Hidden {
        let kept = self.nothing.get(number as usize);
        match kept.filter(|_| value.is_empty()) {
            Some(nothing) => *nothing,
            None => self.hash(number, value),
        }
    }

    fn hash(&self, number: u32, value: &[u8]) -> Hidden {
        let mut hidden = Hidden::default();
        let Some(mut mac) = self.keyed.clone() else {
            return hidden;
        };
        mac.update(&number.to_le_bytes());
        mac.update(value);
        for (byte, own) in hidden.iter_mut().zip(mac.finalize().into_bytes()) {
            *byte = own;
        }
        hidden
    }
}

/// One field's change, as it is encoded: like a [`Change`].
#[derive(Clone, Copy, Encode)]
struct Difference<'a> {
    #[n(0)]
    number: u32,
    #[cbor(n(1), with = "minicbor::bytes")]
    before: &'a [u8],
    #[cbor(n(2), with = "minicbor::bytes")]
    after: &'a [u8],
}

/// The fields by which two states of a record differ, by number: of each the values that are not its default.
fn differences<'a>(before: &[(u32, &'a [u8])], after: &[(u32, &'a [u8])]) -> Vec<Difference<'a>> {
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    let mut changes = Vec::with_capacity(after.len());
    while let Some(number) = next_number(before.peek(), after.peek()) {
        let take = |fields: &mut Peekable<slice::Iter<'_, (u32, &'a [u8])>>| {
            fields
                .next_if(|(own, _)| *own == number)
                .map_or(&[][..], |(_, value)| *value)
        };
        let (before, after) = (take(&mut before), take(&mut after));
        if before != after {
            changes.push(Difference {
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
    /// The personal fields that became different, encoded for the side row; empty when there are none.
    pub side: Vec<u8>,
    /// What the journal tells.
    pub told: Told,
}

/// What the journal tells of an event.
#[derive(Default)]
pub(super) struct Told {
    /// The fields that became different, encoded.
    changes: Vec<u8>,
    /// Whether some of them lie in a side row.
    has_side: bool,
}

impl Prepared {
    pub fn new(event: &Event, veil: &Veil) -> Self {
        let kind = event.after.kind();
        let value = codec::sealed(&event.after);
        let before = event.before.as_ref().map(codec::payload);
        let before = before.as_deref().map(|payload| codec::set(kind, payload));
        let mut changes = differences(
            before.as_deref().unwrap_or_default(),
            &codec::set(kind, codec::payload_of(&value)),
        );
        let is_own = |change: &&Difference<'_>| is_personal(kind, change.number);
        let personal: Vec<Difference<'_>> = changes.iter().filter(is_own).copied().collect();
        let side = if personal.is_empty() {
            Vec::new()
        } else {
            codec::cbor(&personal)
        };
        let hidden = |change: &Difference<'_>| {
            [change.before, change.after].map(|value| veil.hide(change.number, value))
        };
        let hidden: Vec<[Hidden; 2]> = personal.iter().map(hidden).collect();
        let own = changes.iter_mut().filter(|change| is_own(&&**change));
        for (change, [before, after]) in own.zip(&hidden) {
            (change.before, change.after) = (before, after);
        }
        let changes = codec::cbor(&changes);
        Self {
            told: Told {
                changes,
                has_side: !side.is_empty(),
            },
            value,
            side,
        }
    }
}

impl Told {
    /// The event's entry and its hash. `key` is the record's, `version` that of the side row.
    pub fn entry(
        &self,
        event: &Event,
        key: &Code,
        request: &Request,
        previous: Hash,
        version: u32,
    ) -> (Vec<u8>, Hash) {
        Fresh {
            previous,
            request: request.id.0.to_be_bytes(),
            who: &request.who,
            station: &request.station,
            real: request.real.timestamp_millis(),
            now: request.now,
            verb: event.verb,
            kind: event.after.kind(),
            key,
            reason: &event.reason,
            changes: Encoded(&self.changes),
            version: if self.has_side { version } else { 0 },
        }
        .bytes()
    }
}

/// The entry of a deed that changes no record, and its hash.
pub(super) fn noted(note: &Note, request: &Request, previous: Hash) -> (Vec<u8>, Hash) {
    let nothing = codec::cbor(&[(); 0]);
    Fresh {
        previous,
        request: request.id.0.to_be_bytes(),
        who: &request.who,
        station: &request.station,
        real: request.real.timestamp_millis(),
        now: request.now,
        verb: note.verb,
        kind: note.kind,
        key: &note.key,
        reason: &note.reason,
        changes: Encoded(&nothing),
        version: 0,
    }
    .bytes()
}

/// An entry on its way into the journal: encoded as [`Stored`] is.
#[derive(Encode)]
#[cbor(map)]
struct Fresh<'a> {
    #[cbor(n(0), with = "minicbor::bytes")]
    previous: Hash,
    #[cbor(n(1), with = "minicbor::bytes")]
    request: [u8; 16],
    #[n(2)]
    who: &'a str,
    #[n(3)]
    station: &'a str,
    #[n(4)]
    real: i64,
    #[n(5)]
    now: Stamp,
    #[n(6)]
    verb: Verb,
    #[n(7)]
    kind: Kind,
    #[n(8)]
    key: &'a Code,
    #[n(9)]
    reason: &'a str,
    #[n(10)]
    changes: Encoded<'a>,
    #[n(11)]
    version: u32,
}

impl Fresh<'_> {
    fn bytes(&self) -> (Vec<u8>, Hash) {
        let bytes = codec::cbor(self);
        let hash = Sha256::digest(&bytes).into();
        (bytes, hash)
    }
}

/// What is encoded already.
struct Encoded<'a>(&'a [u8]);

impl<C> Encode<C> for Encoded<'_> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let written = e.writer_mut().write_all(self.0);
        written.map_err(minicbor::encode::Error::write)
    }
}

impl Stored {
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

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;
    use crate::domain::record::Supplier;

    fn request() -> Request {
        Request {
            id: RequestId(7),
            who: "wang".to_owned(),
            station: "anzhen".to_owned(),
            real: DateTime::<Utc>::from_timestamp_millis(1_764_000_000_123).unwrap(),
            now: Stamp(1_764_000_000),
        }
    }

    #[test]
    fn an_entry_on_its_way_is_encoded_as_it_is_read() {
        let supplier = |name: &str, capacity| Supplier {
            code: Code::composed("V1"),
            name: name.to_owned(),
            phone: "13812345678".to_owned(),
            capacity,
            ..Supplier::default()
        };
        let veil = Veil::new(&START);
        for before in [None, Some(supplier("王秀英", 1).into())] {
            let event = Event {
                verb: Verb::Imported,
                chain: Code::composed(Event::DISTRICT),
                before,
                after: supplier("王芳", 2).into(),
                reason: "a.csv".to_owned(),
            };
            let prepared = Prepared::new(&event, &veil);
            let key = event.after.key();
            let (bytes, hash) = prepared.told.entry(&event, &key, &request(), [9; 32], 3);
            let read = Stored::read("district", 1, &bytes).unwrap();
            assert_eq!(codec::cbor(&read), bytes);
            assert_eq!(hash, Hash::from(Sha256::digest(&bytes)));
            assert_eq!((read.previous, read.version), ([9; 32], 3));
            assert_eq!((read.who.as_str(), read.reason.as_str()), ("wang", "a.csv"));
            // Of what is personal the journal holds no value, and the side row all.
            let side: Side = minicbor::decode(&prepared.side).unwrap();
            for change in &side.0 {
                assert!(is_personal(Kind::Supplier, change.number));
                let hidden = read
                    .changes
                    .iter()
                    .find(|c| c.number == change.number)
                    .unwrap();
                assert_eq!(hidden.after, veil.hide(change.number, &change.after));
            }
            let told = read
                .told_again(&event.chain, &event.after, Some(&side))
                .unwrap();
            assert_eq!(
                (told.before, told.after),
                (event.before.clone(), event.after.clone())
            );
        }
        let note = Note {
            verb: Verb::Denied,
            chain: Code::composed(Event::DISTRICT),
            kind: Kind::Settings,
            key: Code::composed(Note::ALL),
            reason: "grant".to_owned(),
        };
        let (bytes, _) = noted(&note, &request(), START);
        let read = Stored::read("district", 1, &bytes).unwrap();
        assert_eq!(codec::cbor(&read), bytes);
        assert!(read.changes.is_empty() && read.version == 0);
    }
}
