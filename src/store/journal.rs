//! Journal entries: hash-chained per chain, with personal values kept aside under a version.

use hmac::{Hmac, KeyInit, Mac};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use super::codec::{self, Change};
use super::{Entry, FieldChange, Head, Request, RequestId, StoreError};
use crate::both;
use crate::domain::{Code, Event, Kind, Stamp, Verb};

/// A field that became different, in the clear.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Open {
    #[n(0)]
    pub number: u32,
    #[n(1)]
    pub before: Option<ByteVec>,
    #[n(2)]
    pub after: Option<ByteVec>,
}

/// A personal field that became different: a keyed hash of what is after.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Hidden {
    #[n(0)]
    pub number: u32,
    #[n(1)]
    pub hash: ByteVec,
}

#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Stored {
    #[n(0)]
    pub id: ByteVec,
    #[n(1)]
    pub who: String,
    #[n(2)]
    pub station: String,
    #[n(3)]
    pub real: i64,
    #[n(4)]
    pub now: i64,
    #[n(5)]
    pub verb: Verb,
    #[n(6)]
    pub kind: u8,
    #[n(7)]
    pub key: Code,
    #[n(8)]
    pub reason: Option<String>,
    #[n(9)]
    pub open: Vec<Open>,
    #[n(10)]
    pub hidden: Option<Vec<Hidden>>,
    #[n(11)]
    pub version: Option<u64>,
}

/// A chain's newest sequence number and hash.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tip {
    pub sequence: u64,
    pub hash: Vec<u8>,
}

impl Tip {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [&self.sequence.to_be_bytes(), self.hash.as_slice()].concat()
    }

    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let (sequence, hash) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            sequence: u64::from_be_bytes(*sequence),
            hash: hash.to_vec(),
        })
    }

    /// The tip after one more entry.
    pub(crate) fn next(&self, chain: &Code, entry: &[u8]) -> Self {
        let sequence = self.sequence + 1;
        let mut hasher = Sha256::new();
        hasher.update(&self.hash);
        hasher.update(key(chain, sequence));
        hasher.update(entry);
        Self {
            sequence,
            hash: hasher.finalize().to_vec(),
        }
    }

    pub(crate) fn head(&self, chain: Code) -> Head {
        let hash = self.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Head {
            chain,
            sequence: self.sequence,
            hash,
        }
    }
}

/// The key of an entry: the chain, 0, the sequence number.
pub(crate) fn key(chain: &Code, sequence: u64) -> Vec<u8> {
    [
        chain.as_str().as_bytes(),
        &[0],
        sequence.to_be_bytes().as_slice(),
    ]
    .concat()
}

/// The keyed hash of a personal value.
pub(crate) fn keyed(
    secret: &[u8],
    kind: Kind,
    key: &Code,
    number: u32,
    value: Option<&[u8]>,
) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return Vec::new();
    };
    mac.update(&[codec::kind_byte(kind)]);
    mac.update(key.as_str().as_bytes());
    mac.update(&[0]);
    mac.update(&number.to_be_bytes());
    mac.update(&[u8::from(value.is_some())]);
    mac.update(value.unwrap_or_default());
    mac.finalize().into_bytes().to_vec()
}

/// The entry's bytes for an event, without the values of personal fields.
pub(crate) fn write(
    secret: &[u8],
    request: &Request,
    event: &Event,
    changes: &[Change],
    version: Option<u64>,
) -> Result<Vec<u8>, StoreError> {
    let (kind, key) = (event.after.kind(), event.after.key());
    let mut open = Vec::new();
    let mut hidden = Vec::new();
    for (number, before, after) in changes {
        if codec::is_personal(kind, *number) {
            let hash = keyed(secret, kind, &key, *number, after.as_deref()).into();
            hidden.push(Hidden {
                number: *number,
                hash,
            });
        } else {
            open.push(open_change(*number, before.as_ref(), after.as_ref()));
        }
    }
    codec::to_bytes(&Stored {
        id: request.id.0.to_be_bytes().to_vec().into(),
        who: request.who.clone(),
        station: request.station.clone(),
        real: request.real.timestamp_millis(),
        now: request.now.0,
        verb: event.verb,
        kind: codec::kind_byte(kind),
        key,
        reason: Some(event.reason.clone()).filter(|reason| !reason.is_empty()),
        open,
        hidden: Some(hidden).filter(|hidden| !hidden.is_empty()),
        version,
    })
}

pub(crate) fn open_change(number: u32, before: Option<&Vec<u8>>, after: Option<&Vec<u8>>) -> Open {
    Open {
        number,
        before: before.cloned().map(Into::into),
        after: after.cloned().map(Into::into),
    }
}

/// Reads an entry; `aside` gives the personal values of a version, none when they were erased.
pub(crate) fn read(
    chain: &Code,
    sequence: u64,
    bytes: &[u8],
    aside: &dyn Fn(Kind, &Code, u64) -> Result<Option<Vec<Open>>, StoreError>,
) -> Result<Entry, StoreError> {
    let bad = || damaged(chain, sequence);
    let stored: Stored = minicbor::decode(bytes).map_err(|_| bad())?;
    let kind = codec::kind_of(stored.kind).ok_or_else(bad)?;
    let id = u128::from_be_bytes(stored.id.as_slice().try_into().map_err(|_| bad())?);
    let real = chrono::DateTime::from_timestamp_millis(stored.real).ok_or_else(bad)?;
    let mut changes: Vec<FieldChange> = stored
        .open
        .iter()
        .filter_map(|change| shown(kind, change))
        .collect();
    if let (Some(hidden), Some(version)) = (&stored.hidden, stored.version) {
        match aside(kind, &stored.key, version)? {
            Some(values) => changes.extend(values.iter().filter_map(|change| shown(kind, change))),
            None => changes.extend(hidden.iter().filter_map(|field| erased(kind, field.number))),
        }
    }
    Ok(Entry {
        chain: chain.clone(),
        sequence,
        request: Request {
            id: RequestId(id),
            who: stored.who,
            station: stored.station,
            real,
            now: Stamp(stored.now),
        },
        verb: stored.verb,
        kind,
        key: stored.key,
        reason: stored.reason.unwrap_or_default(),
        changes,
    })
}

fn shown(kind: Kind, change: &Open) -> Option<FieldChange> {
    let (column, before) = codec::cell(kind, change.number, change.before.as_ref().map(|b| &***b))?;
    let (_, after) = codec::cell(kind, change.number, change.after.as_ref().map(|b| &***b))?;
    Some(FieldChange {
        column,
        before: Some(before),
        after: Some(after),
    })
}

fn erased(kind: Kind, number: u32) -> Option<FieldChange> {
    let (column, _) = codec::cell(kind, number, None)?;
    Some(FieldChange {
        column,
        before: None,
        after: None,
    })
}

pub(crate) fn damaged(chain: &Code, sequence: u64) -> StoreError {
    StoreError::Corrupt(both!(
        zh: "日志 {chain} 的第 {sequence} 条已损坏，请用备份恢复",
        en: "entry {sequence} of the journal {chain} is damaged; restore a backup"
    ))
}
