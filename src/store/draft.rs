//! How drafts are kept, the same for every engine that keeps bytes in order.

use super::{RequestId, StoreError, codec};
use crate::both;
use crate::domain::Draft;

/// A draft under its id: the id under which saving it will be done.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDraft {
    /// The id.
    pub id: RequestId,
    /// The draft.
    pub draft: Draft,
}

/// What becomes of a draft of who asks.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftChange {
    /// It is as this now; of no effect once a command of its id is done.
    Keep(KeptDraft),
    /// It is wanted no more.
    Discard(RequestId),
}

/// Drafts that are kept for one person; more would never be looked at.
pub(super) const MOST: usize = 50;

/// The sort of a draft's envelope; kinds of record have small numbers.
const SORT: u8 = b'd';

/// The key of a draft.
pub(super) fn key(who: &str, id: RequestId) -> Vec<u8> {
    let mut bytes = prefix(who);
    bytes.extend(id.0.to_be_bytes());
    bytes
}

/// The beginning of the keys of a person's drafts. Names of system users hold no zero byte.
pub(super) fn prefix(who: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(17 + who.len());
    bytes.extend(who.as_bytes());
    bytes.push(0);
    bytes
}

/// Whose draft a key is of, and its id.
pub(super) fn split_key(key: &[u8]) -> Option<(String, RequestId)> {
    let (who, id) = key.split_at_checked(key.len().checked_sub(16)?)?;
    let who = String::from_utf8_lossy(who.strip_suffix(&[0])?).into_owned();
    Some((who, RequestId(u128::from_be_bytes(id.try_into().ok()?))))
}

/// A draft as a stored value.
pub(super) fn encode(draft: &Draft) -> Vec<u8> {
    // Writing to memory can't fail.
    codec::seal(SORT, &minicbor::to_vec(draft).unwrap_or_default())
}

/// The draft of a stored value.
pub(super) fn decode(who: &str, value: &[u8]) -> Result<Draft, StoreError> {
    let wrong = || {
        StoreError::Corrupt(
            both!(zh: "{who} 的一份未完成的表单已损坏", en: "an unfinished form of {who} is damaged"),
        )
    };
    let payload = codec::open(SORT, value, wrong)?;
    let mut decoder = minicbor::Decoder::new(payload);
    let draft = decoder.decode().map_err(|_| wrong())?;
    if decoder.position() == payload.len() {
        Ok(draft)
    } else {
        Err(wrong())
    }
}
