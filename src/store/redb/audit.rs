//! Reading the journal, and checking that store and journal say the same.

use std::collections::HashMap;
use std::ops::ControlFlow;

use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata};
use sha2::{Digest, Sha256};

use super::write::read_head;
use super::{COUNTS, HEADS, JOURNAL, LINKS, PERSONAL, RECORDS, any, drafts};
use crate::both;
use crate::domain::kinds::Word;
use crate::domain::{Code, Kind};
use crate::store::journal::{self, Hash, START, Side, Stored, Veil};
use crate::store::tables::{after, entry_key, links, record_key, side_key};
use crate::store::{Entry, Head, Report, StoreError, codec};

/// Rows between two reports of progress.
const STEP: u64 = 4096;

pub(super) fn entries(
    transaction: &ReadTransaction,
    chain: &Code,
    from: u64,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let journal = transaction.open_table(JOURNAL).map_err(any)?;
    let personal = transaction.open_table(PERSONAL).map_err(any)?;
    let start = entry_key(chain.as_str(), from.saturating_add(1));
    let end = after(&[chain.as_str().as_bytes(), &[0]].concat());
    for row in journal
        .range(start.as_slice()..end.as_slice())
        .map_err(any)?
    {
        let (key, value) = row.map_err(any)?;
        let (_, sequence) = split_key(key.value());
        let stored = Stored::read(chain.as_str(), sequence, value.value())?;
        let side = match stored.version {
            0 => None,
            version => personal
                .get(side_key(stored.kind, stored.key.as_str(), version).as_slice())
                .map_err(any)?,
        };
        let side: Option<Side> = side.and_then(|guard| minicbor::decode(guard.value()).ok());
        if each(stored.shown(chain, sequence, side.as_ref())).is_break() {
            break;
        }
    }
    Ok(())
}

pub(super) fn heads(transaction: &ReadTransaction) -> Result<Vec<Head>, StoreError> {
    let table = transaction.open_table(HEADS).map_err(any)?;
    let mut found = Vec::new();
    for row in table.iter().map_err(any)? {
        let (chain, head) = row.map_err(any)?;
        if let Some((sequence, hash)) = read_head(head.value()) {
            found.push(Head {
                chain: Code::composed(&String::from_utf8_lossy(chain.value())),
                sequence,
                hash: journal::hex(&hash),
            });
        }
    }
    Ok(found)
}

/// The chain and the number of a journal key.
fn split_key(key: &[u8]) -> (String, u64) {
    let (chain, number) = key
        .split_at_checked(key.len().saturating_sub(8))
        .unwrap_or((key, &[]));
    let chain = String::from_utf8_lossy(chain.strip_suffix(&[0]).unwrap_or(chain)).into_owned();
    (
        chain,
        <[u8; 8]>::try_from(number).map_or(0, u64::from_be_bytes),
    )
}

/// Walks the journal and the records and compares them.
pub(super) fn verify(
    transaction: &ReadTransaction,
    veil: &Veil,
    since: &[Head],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, StoreError> {
    let journal = transaction.open_table(JOURNAL).map_err(any)?;
    let records = transaction.open_table(RECORDS).map_err(any)?;
    let total = journal.len().map_err(any)? + records.len().map_err(any)?;
    let mut audit = Audit {
        veil,
        report: Report::default(),
        sums: HashMap::new(),
        total,
        progress,
    };
    audit.walk_journal(&journal, &heads(transaction)?, since)?;
    audit.walk_records(&records, transaction)?;
    audit.report.problems.extend(drafts::problems(transaction)?);
    Ok(audit.report)
}

struct Audit<'a> {
    veil: &'a Veil,
    report: Report,
    /// For each record the sum of what its entries put in less what they took out; its fields must come to the same.
    /// Sums need no order, which entries of one record in several chains do not have.
    sums: HashMap<u128, u128>,
    total: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

type Key = &'static [u8];

impl Audit<'_> {
    fn walk_journal(
        &mut self,
        journal: &impl ReadableTable<Key, Key>,
        heads: &[Head],
        since: &[Head],
    ) -> Result<(), StoreError> {
        let mut at: Option<(String, u64, Hash)> = None;
        let mut ends: HashMap<String, (u64, Hash)> = HashMap::new();
        let mut proved = vec![false; since.len()];
        for row in journal.iter().map_err(any)? {
            let (key, value) = row.map_err(any)?;
            let (chain, sequence) = split_key(key.value());
            let (expected, previous) = match &at {
                Some((same, last, hash)) if *same == chain => (last + 1, *hash),
                _ => (1, START),
            };
            let hash: Hash = Sha256::digest(value.value()).into();
            self.check_entry(&chain, sequence, expected, previous, value.value());
            for (place, head) in since.iter().enumerate() {
                if head.chain.as_str() == chain && head.sequence == sequence {
                    proved[place] = head.hash == journal::hex(&hash);
                }
            }
            ends.insert(chain.clone(), (sequence, hash));
            at = Some((chain, sequence, hash));
            self.step();
        }
        for (head, _) in since
            .iter()
            .zip(&proved)
            .filter(|(head, proved)| !**proved && head.sequence > 0)
        {
            let (chain, sequence) = (&head.chain, head.sequence);
            self.problem(both!(zh: "日志 {chain} 与保存的链头（第 {sequence} 条）不符：有条目被删或被改", en: "chain {chain} does not hold the head that was kept (entry {sequence}): something was removed or altered"));
        }
        for head in heads {
            let end = ends.get(head.chain.as_str());
            if end.is_none_or(|(sequence, hash)| {
                *sequence != head.sequence || journal::hex(hash) != head.hash
            }) {
                let chain = &head.chain;
                self.problem(both!(zh: "日志 {chain} 的最后一条与链头不符", en: "the last entry of chain {chain} is not its head"));
            }
        }
        Ok(())
    }

    fn check_entry(
        &mut self,
        chain: &str,
        sequence: u64,
        expected: u64,
        previous: Hash,
        bytes: &[u8],
    ) {
        self.report.entries += 1;
        if sequence != expected {
            self.problem(both!(zh: "日志 {chain} 缺少第 {expected} 条", en: "chain {chain} lacks entry {expected}"));
        }
        let Ok(stored) = Stored::read(chain, sequence, bytes) else {
            return self.problem(both!(zh: "日志 {chain} 第 {sequence} 条已损坏", en: "entry {sequence} of chain {chain} is damaged"));
        };
        if stored.previous != previous {
            self.problem(both!(zh: "日志 {chain} 第 {sequence} 条之前的内容被改动过", en: "something before entry {sequence} of chain {chain} was altered"));
        }
        let sum = self
            .sums
            .entry(name(stored.kind, stored.key.as_str()))
            .or_default();
        for change in &stored.changes {
            let worth = |value: &[u8]| {
                if journal::is_personal(stored.kind, change.number) {
                    hidden_worth(self.veil, change.number, value)
                } else {
                    worth(change.number, value)
                }
            };
            *sum = sum
                .wrapping_add(worth(&change.after))
                .wrapping_sub(worth(&change.before));
        }
    }

    fn walk_records(
        &mut self,
        records: &impl ReadableTable<Key, Key>,
        transaction: &ReadTransaction,
    ) -> Result<(), StoreError> {
        let index = transaction.open_table(LINKS).map_err(any)?;
        let counts = transaction.open_table(COUNTS).map_err(any)?;
        let mut linked = 0;
        let mut found: HashMap<&'static str, u64> = HashMap::new();
        for row in records.iter().map_err(any)? {
            let (key, value) = row.map_err(any)?;
            let Some((kind, code)) = kind_of(key.value()) else {
                continue;
            };
            self.report.records += 1;
            *found.entry(kind.word()).or_default() += 1;
            self.step();
            let record = match codec::decode(kind, &code, value.value()) {
                Ok(record) => record,
                Err(error) => {
                    self.problem(error.said().clone());
                    continue;
                }
            };
            let fields = codec::fields(&record);
            let sum = fields.iter().fold(0_u128, |sum, (number, value)| {
                sum.wrapping_add(self.field_worth(kind, *number, value))
            });
            if self.sums.remove(&name(kind, &code)).unwrap_or_default() != sum {
                let word = kind.word();
                self.problem(both!(zh: "{word} {code} 与日志记录的不一致", en: "{word} {code} is not what the journal says it became"));
            }
            for link in links(&record) {
                linked += 1;
                if index.get(link.as_slice()).map_err(any)?.is_none() {
                    let word = kind.word();
                    self.problem(both!(zh: "{word} {code} 不在索引里", en: "{word} {code} is missing in an index"));
                }
            }
        }
        if self.sums.values().any(|sum| *sum != 0) {
            self.problem(both!(zh: "日志里有的记录不在存储里", en: "the journal knows of records that are not in the store"));
        }
        if index.len().map_err(any)? != linked {
            self.problem(both!(zh: "索引里有多余的行", en: "an index has rows that lead nowhere"));
        }
        for (kind, count) in found {
            let kept = counts
                .get(kind.as_bytes())
                .map_err(any)?
                .and_then(|guard| <[u8; 8]>::try_from(guard.value()).ok());
            if kept.map(u64::from_le_bytes) != Some(count) {
                self.problem(both!(zh: "{kind} 的条数不对", en: "the count of {kind} is wrong"));
            }
        }
        Ok(())
    }

    fn field_worth(&self, kind: Kind, number: u32, value: &[u8]) -> u128 {
        if journal::is_personal(kind, number) {
            hidden_worth(self.veil, number, &self.veil.hide(number, value))
        } else {
            worth(number, value)
        }
    }

    fn problem(&mut self, said: crate::domain::Said) {
        self.report.problems.push(said);
    }

    fn step(&mut self) {
        let done = self.report.records + self.report.entries;
        if done.is_multiple_of(STEP) || done == self.total {
            (self.progress)(done, self.total);
        }
    }
}

/// A value of a field as a number that nothing else is likely to have; 0 for the default.
fn worth(number: u32, value: &[u8]) -> u128 {
    if value.is_empty() {
        0
    } else {
        digest(&[&number.to_le_bytes(), value])
    }
}

fn hidden_worth(veil: &Veil, number: u32, hidden: &[u8]) -> u128 {
    if hidden == veil.hide(number, &[]) {
        0
    } else {
        worth(number, hidden)
    }
}

fn name(kind: Kind, code: &str) -> u128 {
    digest(&[&record_key(kind, code)])
}

fn digest(parts: &[&[u8]]) -> u128 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(16)
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}

fn kind_of(key: &[u8]) -> Option<(Kind, String)> {
    let (kind, code) = key.split_first()?;
    let kind = Kind::ALL
        .iter()
        .copied()
        .find(|known| *known as u8 == *kind)?;
    Some((kind, String::from_utf8_lossy(code).into_owned()))
}
