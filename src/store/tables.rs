//! Keys and index rows, the same for every engine that keeps bytes in order.

use crate::domain::record::{Match, Need, Service};
use crate::domain::{AnyRecord, Kind};

/// What an index row leads from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// A supplier's matches.
    SupplierMatch = b'm' as isize,
    /// A resident's needs.
    ResidentNeed = b'n' as isize,
    /// A need's closed visits.
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

fn link(link: Link, owner: &str, target: &str) -> Vec<u8> {
    let mut bytes = link_prefix(link, owner);
    bytes.extend(target.as_bytes());
    bytes
}

/// The index rows of a record.
pub(super) fn links(record: &AnyRecord) -> Vec<Vec<u8>> {
    match record {
        AnyRecord::Need(Need { code, resident, .. }) => {
            vec![link(Link::ResidentNeed, resident.as_str(), code.as_str())]
        }
        AnyRecord::Match(Match { supplier, .. }) => vec![link(
            Link::SupplierMatch,
            supplier.as_str(),
            record.key().as_str(),
        )],
        AnyRecord::Service(Service {
            code,
            resident,
            supplier,
            need,
            ..
        }) => {
            let mut links = vec![
                link(Link::SupplierService, supplier.as_str(), code.as_str()),
                link(Link::ResidentService, resident.as_str(), code.as_str()),
            ];
            links.extend(
                need.as_ref()
                    .map(|need| link(Link::NeedService, need.as_str(), code.as_str())),
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
