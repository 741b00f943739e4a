//! The table of drafts. A store of an earlier release has none until the first is kept, and backups carry none.

use redb::{ReadTransaction, ReadableTable, Table, TableError, WriteTransaction};

use super::write::read_result;
use super::{Bytes, RESULTS, any};
use crate::both;
use crate::domain::Said;
use crate::store::draft::{MOST, decode, encode, key, prefix, split_key};
use crate::store::tables::after;
use crate::store::{DraftChange, KeptDraft, Refusal, RequestId, StoreError};

const DRAFTS: Bytes = redb::TableDefinition::new("drafts");

type Key = &'static [u8];

/// What became of a change of a draft.
pub(super) enum Change {
    /// It is written.
    Written,
    /// There was nothing to write.
    Nothing,
    /// There is no room for another draft.
    Refused(Refusal),
}

/// Does what is wanted with a draft of a person.
pub(super) fn change(
    transaction: &WriteTransaction,
    who: &str,
    wanted: &DraftChange,
) -> Result<Change, StoreError> {
    let kept = match wanted {
        DraftChange::Discard(id) => return forget(transaction, who, *id),
        DraftChange::Keep(kept) => kept,
    };
    // A form that was saved meanwhile is no draft any more.
    let results = transaction.open_table(RESULTS).map_err(any)?;
    if read_result(&results, kept.id)?.is_some() {
        return Ok(Change::Nothing);
    }
    let mut drafts = transaction.open_table(DRAFTS).map_err(any)?;
    let key = key(who, kept.id);
    let is_new = drafts.get(key.as_slice()).map_err(any)?.is_none();
    if is_new && count(&drafts, who)? >= MOST {
        return Ok(Change::Refused(too_many()));
    }
    drafts
        .insert(key.as_slice(), encode(&kept.draft).as_slice())
        .map_err(any)?;
    Ok(Change::Written)
}

fn too_many() -> Refusal {
    Refusal::new(
        "too_many_drafts",
        both!(
            zh: "未完成的表单已有 {MOST} 份，这一份没有保留；请先完成或放弃一些",
            en: "there are {MOST} unfinished forms and this one is not kept; finish or discard some first"
        ),
    )
}

fn count(drafts: &Table<'_, Key, Key>, who: &str) -> Result<usize, StoreError> {
    let prefix = prefix(who);
    let end = after(&prefix);
    let found = drafts.range(prefix.as_slice()..end.as_slice());
    Ok(found.map_err(any)?.count())
}

/// Removes a draft, if there is one.
pub(super) fn forget(
    transaction: &WriteTransaction,
    who: &str,
    id: RequestId,
) -> Result<Change, StoreError> {
    let mut drafts = transaction.open_table(DRAFTS).map_err(any)?;
    let removed = drafts.remove(key(who, id).as_slice()).map_err(any)?;
    Ok(match removed {
        Some(_) => Change::Written,
        None => Change::Nothing,
    })
}

/// A person's drafts in the order of their ids. One that is damaged, or that a newer release kept, is left out:
/// [`problems`] tells of it, and it must not keep the others from their owner.
pub(super) fn of(transaction: &ReadTransaction, who: &str) -> Result<Vec<KeptDraft>, StoreError> {
    let Some(drafts) = table(transaction)? else {
        return Ok(Vec::new());
    };
    let prefix = prefix(who);
    let end = after(&prefix);
    let mut found = Vec::new();
    for row in drafts
        .range(prefix.as_slice()..end.as_slice())
        .map_err(any)?
    {
        let (key, value) = row.map_err(any)?;
        if let (Some((_, id)), Ok(draft)) = (split_key(key.value()), decode(who, value.value())) {
            found.push(KeptDraft { id, draft });
        }
    }
    Ok(found)
}

/// What is wrong with drafts.
pub(super) fn problems(transaction: &ReadTransaction) -> Result<Vec<Said>, StoreError> {
    let mut problems = Vec::new();
    let Some(drafts) = table(transaction)? else {
        return Ok(problems);
    };
    for row in drafts.iter().map_err(any)? {
        let (key, value) = row.map_err(any)?;
        let who = split_key(key.value()).map_or_else(|| "?".to_owned(), |(who, _)| who);
        if let Err(error) = decode(&who, value.value()) {
            problems.push(error.said().clone());
        }
    }
    Ok(problems)
}

fn table(
    transaction: &ReadTransaction,
) -> Result<Option<redb::ReadOnlyTable<Key, Key>>, StoreError> {
    match transaction.open_table(DRAFTS) {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(any(error)),
    }
}
