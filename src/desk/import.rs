//! Taking in rows of files: each is merged with the record that it updates, checked, and taken or rejected on its own.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use super::decide::{chain_of, put, tree};
use super::overlay::Overlay;
use super::reading::{ImportRow, ReadRow};
use super::writer::Work;
use super::{Actor, Desk, DeskError};
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::record::{Match, Need, Service};
use crate::domain::{AnyRecord, Code, Event, Kind, Record, Said, Stamp, Verb};
use crate::for_kind;
use crate::store::{Rows, StoreError, Undecided, random_id};

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its place among the rows given.
    pub place: usize,
    /// Its line.
    pub line: u64,
    /// Why.
    pub problem: Problem,
}

/// What became of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// New records.
    pub added: u64,
    /// Records that became different.
    pub changed: u64,
    /// Rows that say what is known already.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub rejected: Vec<Rejected>,
    /// Rows that were taken though they look odd.
    pub warnings: Vec<(u64, Said)>,
}

impl Imported {
    /// Adds what became of further rows; `places` is how many rows went before them.
    pub fn extend(&mut self, other: Self, places: usize) {
        self.added += other.added;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.rejected
            .extend(other.rejected.into_iter().map(|rejected| Rejected {
                place: rejected.place + places,
                ..rejected
            }));
        self.warnings.extend(other.warnings);
    }
}

impl Desk {
    /// Takes in rows of one kind in one transaction: the good ones enter, the others are named.
    ///
    /// Rows may refer to each other in any order.
    ///
    /// # Errors
    /// When the store can't be written; nothing has changed then.
    pub fn import(
        &self,
        actor: &Actor,
        kind: Kind,
        rows: impl Into<Vec<ImportRow>>,
        source: &str,
    ) -> Result<Imported, DeskError> {
        let read = |row: &ImportRow| {
            let cells = row.cells.iter();
            let cells: Vec<_> = cells
                .map(|(column, text)| (*column, text.as_str()))
                .collect();
            ReadRow::new(kind, row.line, &cells)
        };
        self.take_in(actor, kind, rows.into().iter().map(read).collect(), source)
    }

    /// The same for rows that were read before.
    ///
    /// # Errors
    /// When the store can't be written; nothing has changed then.
    pub fn take_in(
        &self,
        actor: &Actor,
        kind: Kind,
        rows: Vec<ReadRow>,
        source: &str,
    ) -> Result<Imported, DeskError> {
        in_distinct_runs(rows, |rows| {
            let source = source.to_owned();
            let rows = Mutex::new(rows);
            let work = Work::Import { kind, rows, source };
            let (_, imported) = self.submit(self.task(random_id()?, actor, work))?;
            Ok(imported)
        })
    }

    /// Says what [`Desk::take_in`] of `rows` would do, over `overlay`, which then holds the rows' records.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn rehearse(
        &self,
        overlay: &mut Overlay<'_>,
        kind: Kind,
        rows: Vec<ReadRow>,
    ) -> Result<Imported, DeskError> {
        in_distinct_runs(rows, |rows| {
            let decided = decide(overlay, kind, rows, self.now(), "");
            let (imported, events) = decided.map_err(|undecided| match undecided {
                Undecided::Refused(refusal) | Undecided::Denied(refusal, _) => {
                    DeskError::Refused(refusal)
                }
                Undecided::Failed(error) => DeskError::Store(error),
            })?;
            for event in events {
                overlay.put(event.after);
            }
            Ok(imported)
        })
    }
}

/// Takes rows in, up to one whose record an earlier row has already: that one must meet what became of the other.
fn in_distinct_runs(
    mut rows: Vec<ReadRow>,
    mut take: impl FnMut(Vec<ReadRow>) -> Result<Imported, DeskError>,
) -> Result<Imported, DeskError> {
    let mut imported = Imported::default();
    let mut start = 0;
    while !rows.is_empty() {
        let count = distinct_run(&rows);
        let later = rows.split_off(count);
        imported.extend(take(std::mem::replace(&mut rows, later))?, start);
        start += count;
    }
    Ok(imported)
}

/// How many rows come before the first one whose record an earlier row has already.
fn distinct_run(rows: &[ReadRow]) -> usize {
    // As files mostly are.
    if rows.is_sorted_by(|a, b| a.key() < b.key()) {
        return rows.len();
    }
    let mut seen = HashSet::with_capacity(rows.len());
    let again = rows.iter().position(|row| !seen.insert(row.key()));
    again.unwrap_or(rows.len())
}

/// A row on its way in.
struct Draft {
    place: usize,
    line: u64,
    before: Option<AnyRecord>,
    after: AnyRecord,
}

/// The events of rows over what is stored, and what became of each row.
pub(super) fn decide(
    rows: &dyn Rows,
    kind: Kind,
    given: Vec<ReadRow>,
    now: Stamp,
    source: &str,
) -> Result<(Imported, Vec<Event>), Undecided> {
    let mut imported = Imported::default();
    let mut overlay = Overlay::new(rows);
    let mut drafts = Vec::with_capacity(given.len());
    for (place, mut row) in given.into_iter().enumerate() {
        match draft(&overlay, kind, &mut row, now)? {
            Ok((before, after)) => {
                warn(row.line(), &after, &mut imported.warnings);
                if refers_within(kind) {
                    overlay.put(after.clone());
                }
                drafts.push(Draft {
                    place,
                    line: row.line(),
                    before,
                    after,
                });
            }
            Err(problem) => imported.rejected.push(Rejected {
                place,
                line: row.line(),
                problem,
            }),
        }
    }
    reject_dangling(&mut overlay, &mut drafts, &mut imported.rejected)?;
    imported.rejected.sort_by_key(|rejected| rejected.place);
    let events = events_of(&overlay, drafts, source, &mut imported)?;
    Ok((imported, events))
}

/// Whether records of a kind are looked up when others of their kind come in.
fn refers_within(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Supplier | Kind::Resident | Kind::Need | Kind::Service
    )
}

/// Rejects the drafts whose references lead nowhere; and then those that refer to a rejected one, until none is left.
fn reject_dangling(
    overlay: &mut Overlay<'_>,
    drafts: &mut Vec<Draft>,
    rejected: &mut Vec<Rejected>,
) -> Result<(), StoreError> {
    loop {
        let mut seen = tree::Seen::default();
        let mut dangling = HashMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            if let Some(problem) = tree::check_references(overlay, &draft.after, &mut seen)? {
                dangling.insert(at, problem);
            }
        }
        if dangling.is_empty() {
            return Ok(());
        }
        for (at, draft) in std::mem::take(drafts).into_iter().enumerate() {
            let Some(problem) = dangling.remove(&at) else {
                drafts.push(draft);
                continue;
            };
            if refers_within(draft.after.kind()) {
                overlay.take_back(draft.after.kind(), &draft.after.key(), draft.before);
            }
            rejected.push(Rejected {
                place: draft.place,
                line: draft.line,
                problem,
            });
        }
    }
}

fn events_of(
    overlay: &Overlay<'_>,
    drafts: Vec<Draft>,
    source: &str,
    imported: &mut Imported,
) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::with_capacity(drafts.len());
    let mut chains = Chains::default();
    for Draft { before, after, .. } in drafts {
        match &before {
            None => imported.added += 1,
            Some(before) if *before == after => {
                imported.unchanged += 1;
                continue;
            }
            Some(_) => imported.changed += 1,
        }
        events.push(Event {
            verb: Verb::Imported,
            chain: chains.of(overlay, &after)?,
            before,
            after,
            reason: source.to_owned(),
        });
    }
    Ok(events)
}

/// The chains of people by where they live, each looked up once.
#[derive(Default)]
struct Chains(HashMap<(Option<Code>, Option<Code>), Code>);

impl Chains {
    fn of(&mut self, rows: &dyn Rows, record: &AnyRecord) -> Result<Code, StoreError> {
        let home = match record {
            AnyRecord::Supplier(of) => (of.street.clone(), of.community.clone()),
            AnyRecord::Resident(of) => (of.street.clone(), of.community.clone()),
            other => return chain_of(rows, other),
        };
        match self.0.entry(home) {
            Entry::Occupied(known) => Ok(known.get().clone()),
            Entry::Vacant(free) => Ok(free.insert(chain_of(rows, record)?).clone()),
        }
    }
}

type Drafted = Result<(Option<AnyRecord>, AnyRecord), Problem>;

/// The record that a row makes of the one that is stored, or of a blank one.
fn draft(
    rows: &dyn Rows,
    kind: Kind,
    row: &mut ReadRow,
    now: Stamp,
) -> Result<Drafted, StoreError> {
    for_kind!(kind, R => {
        let before = match find::<R>(rows, row)? {
            Ok(found) => found,
            Err(problem) => return Ok(Err(problem)),
        };
        let after = match row.take_fresh(before.is_some()) {
            Some(fresh) => fresh,
            None => merged::<R>(rows, row, before.clone(), now).map(R::into_any),
        };
        let before = before.map(R::into_any);
        Ok(after.and_then(|after| match put::check_alone(before.as_ref(), &after) {
            Some(problem) => Err(problem),
            None => Ok((before, after)),
        }))
    })
}

/// A record with a row's cells in it.
fn merged<R: Record>(
    rows: &dyn Rows,
    row: &ReadRow,
    before: Option<R>,
    now: Stamp,
) -> Result<R, Problem> {
    let is_new = before.is_none();
    let blank = || R::of_any(blank(R::KIND, rows, row, now)?);
    let Some(mut record) = before.or_else(blank) else {
        return Err(Problem::new(
            "code",
            "",
            both!(zh: "这种记录不能导入", en: "records of this kind can't be imported"),
        ));
    };
    for field in R::fields() {
        match row.cell(field.column) {
            Some("") if FILLED_IN.contains(&field.column) => {}
            Some(text) => field.take(&mut record, text.trim())?,
            None if is_new && !FILLED_IN.contains(&field.column) => {
                field.take(&mut record, "")?;
            }
            None => {}
        }
    }
    Ok(record)
}

/// Columns that the desk fills in when they are empty: an older list may not know them.
const FILLED_IN: [&str; 2] = ["opened_at", "confirmed_at"];

fn blank(kind: Kind, rows: &dyn Rows, row: &ReadRow, now: Stamp) -> Option<AnyRecord> {
    Some(match kind {
        Kind::Need => Need {
            opened_at: now,
            ..Need::default()
        }
        .into(),
        Kind::Match => Match {
            confirmed_at: now,
            before: earlier_matches(rows, row),
            ..Match::default()
        }
        .into(),
        Kind::Service => Service::default().into(),
        Kind::Settings | Kind::Grant => return None,
        other => for_kind!(other, R => R::default().into_any()),
    })
}

/// The stored record that a row updates.
fn find<R: Record>(
    rows: &dyn Rows,
    row: &ReadRow,
) -> Result<Result<Option<R>, Problem>, StoreError> {
    if R::KIND == Kind::Match {
        return Ok(
            find_match(rows, row)?.map(|found| found.map(AnyRecord::Match).and_then(R::of_any))
        );
    }
    let text = row.key();
    match Code::parse(text) {
        Ok(code) => Ok(Ok(rows.get(R::KIND, &code)?.and_then(R::of_any))),
        Err(said) => Ok(Err(Problem::new("code", text, said))),
    }
}

/// Matches have no code: a row updates the match of its pair that was confirmed at the same time, or, when the row does
/// not say when, the newest one.
fn find_match(
    rows: &dyn Rows,
    row: &ReadRow,
) -> Result<Result<Option<Match>, Problem>, StoreError> {
    let mut of_pair = match matches_of_pair(rows, row) {
        Ok(found) => found?,
        Err(problem) => return Ok(Err(problem)),
    };
    let confirmed = row
        .cell("confirmed_at")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let Some(text) = confirmed else {
        return Ok(Ok(of_pair.pop()));
    };
    let confirmed_at = match Stamp::parse(text, crate::domain::Zone::default()) {
        Ok(stamp) => stamp,
        Err(said) => return Ok(Err(Problem::new("confirmed_at", text, said))),
    };
    // Of two that were confirmed at one time, an ended one is another match unless the row ends at the same time, too.
    let ended = row.cell("ended_at").map(str::trim);
    let is_same = |found: &Match| {
        let same_end = |at: Stamp| ended.is_none_or(|text| text == at.to_string());
        found.confirmed_at == confirmed_at && found.ended_at.is_none_or(same_end)
    };
    if let Some(same) = of_pair.iter().position(is_same) {
        return Ok(Ok(Some(of_pair.swap_remove(same))));
    }
    let stays_open = row
        .cell("ended_at")
        .is_none_or(|text| text.trim().is_empty());
    match of_pair.iter().find(|found| found.ended_at.is_none()) {
        Some(open) if stays_open => {
            let since = open.confirmed_at;
            let said = both!(
                zh: "这一对已有 {since} 确认、尚未结束的匹配；请用同一确认时间更新它，或先结束它",
                en: "this pair has an open match confirmed at {since}; give that time to update it, or end it first"
            );
            Ok(Err(Problem::new("confirmed_at", text, said)))
        }
        _ => Ok(Ok(None)),
    }
}

fn matches_of_pair(
    rows: &dyn Rows,
    row: &ReadRow,
) -> Result<Result<Vec<Match>, StoreError>, Problem> {
    let code = |column: &'static str| {
        let text = row.cell(column).unwrap_or_default().trim();
        Code::parse(text).map_err(|said| Problem::new(column, text, said))
    };
    let (need, supplier) = (code("need")?, code("supplier")?);
    Ok(rows.matches_of_need(&need).map(|found| {
        let mut of_pair: Vec<Match> = found
            .into_iter()
            .filter(|found| found.supplier == supplier)
            .collect();
        of_pair.sort_by_key(|found| found.before);
        of_pair
    }))
}

fn earlier_matches(rows: &dyn Rows, row: &ReadRow) -> u16 {
    let found = matches_of_pair(rows, row)
        .ok()
        .and_then(Result::ok)
        .unwrap_or_default();
    u16::try_from(found.len()).unwrap_or(u16::MAX)
}

fn warn(line: u64, record: &AnyRecord, warnings: &mut Vec<(u64, Said)>) {
    if let AnyRecord::Resident(resident) = record {
        for supplier in resident.contradictions() {
            let code = &resident.code;
            warnings.push((
                line,
                both!(
                    zh: "居民 {code} 既不要又喜欢供方 {supplier}；按不要处理",
                    en: "resident {code} both blocks and prefers supplier {supplier}; the block counts"
                ),
            ));
        }
    }
}
