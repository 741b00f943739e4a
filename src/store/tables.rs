//! Keys and index rows, the same for every engine that keeps bytes in order.

use crate::domain::record::{Match, Need, Service};
use crate::domain::{AnyRecord, Kind, Minute};

/// What an index row leads from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// A supplier's matches, in the order of the last visit that each books.
    SupplierMatch = b'm' as isize,
    /// A resident's needs.
    ResidentNeed = b'n' as isize,
    /// A need's closed visits, in the order of time, like those that follow.
    NeedService = b's' as isize,
    /// A supplier's closed visits.
    SupplierService = b'v' as isize,
    /// A resident's closed visits.
    ResidentService = b'r' as isize,
}

/// The key of a record.
pub(super) fn record_key(kind: Kind, key: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + key.len());
    bytes.push(kind as u8);
    bytes.extend(key.as_bytes());
    bytes
}

/// The beginning of all index rows of an owner. Codes hold no zero byte.
pub(super) fn link_prefix(link: Link, owner: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 + owner.len());
    bytes.push(link as u8);
    bytes.extend(owner.as_bytes());
    bytes.push(0);
    bytes
}

/// The first index row of an owner that leads to something of `from` or later, among those that are in the order of time.
pub(super) fn link_from(link: Link, owner: &str, from: Minute) -> Vec<u8> {
    let mut bytes = link_prefix(link, owner);
    bytes.extend(in_order(from));
    bytes
}

/// The bytes of a time, which are in order as the times are.
fn in_order(time: Minute) -> [u8; TIME] {
    (time.0 ^ i32::MIN).to_be_bytes()
}

/// How many bytes a time takes in an index row.
const TIME: usize = size_of::<i32>();

impl Link {
    /// How many bytes stand between the owner and the target.
    pub(super) fn between(self) -> usize {
        match self {
            Self::ResidentNeed => 0,
            Self::SupplierMatch
            | Self::NeedService
            | Self::SupplierService
            | Self::ResidentService => TIME,
        }
    }
}

fn dated(link: Link, owner: &str, at: Minute, target: &str) -> Vec<u8> {
    let mut bytes = link_from(link, owner, at);
    bytes.extend(target.as_bytes());
    bytes
}

/// The index rows of a record.
pub(super) fn links(record: &AnyRecord) -> Vec<Vec<u8>> {
    match record {
        AnyRecord::Need(Need { code, resident, .. }) => {
            let mut bytes = link_prefix(Link::ResidentNeed, resident.as_str());
            bytes.extend(code.as_str().as_bytes());
            vec![bytes]
        }
        AnyRecord::Match(Match {
            supplier, visits, ..
        }) => {
            let last = visits.iter().copied().max().unwrap_or(Minute::EVER);
            let key = record.key();
            vec![dated(
                Link::SupplierMatch,
                supplier.as_str(),
                last,
                key.as_str(),
            )]
        }
        AnyRecord::Service(Service {
            code,
            resident,
            supplier,
            need,
            start,
            ..
        }) => {
            let to = |link, owner: &str| dated(link, owner, *start, code.as_str());
            let mut links = vec![
                to(Link::SupplierService, supplier.as_str()),
                to(Link::ResidentService, resident.as_str()),
            ];
            links.extend(
                need.as_ref()
                    .map(|need| to(Link::NeedService, need.as_str())),
            );
            links
        }
        _ => Vec::new(),
    }
}

/// The key of a journal entry.
pub(super) fn entry_key(chain: &str, sequence: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(9 + chain.len());
    bytes.extend(chain.as_bytes());
    bytes.push(0);
    bytes.extend(sequence.to_be_bytes());
    bytes
}

/// The key of a version of a person's fields.
pub(super) fn side_key(kind: Kind, key: &str, version: u32) -> Vec<u8> {
    let mut bytes = record_key(kind, key);
    bytes.push(0);
    bytes.extend(version.to_be_bytes());
    bytes
}

/// The first key after all that begin with a prefix.
pub(super) fn after(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    end
}
