//! The list that narrows while somebody types.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::book::{BLOCK, Book};
use super::entry::Home;
use super::query::Query;
use super::score::{Lexicon, Plan, Scratch};
use crate::domain::{Code, Kind};

/// With fewer records to look at, a second thread costs more than it brings.
const FEW: usize = 2 * BLOCK;

/// The most threads that one search takes: others search too.
const THREADS: usize = 4;

/// What somebody may see, and what records are called that others refer to.
#[derive(Clone, Copy)]
pub struct Eyes<'a> {
    /// The names.
    pub lexicon: &'a dyn Lexicon,
    /// Whether those may be seen who live somewhere; none when everybody may. Others are not looked at.
    pub sees: Option<&'a dyn Fn(&Home) -> bool>,
}

/// A record that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Higher is better.
    pub score: u32,
    /// Its position in the book.
    pub position: u32,
}

/// Searches one kind of record again and again, and remembers what it found so that a longer query looks only there.
#[derive(Debug, Default)]
pub struct Finder {
    last: Option<Last>,
}

#[derive(Debug)]
struct Last {
    query: Query,
    version: u64,
    seen: Option<Vec<bool>>,
    /// Whether what only resembles the query was looked for: nothing else was found then.
    fuzzy: bool,
    /// The positions found, in their own order.
    found: Vec<u32>,
}

impl Finder {
    /// One that has not searched yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The records that answer a query, the best first and equal ones by code; all of them by code for an empty one. None
    /// soon after `cancel` becomes true.
    pub fn find(
        &mut self,
        book: &Book,
        query: &Query,
        eyes: Eyes<'_>,
        cancel: &AtomicBool,
    ) -> Option<Vec<Hit>> {
        let plan = Plan::new(book, query, eyes.lexicon, eyes.sees);
        let (hits, fuzzy) = if query.is_empty() {
            (everything(book, &plan), true)
        } else {
            self.look(book, query, &plan, cancel)?
        };
        self.last = Some(Last {
            version: book.version(),
            seen: plan.seen().map(<[bool]>::to_vec),
            fuzzy,
            found: hits.iter().map(|hit| hit.position).collect(),
            query: query.clone(),
        });
        Some(if query.is_empty() {
            hits
        } else {
            best_first(book, hits)
        })
    }

    /// What answers a query, in the order of positions, and whether what only resembles it was looked for: that is noise
    /// beside what is meant, and comes when nothing else does.
    fn look(
        &self,
        book: &Book,
        query: &Query,
        plan: &Plan<'_>,
        cancel: &AtomicBool,
    ) -> Option<(Vec<Hit>, bool)> {
        for fuzzy in [false, true] {
            let before = self.narrowable(book, query, plan, fuzzy);
            let hits = scan(book, plan, fuzzy, before, cancel)?;
            if fuzzy || !hits.is_empty() {
                return Some((hits, fuzzy));
            }
        }
        None
    }

    /// What was found last, if nothing outside it can be found now.
    fn narrowable(
        &self,
        book: &Book,
        query: &Query,
        plan: &Plan<'_>,
        fuzzy: bool,
    ) -> Option<&[u32]> {
        let last = self.last.as_ref()?;
        let usable = last.version == book.version()
            && !last.query.is_empty()
            && last.fuzzy >= fuzzy
            && last.seen.as_deref() == plan.seen()
            && query.narrows(&last.query);
        usable.then_some(last.found.as_slice())
    }
}

/// Every record that may be seen, by code.
fn everything(book: &Book, plan: &Plan<'_>) -> Vec<Hit> {
    let sees = |position: &u32| {
        let (block, slot) = place(*position);
        let block = book.blocks.get(block);
        block.is_some_and(|block| plan.sees(block, slot))
    };
    let all = book.order().iter().copied().filter(sees);
    all.map(|position| Hit { score: 0, position }).collect()
}

fn place(position: u32) -> (usize, usize) {
    (position as usize / BLOCK, position as usize % BLOCK)
}

/// Looks at all records, or at those of a former result, on as many threads as are worth it.
fn scan(
    book: &Book,
    plan: &Plan<'_>,
    fuzzy: bool,
    before: Option<&[u32]>,
    cancel: &AtomicBool,
) -> Option<Vec<Hit>> {
    let work = before.map_or(book.len(), <[u32]>::len);
    let pieces = work.div_ceil(BLOCK);
    let next = AtomicUsize::new(0);
    let run = || {
        let (mut scratch, mut done) = (Scratch::new(fuzzy), Vec::new());
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces || cancel.load(Ordering::Relaxed) {
                return done;
            }
            let from = piece * BLOCK;
            let to = (from + BLOCK).min(work);
            let mut hits = Vec::new();
            match before {
                Some(before) => {
                    let positions = before.get(from..to).unwrap_or(&[]).iter().copied();
                    look(book, plan, positions, &mut scratch, &mut hits);
                }
                None => look(book, plan, positions(from, to), &mut scratch, &mut hits),
            }
            done.push((piece, hits));
        }
    };
    let helpers = if work > FEW {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        cores.min(THREADS).min(pieces) - 1
    } else {
        0
    };
    let mut done = thread::scope(|scope| {
        // A system that gives no thread has the work done on this one.
        let helpers: Vec<_> = (0..helpers)
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, run).ok())
            .collect();
        let mut done = run();
        for helper in helpers {
            match helper.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    if cancel.load(Ordering::Relaxed) {
        return None;
    }
    done.sort_unstable_by_key(|(piece, _)| *piece);
    let count = done.iter().map(|(_, hits)| hits.len()).sum();
    let mut hits = Vec::with_capacity(count);
    for (_, more) in done {
        hits.extend(more);
    }
    Some(hits)
}

fn positions(from: usize, to: usize) -> impl Iterator<Item = u32> {
    let small = |n| u32::try_from(n).unwrap_or(u32::MAX);
    small(from)..small(to)
}

fn look(
    book: &Book,
    plan: &Plan<'_>,
    positions: impl Iterator<Item = u32>,
    scratch: &mut Scratch,
    hits: &mut Vec<Hit>,
) {
    for position in positions {
        let (block, slot) = place(position);
        let Some(block) = book.blocks.get(block) else {
            return;
        };
        let score = plan.score(block, slot, scratch);
        if score > 0 {
            hits.push(Hit { score, position });
        }
    }
}

/// Sorts by score and code what is in the order of positions: each score has its place, so that it is done in two looks.
fn best_first(book: &Book, mut hits: Vec<Hit>) -> Vec<Hit> {
    if !book.is_in_order() {
        hits.sort_by_key(|hit| book.rank(hit.position));
    }
    let best = hits.iter().map(|hit| hit.score).max().unwrap_or_default();
    let step = |hit: &Hit| (best - hit.score) as usize;
    let mut next = vec![0_u32; best as usize + 2];
    for hit in &hits {
        next[step(hit) + 1] += 1;
    }
    for at in 1..next.len() {
        next[at] += next[at - 1];
    }
    let mut sorted = hits.clone();
    for hit in &hits {
        let place = &mut next[step(hit)];
        sorted[*place as usize] = *hit;
        *place += 1;
    }
    sorted
}

/// What was found, the best first, and the book in which it was: both stay as they are.
#[derive(Clone, Debug)]
pub struct Found {
    /// The book.
    pub book: Arc<Book>,
    /// Positions in it.
    pub positions: Arc<Vec<u32>>,
}

impl Found {
    /// Nothing.
    #[must_use]
    pub fn nothing(kind: Kind) -> Self {
        Self {
            book: Arc::new(Book::new(kind)),
            positions: Arc::default(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The code of the one at a place.
    #[must_use]
    pub fn code(&self, at: usize) -> Option<Code> {
        self.book.code(*self.positions.get(at)?)
    }

    /// The place of a code.
    #[must_use]
    pub fn place(&self, code: &Code) -> Option<usize> {
        let position = self.book.position(code.as_str())?;
        self.positions.iter().position(|other| *other == position)
    }
}
