//! The queue as all sessions show it: worked out once for each state of the index, whoever asks first. Of what is known
//! already, only the needs that a change can concern are ranked again.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread;

use super::touched::Touched;
use super::{BestRow, Desk, DeskError, Scope};
use crate::domain::{Code, Minute, Right, Stamp};
use crate::matching::{Awaiting, Contenders, Index, QueueRow};

/// Needs that are ranked before those who wait to write get the index.
const TURN: usize = 32;
/// Threads that rank a turn together.
const THREADS: usize = 4;

/// The queue, and the visits awaiting their outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// The needs, the most pressing first.
    pub rows: Vec<BestRow>,
    /// The visits awaiting their outcome, the oldest first.
    pub awaiting: Vec<Awaiting>,
}

/// What a board is of: a state of the index, and a minute, since nothing that it shows begins or ends within one.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Moment {
    version: u64,
    minutes: [Minute; 2],
}

/// How long a ranking may stand when only time has passed, in seconds. What a supplier did leaves the 30 days of the
/// fairness criterion meanwhile, and nothing else changes.
const HOUR: i64 = 3600;

/// Who is eligible for a need, and when they were found.
struct Ranked {
    at: Stamp,
    contenders: Contenders,
}

/// The last board, whole, and the parts of it that were asked for.
#[derive(Default)]
pub(super) struct Kept {
    whole: Option<(Moment, Arc<Board>)>,
    /// Of each need of the board who is eligible.
    ranked: HashMap<Code, Ranked>,
    parts: Vec<(Scope, Arc<Board>)>,
}

impl Desk {
    /// The queue with the best of each need's candidates, and the visits awaiting their outcome, as far as whoever calls
    /// may see them.
    ///
    /// What changes while it is worked out may be half in it; asking again after that change was told gives all of it.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn board(&self) -> Result<Arc<Board>, DeskError> {
        let scope = self.access().scope(Right::Demand);
        let mut kept = self
            .core
            .board
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let whole = self.whole(&mut kept)?;
        if scope == Scope::Everywhere {
            return Ok(whole);
        }
        if let Some((_, part)) = kept.parts.iter().find(|(of, _)| *of == scope) {
            return Ok(Arc::clone(part));
        }
        let part = Arc::new(Board {
            rows: self.seen_in(&scope, whole.rows.clone(), |row| &row.row.need)?,
            awaiting: self.seen_in(&scope, whole.awaiting.clone(), |visit| &visit.need)?,
        });
        kept.parts.push((scope, Arc::clone(&part)));
        Ok(part)
    }

    fn whole(&self, kept: &mut Kept) -> Result<Arc<Board>, DeskError> {
        let now = self.now();
        // Read before the index is: a change in between makes the board old, never wrongly new.
        let moment = Moment {
            version: self.core.version.load(Ordering::Acquire),
            minutes: [now.minute(), now.minute_up()],
        };
        if let Some((of, board)) = &kept.whole
            && *of == moment
        {
            return Ok(Arc::clone(board));
        }
        let touched = self.core.touched.take();
        let old = kept.whole.take().map(|(_, board)| board);
        let (board, ranked) = self
            .work_out(
                now,
                old.as_deref(),
                std::mem::take(&mut kept.ranked),
                &touched,
            )
            .inspect_err(|_| self.core.touched.everything())?;
        let board = Arc::new(board);
        kept.whole = Some((moment, Arc::clone(&board)));
        kept.ranked = ranked;
        kept.parts.clear();
        Ok(board)
    }

    fn work_out(
        &self,
        now: Stamp,
        old: Option<&Board>,
        ranked: HashMap<Code, Ranked>,
        touched: &Touched,
    ) -> Result<(Board, HashMap<Code, Ranked>), DeskError> {
        let (wanted, awaiting) = {
            let index = self.index()?;
            (index.queue(now), index.awaiting(now))
        };
        let rows = old.map(|board| board.rows.as_slice()).unwrap_or_default();
        let mut known = Known {
            rows: rows.iter().map(|row| (&row.row.need, row)).collect(),
            ranked,
            touched,
            now,
            // What is only old is found anew bit by bit, so that nobody waits for it.
            spare: TURN,
        };
        let mut rows = Vec::with_capacity(wanted.len());
        let mut ranked = HashMap::with_capacity(wanted.len());
        let mut wanted = wanted.into_iter().peekable();
        while wanted.peek().is_some() {
            let index = self.index()?;
            let (mut turn, mut anew) = (Vec::new(), 0);
            for row in wanted.by_ref() {
                let still = known.still(&index, &row);
                anew += usize::from(still.is_none());
                turn.push((row, still));
                if anew == TURN {
                    break;
                }
            }
            rank(&index, &mut turn, anew, now);
            for (row, found) in turn {
                let Some(found) = found else { continue };
                let need = row.need.clone();
                rows.push(BestRow {
                    row,
                    eligible: found.contenders.eligible(),
                    best: index.best_of(&found.contenders),
                });
                ranked.insert(need, found);
            }
        }
        Ok((Board { rows, awaiting }, ranked))
    }
}

/// Ranks those of some needs that are to be ranked anew; when they are many, on several threads.
fn rank(index: &Index, needs: &mut [(QueueRow, Option<Ranked>)], anew: usize, now: Stamp) {
    let rank = |(row, found): &mut (QueueRow, Option<Ranked>)| {
        if found.is_none() {
            let contenders = index.contenders(&row.need, &row.visits, now);
            *found = Some(Ranked {
                at: now,
                contenders: contenders.unwrap_or_default(),
            });
        }
    };
    let threads = match thread::available_parallelism() {
        Ok(threads) if anew == TURN => threads.get().min(THREADS),
        _ => 1,
    };
    let share = needs.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let mut shares = needs.chunks_mut(share);
        let own = shares.next();
        for others in shares {
            scope.spawn(move || others.iter_mut().for_each(rank));
        }
        own.into_iter().flatten().for_each(rank);
    });
}

/// What the last board knew.
struct Known<'a> {
    rows: HashMap<&'a Code, &'a BestRow>,
    ranked: HashMap<Code, Ranked>,
    touched: &'a Touched,
    now: Stamp,
    /// How many needs may be ranked anew for their age alone.
    spare: usize,
}

impl Known<'_> {
    /// Who is eligible for a need, brought up to date, if what was known still counts.
    fn still(&mut self, index: &Index, row: &QueueRow) -> Option<Ranked> {
        let old = self.rows.get(&row.need)?;
        let mut found = self.ranked.remove(&row.need)?;
        let age = self.now.0 - found.at.0;
        if old.row.visits != row.visits
            || !(0..HOUR).contains(&age)
            || self.touched.renews(index, row)
        {
            return None;
        }
        if age >= 60 && self.spare > 0 {
            self.spare -= 1;
            return None;
        }
        let suppliers = self.touched.suppliers();
        index
            .follow(
                &mut found.contenders,
                &row.need,
                &row.visits,
                suppliers,
                self.now,
            )
            .then_some(found)
    }
}
