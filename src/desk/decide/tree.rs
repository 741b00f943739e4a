//! What references between records must keep to: they lead somewhere, new ones not to what is retired, and never in a circle.

use std::collections::{HashMap, HashSet};

use crate::both;
use crate::domain::kinds::Word;
use crate::domain::problem::Problem;
use crate::domain::record::Reference;
use crate::domain::{AnyRecord, Code, Kind};
use crate::store::{Rows, StoreError};

/// More steps than any honest tree has.
const DEEPEST: usize = 64;

/// Checks that every reference leads to a record. `seen` holds those found before, so that each is looked up once.
pub(in crate::desk) fn check_references(
    rows: &dyn Rows,
    record: &AnyRecord,
    seen: &mut Seen,
) -> Result<Option<Problem>, StoreError> {
    for reference in record.references() {
        if !seen.contains(rows, &reference)? {
            return Ok(Some(unknown(&reference)));
        }
    }
    circle(rows, record)
}

/// References known to lead to a record.
#[derive(Default)]
pub(in crate::desk) struct Seen(HashMap<Kind, HashSet<Code>>);

impl Seen {
    fn contains(&mut self, rows: &dyn Rows, reference: &Reference) -> Result<bool, StoreError> {
        let known = self.0.entry(reference.kind).or_default();
        if known.contains(&reference.code) {
            return Ok(true);
        }
        let found = rows.get(reference.kind, &reference.code)?.is_some();
        // Vocabularies are small and asked for again and again; people are not.
        if found && !matches!(reference.kind, Kind::Supplier | Kind::Resident | Kind::Need) {
            known.insert(reference.code.clone());
        }
        Ok(found)
    }
}

fn unknown(reference: &Reference) -> Problem {
    let (code, zh, en, file) = (
        &reference.code,
        reference.kind.text().zh,
        reference.kind.text().en,
        reference.kind.word(),
    );
    let said = both!(
        zh: "没有编码为 {code} 的{zh}；请先在 {file} 中登记，或改正编码",
        en: "there is no {en} {code}; enter it in {file} first, or correct the code"
    );
    Problem::new(reference.column, code.to_string(), said)
}

/// References that were not there before must not lead to what is retired.
pub(super) fn check_retired(
    rows: &dyn Rows,
    before: Option<&AnyRecord>,
    after: &AnyRecord,
) -> Result<Option<Problem>, StoreError> {
    let old = before.map(AnyRecord::references).unwrap_or_default();
    for reference in after
        .references()
        .into_iter()
        .filter(|reference| !old.contains(reference) && reference.column != "merged_into")
    {
        let (retired, merged) = match rows.get(reference.kind, &reference.code)? {
            Some(AnyRecord::Category(record)) => (record.retired, record.merged_into),
            Some(AnyRecord::Capability(record)) => (record.retired, record.merged_into),
            Some(AnyRecord::Street(record)) => (record.retired, record.merged_into),
            Some(AnyRecord::Community(record)) => (record.retired, record.merged_into),
            _ => (false, None),
        };
        let code = &reference.code;
        let said = match merged {
            Some(into) => {
                both!(zh: "{code} 已并入 {into}，请选用 {into}", en: "{code} was merged into {into}; choose {into}")
            }
            None if retired => {
                both!(zh: "{code} 已停用，请选用其他的", en: "{code} is retired; choose another")
            }
            None => continue,
        };
        return Ok(Some(Problem::new(reference.column, code.to_string(), said)));
    }
    Ok(None)
}

/// A tree that comes back to where it began has no top.
fn circle(rows: &dyn Rows, record: &AnyRecord) -> Result<Option<Problem>, StoreError> {
    let mut next = above(record);
    if next.is_none() {
        return Ok(None);
    }
    let (kind, start) = (record.kind(), record.key());
    let mut path = vec![start.clone()];
    let first = next.clone();
    while let Some((_, code)) = next {
        path.push(code.clone());
        if code == start || path.len() > DEEPEST {
            let way = path
                .iter()
                .map(Code::as_str)
                .collect::<Vec<_>>()
                .join(" → ");
            let said = both!(zh: "形成了循环：{way}；请断开其中一环", en: "this makes a loop: {way}; break it at one place");
            let (column, value) = first.unwrap_or(("parent", code));
            return Ok(Some(Problem::new(column, value.to_string(), said)));
        }
        next = rows.get(kind, &code)?.as_ref().and_then(above);
    }
    Ok(None)
}

/// Where a record of a vocabulary counts: what it was merged into, or else its parent.
fn above(record: &AnyRecord) -> Option<(&'static str, Code)> {
    let merged = |code: &Option<Code>| code.clone().map(|code| ("merged_into", code));
    match record {
        AnyRecord::Category(record) => merged(&record.merged_into)
            .or_else(|| record.parent.clone().map(|code| ("parent", code))),
        AnyRecord::Capability(record) => merged(&record.merged_into),
        AnyRecord::Street(record) => merged(&record.merged_into),
        AnyRecord::Community(record) => merged(&record.merged_into),
        _ => None,
    }
}
