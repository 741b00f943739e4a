//! Backups: copies through one read transaction, checked before they get their name.

use std::fs::File;
use std::path::Path;

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata};

use super::{Bytes, RedbStore, TABLES, any, audit, guarded, make};
use crate::both;
use crate::store::{Store, StoreError};

/// Rows copied in one transaction.
const BATCH: u64 = 50_000;

/// Copies what a transaction reads.
pub(super) fn backup(source: &ReadTransaction, into: &File) -> Result<(), StoreError> {
    let wrong = |error: std::io::Error| {
        StoreError::Unavailable(both!(
            zh: "备份文件写不进去：{error}。请检查磁盘是否有空间",
            en: "the copy can't be written: {error}. Check that the disk has room"
        ))
    };
    let file = into.try_clone().map_err(wrong)?;
    let target = guarded(Path::new("backup"), || make(file))?;
    for table in TABLES {
        copy_table(source, &target, table)?;
    }
    check_copy(source, &target)?;
    drop(target);
    into.sync_all().map_err(wrong)
}

/// Opens a backup and checks all of it.
pub(super) fn open_sound(from: &Path) -> Result<RedbStore, StoreError> {
    let store = RedbStore::open(from)?;
    let report = store.verify(&[], &mut |_, _| {})?;
    if let Some(first) = report.problems.first() {
        let (zh, en, shown) = (&first.zh, &first.en, from.display());
        return Err(StoreError::Corrupt(
            both!(zh: "{shown} 不完好，没有恢复：{zh}", en: "{shown} is not sound and was not restored: {en}"),
        ));
    }
    Ok(store)
}

fn copy_table(source: &ReadTransaction, target: &Database, table: Bytes) -> Result<(), StoreError> {
    let from = source.open_table(table).map_err(any)?;
    let mut rows = from.iter().map_err(any)?;
    loop {
        let mut transaction = target.begin_write().map_err(any)?;
        transaction.set_quick_repair(true);
        let mut count = 0;
        {
            let mut to = transaction.open_table(table).map_err(any)?;
            for row in rows
                .by_ref()
                .take(usize::try_from(BATCH).unwrap_or(usize::MAX))
            {
                let (key, value) = row.map_err(any)?;
                to.insert(key.value(), value.value()).map_err(any)?;
                count += 1;
            }
        }
        transaction.commit().map_err(any)?;
        if count < BATCH {
            return Ok(());
        }
    }
}

fn check_copy(source: &ReadTransaction, target: &Database) -> Result<(), StoreError> {
    let copied = target.begin_read().map_err(any)?;
    let mut same = audit::heads(source)? == audit::heads(&copied)?;
    for table in TABLES {
        let (one, other) = (
            source.open_table(table).map_err(any)?,
            copied.open_table(table).map_err(any)?,
        );
        same &= one.len().map_err(any)? == other.len().map_err(any)?;
    }
    if same {
        return Ok(());
    }
    Err(StoreError::Corrupt(
        both!(zh: "备份与存储不一致，已放弃；请重试", en: "the copy is not equal to the store and was given up; try again"),
    ))
}
