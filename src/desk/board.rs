//! The queue as all sessions show it: worked out once for each state of the index, whoever asks first. Of what is known
//! already, only the needs that a change can concern are ranked again.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::query::best_row;
use super::touched::Touched;
use super::{BestRow, Desk, DeskError, Scope};
use crate::domain::{Code, Minute, Right, Stamp};
use crate::matching::{Awaiting, Index, QueueRow};

/// Needs that are ranked before those who wait to write get the index.
const TURN: usize = 32;

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

/// The last board, whole, and the parts of it that were asked for.
#[derive(Default)]
pub(super) struct Kept {
    whole: Option<(Moment, Arc<Board>)>,
    /// When each need of the board was ranked.
    ranked: HashMap<Code, Stamp>,
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
            .work_out(now, old.as_deref(), &kept.ranked, &touched)
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
        ranked: &HashMap<Code, Stamp>,
        touched: &Touched,
    ) -> Result<(Board, HashMap<Code, Stamp>), DeskError> {
        let known: HashMap<&Code, &BestRow> = old
            .iter()
            .flat_map(|board| &board.rows)
            .map(|row| (&row.row.need, row))
            .collect();
        let (wanted, awaiting) = {
            let index = self.index()?;
            (index.queue(now), index.awaiting(now))
        };
        let mut known = Known {
            rows: known,
            ranked,
            touched,
            now,
            // What is only old is ranked again bit by bit, so that nobody waits for it.
            spare: TURN,
        };
        let mut rows = Vec::with_capacity(wanted.len());
        let mut moments = HashMap::with_capacity(wanted.len());
        let mut wanted = wanted.into_iter().peekable();
        while wanted.peek().is_some() {
            let index = self.index()?;
            let mut turn = TURN;
            for row in wanted.by_ref() {
                let need = row.need.clone();
                let (row, at) = match known.still(&index, &row) {
                    Some((old, at)) => (BestRow { row, ..old.clone() }, at),
                    None => {
                        turn -= 1;
                        (best_row(&index, row, now), now)
                    }
                };
                moments.insert(need, at);
                rows.push(row);
                if turn == 0 {
                    break;
                }
            }
        }
        Ok((Board { rows, awaiting }, moments))
    }
}

/// What the last board knew.
struct Known<'a> {
    rows: HashMap<&'a Code, &'a BestRow>,
    ranked: &'a HashMap<Code, Stamp>,
    touched: &'a Touched,
    now: Stamp,
    /// How many rows may be ranked again for their age alone.
    spare: usize,
}

impl<'a> Known<'a> {
    /// The ranking of a need as it was, and when, if it still holds.
    fn still(&mut self, index: &Index, row: &QueueRow) -> Option<(&'a BestRow, Stamp)> {
        let old = self.rows.get(&row.need)?;
        let at = *self.ranked.get(&row.need)?;
        let age = self.now.0 - at.0;
        if old.row.visits != row.visits
            || !(0..HOUR).contains(&age)
            || self.touched.concerns(index, row, self.now)
        {
            return None;
        }
        if age >= 60 && self.spare > 0 {
            self.spare -= 1;
            return None;
        }
        Some((old, at))
    }
}
