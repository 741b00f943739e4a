//! Reading ahead: the rows of a file are read, taken apart and checked for themselves on a thread of their own, while
//! those before them are written.

use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use super::file_error::FileError;
use super::text_in::{BadRow, Row, Rows, Trouble};
use crate::desk::ReadRow;
use crate::domain::Kind;

/// Rows that go into one transaction.
const BATCH: usize = 5000;
/// Rows between two reports of progress.
const STEP: u64 = 500;
/// Batches that wait to be written.
const AHEAD: usize = 1;

/// A row on its way to the desk, kept as it stood in case it comes back.
pub(super) enum Waiting {
    /// It can be read.
    Good(Row),
    /// It can't.
    Bad(BadRow),
}

/// How far a file was read.
pub(super) struct Mark {
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub done: u64,
}

/// How a file ends.
pub(super) enum End {
    /// With its last row.
    Whole(Mark),
    /// It can't be read any further.
    Broken(FileError),
}

/// Rows that are written together.
#[derive(Default)]
pub(super) struct Batch {
    /// All of them.
    pub waiting: Vec<Waiting>,
    /// The good ones, for the desk.
    pub rows: Vec<ReadRow>,
    /// Where progress is told.
    pub marks: Vec<Mark>,
    /// Of the last batch.
    pub end: Option<End>,
}

impl Batch {
    /// Leaves out all rows but the first ones.
    pub fn cut(&mut self, rows: usize) {
        self.waiting.truncate(rows);
        let is_good = |row: &&Waiting| matches!(row, Waiting::Good(_));
        self.rows
            .truncate(self.waiting.iter().filter(is_good).count());
    }
}

/// Hands the rows of a file to `take`, batch by batch, until it fails; meanwhile the next ones are read. What is left of a
/// batch goes back to whoever made it: memory is given back soonest where it was taken.
pub(super) fn read_ahead<E>(
    kind: Kind,
    rows: Rows,
    mut take: impl FnMut(&mut Batch) -> Result<(), E>,
) -> Result<(), E> {
    thread::scope(|scope| {
        let (give, taken) = sync_channel(AHEAD);
        let (give_back, used) = channel::<Batch>();
        let mut reader = Reader {
            kind,
            rows,
            count: 0,
        };
        scope.spawn(move || {
            loop {
                used.try_iter().for_each(drop);
                let batch = reader.batch();
                let is_last = batch.end.is_some();
                // Nobody takes any more after a failure.
                if give.send(batch).is_err() || is_last {
                    break;
                }
            }
        });
        taken.into_iter().try_for_each(|mut batch| {
            take(&mut batch)?;
            // The reader has gone when there is nothing more to read.
            let _ = give_back.send(batch);
            Ok(())
        })
    })
}

struct Reader {
    kind: Kind,
    rows: Rows,
    count: u64,
}

impl Reader {
    fn batch(&mut self) -> Batch {
        let room = if self.count == 0 { 0 } else { BATCH };
        let mut batch = Batch {
            waiting: Vec::with_capacity(room),
            rows: Vec::with_capacity(room),
            ..Batch::default()
        };
        while !self.is_full(&batch) {
            match self.rows.next() {
                Some(Ok(row)) => {
                    batch.rows.push(self.read(&row));
                    batch.waiting.push(Waiting::Good(row));
                }
                Some(Err(Trouble::Row(bad))) => batch.waiting.push(Waiting::Bad(bad)),
                Some(Err(Trouble::File(error))) => {
                    batch.end = Some(End::Broken(error));
                    break;
                }
                None => {
                    batch.end = Some(End::Whole(self.mark()));
                    break;
                }
            }
            self.count += 1;
            if self.count.is_multiple_of(STEP) {
                batch.marks.push(self.mark());
            }
        }
        batch
    }

    fn read(&self, row: &Row) -> ReadRow {
        let cells: Vec<_> = row.known().collect();
        ReadRow::new(self.kind, row.line, &cells)
    }

    fn mark(&self) -> Mark {
        Mark {
            rows: self.count,
            done: self.rows.taken(),
        }
    }

    /// The vocabularies go in as a whole, since their rows may refer to later ones.
    fn is_full(&self, batch: &Batch) -> bool {
        let whole = matches!(
            self.kind,
            Kind::Street | Kind::Community | Kind::Category | Kind::Capability
        );
        !whole && batch.waiting.len() >= BATCH
    }
}
