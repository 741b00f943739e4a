//! Proving that a store is whole: every record decodes, every chain is gapless and hashes to its head.

use std::ops::ControlFlow;

use super::codec;
use super::engine::{self, Reading, Table, View};
use super::journal::{self, Tip};
use super::{Head, Rows, StoreError};
use crate::both;
use crate::domain::kinds::Word;
use crate::domain::{Code, Kind, Said};

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records read.
    pub records: u64,
    /// Journal entries read.
    pub entries: u64,
    /// What is wrong; empty for a store that is whole.
    pub problems: Vec<Said>,
}

/// Reads every record and every chain; `since` are heads noted earlier, which must lie on the chains.
pub(crate) fn verify<T: Reading>(tables: &T, since: &[Head]) -> Result<Report, StoreError> {
    let mut report = Report::default();
    for kind in Kind::ALL {
        records(tables, *kind, &mut report)?;
    }
    let heads = engine::heads(tables)?;
    for head in &heads {
        chain(tables, head, since, &mut report)?;
    }
    for head in since {
        if !heads.iter().any(|now| now.chain == head.chain) {
            report.problems.push(altered(&head.chain, head.sequence));
        }
    }
    Ok(report)
}

fn records<T: Reading>(tables: &T, kind: Kind, report: &mut Report) -> Result<(), StoreError> {
    let byte = codec::kind_byte(kind);
    let mut found = 0;
    tables.walk(Table::Records, &[byte], &mut |key, value| {
        let Some(key) = key.strip_prefix(&[byte]) else {
            return Ok(ControlFlow::Break(()));
        };
        found += 1;
        if let Err(error) = codec::open(kind, &String::from_utf8_lossy(key), value) {
            report.problems.push(error.said().clone());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    report.records += found;
    let counted = View(tables).count(kind)?;
    if counted != found {
        let kind = kind.word();
        report.problems.push(both!(zh: "{kind} 计数为 {counted}，实有 {found} 条", en: "{kind}: counted {counted}, there are {found}"));
    }
    Ok(())
}

fn chain<T: Reading>(
    tables: &T,
    head: &Head,
    since: &[Head],
    report: &mut Report,
) -> Result<(), StoreError> {
    let chain = &head.chain;
    let mut tip = Tip::default();
    let mut noted: Vec<&Head> = since.iter().filter(|one| one.chain == *chain).collect();
    let prefix = [chain.as_str().as_bytes(), &[0]].concat();
    tables.walk(Table::Journal, &prefix, &mut |key, value| {
        if !key.starts_with(&prefix) {
            return Ok(ControlFlow::Break(()));
        }
        let next = tip.next(chain, value);
        if key != journal::key(chain, next.sequence) {
            return Ok(ControlFlow::Break(()));
        }
        tip = next;
        report.entries += 1;
        noted
            .retain(|one| one.sequence != tip.sequence || one.hash != tip.head(chain.clone()).hash);
        Ok(ControlFlow::Continue(()))
    })?;
    if tip.head(chain.clone()) != *head {
        report.problems.push(altered(chain, tip.sequence));
    }
    for one in noted {
        report.problems.push(altered(chain, one.sequence));
    }
    Ok(())
}

fn altered(chain: &Code, sequence: u64) -> Said {
    both!(
        zh: "日志 {chain} 到第 {sequence} 条为止与记下的校验值不符：有条目被改动或删除",
        en: "the journal {chain} does not match its noted hash up to entry {sequence}: entries were altered or removed"
    )
}
