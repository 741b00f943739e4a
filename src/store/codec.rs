//! The bytes of a stored record: kind, schema and CRC-32 before a CBOR map of the fields by number.

use minicbor::{Decoder, Encode};

use super::StoreError;
use crate::domain::kinds::Word;
use crate::domain::{AnyRecord, Code, Kind, Record};
use crate::{both, for_kind, with_record};

/// The schema that this release writes.
const SCHEMA: u16 = 1;
const HEAD: usize = 7;

/// A field's number and the raw bytes of its value.
pub(crate) type Parts = Vec<(u32, Vec<u8>)>;
/// A field's number and its raw value before and after.
pub(crate) type Change = (u32, Option<Vec<u8>>, Option<Vec<u8>>);

/// The byte that stands for a kind in keys; never used again for another.
pub(crate) fn kind_byte(kind: Kind) -> u8 {
    match kind {
        Kind::Street => 0,
        Kind::Community => 1,
        Kind::Category => 2,
        Kind::Capability => 3,
        Kind::Supplier => 4,
        Kind::Resident => 5,
        Kind::Need => 6,
        Kind::Match => 7,
        Kind::Service => 8,
        Kind::Settings => 9,
    }
}

pub(crate) fn kind_of(byte: u8) -> Option<Kind> {
    Kind::ALL
        .iter()
        .copied()
        .find(|kind| kind_byte(*kind) == byte)
}

/// The map of a record's fields.
pub(crate) fn payload(any: &AnyRecord) -> Result<Vec<u8>, StoreError> {
    with_record!(any, record => to_bytes(record))
}

pub(crate) fn to_bytes<T: Encode<()>>(value: &T) -> Result<Vec<u8>, StoreError> {
    minicbor::to_vec(value).map_err(|error| {
        StoreError::Unavailable(
            both!(zh: "无法写出数据：{error}", en: "a value can't be encoded: {error}"),
        )
    })
}

/// Puts kind, schema and CRC before a record's map.
pub(crate) fn seal(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind_byte(kind)];
    bytes.extend(SCHEMA.to_be_bytes());
    bytes.extend(crc(&bytes, payload).to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn crc(start: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(start);
    hasher.update(payload);
    hasher.finalize()
}

/// The record's map, once kind, schema and CRC are right.
pub(crate) fn unseal<'a>(kind: Kind, key: &str, bytes: &'a [u8]) -> Result<&'a [u8], StoreError> {
    let bad = || damaged(kind, key);
    let (head, payload) = bytes.split_at_checked(HEAD).ok_or_else(bad)?;
    let (start, sum) = head.split_at_checked(3).ok_or_else(bad)?;
    if crc(start, payload).to_be_bytes() != sum || start.first() != Some(&kind_byte(kind)) {
        return Err(bad());
    }
    if start.get(1..) > Some(SCHEMA.to_be_bytes().as_slice()) {
        return Err(StoreError::Unavailable(both!(
            zh: "这是较新版本写的数据库，请升级 matchdesk 后再打开",
            en: "this is a store of a newer release; update matchdesk and open it again"
        )));
    }
    Ok(payload)
}

/// The record of an envelope.
pub(crate) fn open(kind: Kind, key: &str, bytes: &[u8]) -> Result<AnyRecord, StoreError> {
    let payload = unseal(kind, key, bytes)?;
    for_kind!(kind, R => whole::<R>(payload).map(Record::into_any))
        .ok_or_else(|| damaged(kind, key))
}

/// Decodes a record that takes all the bytes.
pub(crate) fn whole<R: Record>(bytes: &[u8]) -> Option<R> {
    let mut decoder = Decoder::new(bytes);
    let record = decoder.decode().ok()?;
    (decoder.position() == bytes.len()).then_some(record)
}

fn damaged(kind: Kind, key: &str) -> StoreError {
    let kind = kind.word();
    StoreError::Corrupt(both!(
        zh: "数据库中的记录 {kind} {key} 已损坏，请用备份恢复",
        en: "the record {kind} {key} in the store is damaged; restore a backup"
    ))
}

/// Splits a map into its fields.
pub(crate) fn split(bytes: &[u8]) -> Result<Parts, StoreError> {
    split_raw(bytes).map_err(|error| {
        StoreError::Corrupt(both!(zh: "数据库中的记录无法读出：{error}", en: "a record in the store can't be read: {error}"))
    })
}

fn split_raw(bytes: &[u8]) -> Result<Parts, minicbor::decode::Error> {
    let mut decoder = Decoder::new(bytes);
    let count = decoder
        .map()?
        .ok_or_else(|| minicbor::decode::Error::message("map without a length"))?;
    let mut parts = Vec::new();
    for _ in 0..count {
        let number = decoder.u32()?;
        let from = decoder.position();
        decoder.skip()?;
        let value = bytes
            .get(from..decoder.position())
            .ok_or_else(minicbor::decode::Error::end_of_input)?;
        parts.push((number, value.to_vec()));
    }
    if decoder.position() == bytes.len() {
        Ok(parts)
    } else {
        Err(minicbor::decode::Error::message("bytes after the record"))
    }
}

/// The fields that became different. A new record is compared with the defaults, and nothing counts as before.
pub(crate) fn diff(
    kind: Kind,
    before: Option<&[u8]>,
    after: &[u8],
) -> Result<Vec<Change>, StoreError> {
    let old = match before {
        Some(bytes) => split(bytes)?,
        None => split(&for_kind!(kind, R => to_bytes(&R::default()))?)?,
    };
    let new = split(after)?;
    let value = |parts: &Parts, number: u32| {
        parts
            .iter()
            .find(|part| part.0 == number)
            .map(|part| part.1.clone())
    };
    let mut numbers: Vec<u32> = old.iter().chain(&new).map(|part| part.0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers
        .into_iter()
        .map(|number| (number, value(&old, number), value(&new, number)))
        .filter(|(_, old, new)| old != new)
        .map(|(number, old, new)| (number, old.filter(|_| before.is_some()), new))
        .collect())
}

/// The cell of one field's raw value, with its column; none for numbers that no column has.
pub(crate) fn cell(
    kind: Kind,
    number: u32,
    value: Option<&[u8]>,
) -> Option<(&'static str, String)> {
    for_kind!(kind, R => {
        let field = R::fields().iter().find(|field| field.number == number)?;
        let Some(value) = value else { return Some((field.column, String::new())) };
        let mut bytes = vec![0xa1];
        minicbor::encode(number, &mut bytes).ok()?;
        bytes.extend(value);
        Some((field.column, (field.get)(&whole::<R>(&bytes)?)))
    })
}

/// Whether a field is part of who somebody is.
pub(crate) fn is_personal(kind: Kind, number: u32) -> bool {
    for_kind!(kind, R => R::fields().iter().any(|field| {
        field.number == number && field.privacy != crate::domain::field::Privacy::Open
    }))
}

/// A key as text, for keys that this store wrote.
pub(crate) fn code(bytes: &[u8]) -> Code {
    Code::composed(&String::from_utf8_lossy(bytes))
}
