//! Weights: what they were, and what other ones would change.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Desk, DeskError};
use crate::domain::record::{Category, Settings, Weights};
use crate::domain::{AnyRecord, Code, Event, Kind, Record, Stamp};
use crate::matching::{Index, QueueRow, Ranking};
use crate::store::{Entry, fetch};

/// One need of the queue by other weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// The need.
    pub need: Code,
    /// What it asks for.
    pub category: Code,
    /// Its first candidate now, with the score.
    pub old: Option<(Code, f64)>,
    /// Its first candidate then, with the score.
    pub new: Option<(Code, f64)>,
    /// How many candidates it has.
    pub candidates: usize,
    /// By how many ranks they move, on the average.
    pub mean_shift: f64,
}

impl Shift {
    /// Whether another supplier would be first.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let supplier = |best: &Option<(Code, f64)>| best.as_ref().map(|(code, _)| code.clone());
        supplier(&self.old) != supplier(&self.new)
    }
}

/// What other weights would change in the queue as it is now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightsPreview {
    /// How many needs are in the queue.
    pub open: usize,
    /// Those that would be weighed differently, in the order of the queue.
    pub shifts: Vec<Shift>,
}

impl WeightsPreview {
    /// How many needs would get another first candidate.
    #[must_use]
    pub fn changed(&self) -> usize {
        self.shifts
            .iter()
            .filter(|shift| shift.is_changed())
            .count()
    }

    /// By how many ranks the candidates of those needs move, on the average; 0 without any.
    #[must_use]
    pub fn mean_shift(&self) -> f64 {
        let all: usize = self.shifts.iter().map(|shift| shift.candidates).sum();
        let moved: f64 = self
            .shifts
            .iter()
            .map(|shift| shift.mean_shift * as_f64(shift.candidates))
            .sum();
        if all > 0 { moved / as_f64(all) } else { 0.0 }
    }
}

/// Counts are far below what a double can't hold.
fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// The weights as they were from one change to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsVersion {
    /// The weights; of the other settings nothing is told.
    pub settings: Settings,
    /// Since when, by the rules' clock; none for those that the store began with.
    pub since: Option<Stamp>,
    /// Who set them.
    pub who: String,
    /// Why; may be empty.
    pub reason: String,
}

/// A category that counts as itself, in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its code.
    pub code: Code,
    /// How many categories are above it.
    pub depth: usize,
    /// The place of the one above it among the branches.
    pub parent: Option<usize>,
}

/// The weights as they are set, and the categories that may have some.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsTable {
    /// The settings.
    pub settings: Settings,
    /// The categories, each below the one that it is part of.
    pub branches: Vec<Branch>,
}

impl Desk {
    /// The weights as they are set, and the categories that may have some.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn weights_table(&self) -> Result<WeightsTable, DeskError> {
        let mut all = BTreeMap::new();
        self.rows()?.scan(Kind::Category, None, &mut |record| {
            if let AnyRecord::Category(category) = record {
                all.insert(category.code.clone(), category);
            }
            ControlFlow::Continue(())
        })?;
        let mut below: BTreeMap<Option<Code>, Vec<Code>> = BTreeMap::new();
        for category in all.values().filter(|one| one.merged_into.is_none()) {
            let parent = category.parent.as_ref();
            let parent = parent.and_then(|parent| became(&all, parent));
            below.entry(parent).or_default().push(category.code.clone());
        }
        let mut branches = Vec::new();
        grow(&mut branches, &mut below, None);
        Ok(WeightsTable {
            settings: self.settings()?,
            branches,
        })
    }

    /// What is set for the whole store.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn settings(&self) -> Result<Settings, DeskError> {
        let stored = fetch(&*self.rows()?, &Code::composed(Settings::KEY))?;
        Ok(stored.unwrap_or_default())
    }

    /// How the rankings of the queue would be different by other settings, as far as whoever calls may see them. Once
    /// `cancel` is true the rest is left out.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn preview_weights(
        &self,
        settings: &Settings,
        cancel: &AtomicBool,
    ) -> Result<WeightsPreview, DeskError> {
        let now = self.now();
        let rows = self.index()?.queue(now);
        let rows = self.seen_of(rows, |row| &row.need)?;
        let mut preview = WeightsPreview {
            open: rows.len(),
            shifts: Vec::new(),
        };
        for row in rows {
            if cancel.load(Ordering::Relaxed) {
                break;
            }
            // Those who write get the index in between.
            let index = self.index()?;
            preview.shifts.extend(shift(&index, &row, settings, now));
        }
        Ok(preview)
    }

    /// Every version of the weights, the oldest first; read from the journal.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn weights_history(&self) -> Result<Vec<WeightsVersion>, DeskError> {
        let mut versions = vec![WeightsVersion {
            settings: Settings::default(),
            since: None,
            who: String::new(),
            reason: String::new(),
        }];
        let district = Code::composed(Event::DISTRICT);
        self.store().entries(&district, 0, &mut |entry| {
            if entry.kind == Kind::Settings && !entry.verb.is_note() {
                take(&mut versions, &entry);
            }
            ControlFlow::Continue(())
        })?;
        Ok(versions)
    }
}

/// What a category counts as.
fn became(all: &BTreeMap<Code, Category>, code: &Code) -> Option<Code> {
    let mut at = all.get(code)?;
    // A circle can't be entered; a bound costs nothing.
    for _ in 0..all.len() {
        match &at.merged_into {
            Some(next) => at = all.get(next)?,
            None => break,
        }
    }
    Some(at.code.clone())
}

fn grow(
    branches: &mut Vec<Branch>,
    below: &mut BTreeMap<Option<Code>, Vec<Code>>,
    parent: Option<usize>,
) {
    let above = parent.and_then(|parent| branches.get(parent)).cloned();
    let depth = above.as_ref().map_or(0, |above| above.depth + 1);
    // Taken out, so that even a circle comes to an end.
    for code in below
        .remove(&above.map(|above| above.code))
        .unwrap_or_default()
    {
        branches.push(Branch {
            code,
            depth,
            parent,
        });
        grow(branches, below, Some(branches.len() - 1));
    }
}

/// Takes an entry of the journal in. Weights that were changed before changes were counted have the first number.
fn take(versions: &mut Vec<WeightsVersion>, entry: &Entry) {
    let Some(last) = versions.last_mut() else {
        return;
    };
    let mut settings = last.settings.clone();
    for change in &entry.changes {
        let field = Settings::fields()
            .iter()
            .find(|field| field.column == change.column);
        if let (Some(field), Some(after)) = (field, &change.after) {
            // What was written could be read; what can't be leaves the field as it was.
            let _ = field.take(&mut settings, after);
        }
    }
    if settings.weighs_as(&last.settings) {
        last.settings = settings;
        return;
    }
    let version = WeightsVersion {
        since: Some(entry.request.now),
        who: entry.request.who.clone(),
        reason: entry.reason.clone(),
        settings,
    };
    if version.settings.weights_version() == last.settings.weights_version() {
        *last = version;
    } else {
        versions.push(version);
    }
}

/// How a need's ranking would be different; none when it is weighed as before.
fn shift(index: &Index, row: &QueueRow, settings: &Settings, now: Stamp) -> Option<Shift> {
    let old_weights: Weights = index.weights_for(&row.category).weights;
    let weighed = index.weights_under(settings, &row.category);
    if weighed.weights == old_weights {
        return None;
    }
    let old = index.candidates(&row.need, now, usize::MAX)?;
    let new = old.reweighed(weighed);
    let best = |ranking: &Ranking| {
        let first = ranking.candidates.first();
        first.map(|first| (first.supplier.clone(), first.score))
    };
    let ranks: std::collections::HashMap<&Code, u32> = old
        .candidates
        .iter()
        .map(|candidate| (&candidate.supplier, candidate.rank))
        .collect();
    let moved: u64 = new
        .candidates
        .iter()
        .filter_map(|candidate| Some((ranks.get(&candidate.supplier)?, candidate.rank)))
        .map(|(old, new)| u64::from(old.abs_diff(new)))
        .sum();
    let candidates = new.candidates.len();
    let moved = u32::try_from(moved).map_or(f64::from(u32::MAX), f64::from);
    Some(Shift {
        need: row.need.clone(),
        category: row.category.clone(),
        old: best(&old),
        new: best(&new),
        mean_shift: if candidates > 0 {
            moved / as_f64(candidates)
        } else {
            0.0
        },
        candidates,
    })
}
