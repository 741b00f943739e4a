//! Bringing a store that an earlier release wrote up to what this one reads.

use redb::{Database, ReadableTable, WriteTransaction};

use super::{FORMAT, LINKS, META, RECORDS, any};
use crate::domain::Kind;
use crate::store::tables::{links, record_key};
use crate::store::{StoreError, codec};

/// Does what is needed for a store of an earlier format, in one transaction.
pub(super) fn upgrade(db: &Database) -> Result<(), StoreError> {
    let mut transaction = db.begin_write().map_err(any)?;
    transaction.set_quick_repair(true);
    relink(&transaction)?;
    transaction
        .open_table(META)
        .map_err(any)?
        .insert(b"format".as_slice(), FORMAT.to_le_bytes().as_slice())
        .map_err(any)?;
    transaction.commit().map_err(any)
}

/// Makes the index rows anew. Those of format 1 had no times.
fn relink(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.delete_table(LINKS).map_err(any)?;
    let mut index = transaction.open_table(LINKS).map_err(any)?;
    let records = transaction.open_table(RECORDS).map_err(any)?;
    for kind in [Kind::Need, Kind::Match, Kind::Service] {
        let (from, end) = (record_key(kind, ""), [kind as u8 + 1]);
        for row in records
            .range(from.as_slice()..end.as_slice())
            .map_err(any)?
        {
            let (key, value) = row.map_err(any)?;
            let code = String::from_utf8_lossy(key.value().get(1..).unwrap_or_default());
            // What is damaged is told to whoever reads it, and by `verify`.
            let Ok(record) = codec::decode(kind, &code, value.value()) else {
                continue;
            };
            for link in links(&record) {
                index.insert(link.as_slice(), [].as_slice()).map_err(any)?;
            }
        }
    }
    Ok(())
}
