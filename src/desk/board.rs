//! The queue as all sessions show it: worked out once for each state of the index, whoever asks first.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::query::best_row;
use super::{BestRow, Desk, DeskError, Scope};
use crate::domain::{Minute, Right, Stamp};
use crate::matching::Awaiting;

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

/// The last board, whole, and the parts of it that were asked for.
#[derive(Default)]
pub(super) struct Kept {
    whole: Option<(Moment, Arc<Board>)>,
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
        let board = Arc::new(self.work_out(now)?);
        kept.whole = Some((moment, Arc::clone(&board)));
        kept.parts.clear();
        Ok(board)
    }

    fn work_out(&self, now: Stamp) -> Result<Board, DeskError> {
        let (wanted, awaiting) = {
            let index = self.index()?;
            (index.queue(now), index.awaiting(now))
        };
        let mut rows = Vec::with_capacity(wanted.len());
        let mut wanted = wanted.into_iter().peekable();
        while wanted.peek().is_some() {
            let index = self.index()?;
            rows.extend(
                wanted
                    .by_ref()
                    .take(TURN)
                    .map(|row| best_row(&index, row, now)),
            );
        }
        Ok(Board { rows, awaiting })
    }
}
