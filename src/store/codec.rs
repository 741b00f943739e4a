//! Stored values: an envelope around a map of numbered fields.
//!
//! Envelope: kind (1 byte), schema (2 bytes), CRC-32 of all that follows and precedes (4 bytes), payload. redb does not
//! check ordinary reads, so a flipped bit would come back as wrong data without the checksum.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use minicbor::{Decoder, Encode, Encoder};

use super::StoreError;
use crate::both;
use crate::domain::kinds::Word;
use crate::domain::record::{Fitness, Supplier};
use crate::domain::{AnyRecord, Code, Kind, Record};
use crate::{for_kind, with_record};

/// The newest schema of values that this release writes and reads.
pub(super) const SCHEMA: u16 = 1;

const HEAD: usize = 7;

/// The fields of a stored value by number, each as its own CBOR.
pub(super) type Fields = BTreeMap<u32, Vec<u8>>;

/// That a value is not what was written.
pub(super) fn corrupt(kind: Kind, key: &str) -> StoreError {
    let kind = kind.word();
    StoreError::Corrupt(both!(
        zh: "存储已损坏：{kind} {key} 的内容不完整。请用 matchdesk restore 从备份恢复",
        en: "the store is damaged: {kind} {key} is not as it was written. Restore a backup with matchdesk restore"
    ))
}

/// A record without its envelope.
pub(super) fn payload(record: &AnyRecord) -> Vec<u8> {
    with_record!(record, record => cbor(record))
}

/// Most that is kept needs no more room than is made at first.
const ROOM: usize = 512;

/// A value's CBOR.
pub(super) fn cbor(value: &impl Encode<()>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ROOM);
    // Writing to memory can't fail.
    let _ = minicbor::encode(value, &mut bytes);
    bytes
}

/// A record in its envelope.
pub(super) fn sealed(record: &AnyRecord) -> Vec<u8> {
    let mut value = Vec::with_capacity(ROOM);
    value.resize(HEAD, 0);
    // Writing to memory can't fail.
    let _ = with_record!(record, record => minicbor::encode(record, &mut value));
    let sort = record.kind() as u8;
    let head = head(sort, payload_of(&value));
    if let Some(place) = value.get_mut(..HEAD) {
        place.copy_from_slice(&head);
    }
    value
}

/// What is in the envelope of a value that was made just now.
pub(super) fn payload_of(value: &[u8]) -> &[u8] {
    value.get(HEAD..).unwrap_or_default()
}

/// Puts a payload into an envelope of a sort: a kind of record, or something else that is kept.
pub(super) fn seal(sort: u8, payload: &[u8]) -> Vec<u8> {
    [&head(sort, payload), payload].concat()
}

fn head(sort: u8, payload: &[u8]) -> [u8; HEAD] {
    let [low, high] = SCHEMA.to_le_bytes();
    let [a, b, c, d] = checksum(sort, SCHEMA, payload).to_le_bytes();
    [sort, low, high, a, b, c, d]
}

fn checksum(sort: u8, schema: u16, payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&[sort]);
    crc.update(&schema.to_le_bytes());
    crc.update(payload);
    crc.finalize()
}

/// The payload of an envelope, its checksum verified; `wrong` says what can't be read.
pub(super) fn open(
    sort: u8,
    value: &[u8],
    wrong: impl Fn() -> StoreError,
) -> Result<&[u8], StoreError> {
    let (head, payload) = value.split_at_checked(HEAD).ok_or_else(&wrong)?;
    let [of, low, high, crc @ ..] = head else {
        return Err(wrong());
    };
    let schema = u16::from_le_bytes([*low, *high]);
    let crc: [u8; 4] = crc.try_into().map_err(|_| wrong())?;
    if *of != sort || u32::from_le_bytes(crc) != checksum(*of, schema, payload) {
        return Err(wrong());
    }
    if schema > SCHEMA {
        Err(newer())
    } else {
        Ok(payload)
    }
}

/// That a newer release wrote the store.
pub(super) fn newer() -> StoreError {
    StoreError::Unavailable(both!(
        zh: "这个存储由更新版本的 matchdesk 写成；请升级 matchdesk 后再打开",
        en: "a newer release of matchdesk wrote this store; install that release to open it"
    ))
}

/// The record of a stored value.
pub(super) fn decode(kind: Kind, key: &str, value: &[u8]) -> Result<AnyRecord, StoreError> {
    let payload = open(kind as u8, value, || corrupt(kind, key))?;
    for_kind!(kind, R => {
        let mut decoder = Decoder::new(payload);
        let record: R = decoder.decode().map_err(|_| corrupt(kind, key))?;
        if decoder.position() == payload.len() { Ok(record.into_any()) } else { Err(corrupt(kind, key)) }
    })
}

/// The same, of a supplier only what decides who fits.
pub(super) fn skim(kind: Kind, key: &str, value: &[u8]) -> Result<AnyRecord, StoreError> {
    if kind != Kind::Supplier {
        return decode(kind, key, value);
    }
    let payload = open(kind as u8, value, || corrupt(kind, key))?;
    let mut decoder = Decoder::new(payload);
    let read: Fitness = decoder.decode().map_err(|_| corrupt(kind, key))?;
    if decoder.position() == payload.len() {
        Ok(Supplier::from(read).into())
    } else {
        Err(corrupt(kind, key))
    }
}

/// The fields of a record, by number, those with their default value left out.
pub(super) fn fields(record: &AnyRecord) -> Fields {
    let payload = payload(record);
    let set = set(record.kind(), &payload).into_iter();
    set.map(|(number, value)| (number, value.to_vec()))
        .collect()
}

/// The fields of an encoded record in the order of their numbers, those with their default value left out.
pub(super) fn set(kind: Kind, payload: &[u8]) -> Vec<(u32, &[u8])> {
    let mut defaults = defaults(kind).iter().peekable();
    let mut fields = split(payload);
    fields.retain(|(number, value)| {
        while defaults.next_if(|(other, _)| other < number).is_some() {}
        defaults
            .peek()
            .is_none_or(|(other, default)| other != number || default != value)
    });
    fields
}

/// The fields of a kind's blank record, worked out once.
fn defaults(kind: Kind) -> &'static [(u32, Vec<u8>)] {
    type Kept = OnceLock<Vec<(u32, Vec<u8>)>>;
    static KEPT: [Kept; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
    let place = Kind::ALL.iter().position(|known| *known == kind);
    let Some(kept) = place.and_then(|place| KEPT.get(place)) else {
        return &[];
    };
    kept.get_or_init(|| {
        let payload = for_kind!(kind, R => minicbor::to_vec(R::default())).unwrap_or_default();
        let fields = split(&payload).into_iter();
        fields
            .map(|(number, value)| (number, value.to_vec()))
            .collect()
    })
}

/// The entries of a CBOR map with numbers as keys, in the order of these; nothing for anything else.
fn split(payload: &[u8]) -> Vec<(u32, &[u8])> {
    let mut decoder = Decoder::new(payload);
    let Ok(Some(count)) = decoder.map() else {
        return Vec::new();
    };
    let mut fields = Vec::with_capacity(
        usize::try_from(count)
            .unwrap_or_default()
            .min(payload.len()),
    );
    for _ in 0..count {
        let Ok(number) = decoder.u32() else { break };
        let from = decoder.position();
        if decoder.skip().is_err() {
            break;
        }
        fields.push((
            number,
            payload.get(from..decoder.position()).unwrap_or_default(),
        ));
    }
    // They are written in this order; it is what those who compare fields rely on.
    if !fields.is_sorted_by_key(|(number, _)| *number) {
        fields.sort_by_key(|(number, _)| *number);
    }
    fields
}

/// The record of some fields; those that are missing have their default value.
pub(super) fn join(kind: Kind, key: &Code, fields: &Fields) -> Result<AnyRecord, StoreError> {
    let mut payload = Vec::new();
    let mut encoder = Encoder::new(&mut payload);
    let head = encoder.map(fields.len() as u64).map(|_| ());
    head.map_err(|_| corrupt(kind, key.as_str()))?;
    for (number, value) in fields {
        let mut encoder = Encoder::new(&mut payload);
        encoder
            .u32(*number)
            .map_err(|_| corrupt(kind, key.as_str()))?;
        payload.extend(value);
    }
    for_kind!(kind, R => {
        let record: R = minicbor::decode(&payload).map_err(|_| corrupt(kind, key.as_str()))?;
        Ok(record.into_any())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supplier() -> AnyRecord {
        Supplier {
            code: Code::composed("V1"),
            name: "王秀英".to_owned(),
            lon: Some(116.4),
            ..Supplier::default()
        }
        .into()
    }

    fn encode(record: &AnyRecord) -> Vec<u8> {
        let value = sealed(record);
        assert_eq!(value, seal(record.kind() as u8, &payload(record)));
        value
    }

    #[test]
    fn a_flipped_bit_is_noticed_wherever_it_is() {
        let value = encode(&supplier());
        assert_eq!(decode(Kind::Supplier, "V1", &value), Ok(supplier()));
        for place in 0..value.len() {
            let mut damaged = value.clone();
            damaged[place] ^= 4;
            assert!(
                decode(Kind::Supplier, "V1", &damaged).is_err(),
                "byte {place}"
            );
        }
        assert!(decode(Kind::Supplier, "V1", &value[..5]).is_err());
        assert!(decode(Kind::Resident, "V1", &value).is_err());
    }

    #[test]
    fn a_value_of_a_newer_schema_is_not_guessed_at() {
        let mut value = encode(&supplier());
        let crc = checksum(value[0], 2, &value[HEAD..]).to_le_bytes();
        value[1..3].copy_from_slice(&2_u16.to_le_bytes());
        value[3..7].copy_from_slice(&crc);
        assert!(
            decode(Kind::Supplier, "V1", &value)
                .is_err_and(|error| error.said().en.contains("newer"))
        );
    }

    #[test]
    fn fields_without_defaults_give_the_record_again() {
        let record = supplier();
        let fields = fields(&record);
        assert_eq!(fields.keys().copied().collect::<Vec<_>>(), [0, 2, 9]);
        assert_eq!(
            join(Kind::Supplier, &Code::composed("V1"), &fields),
            Ok(record)
        );
    }
}
