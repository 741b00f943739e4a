//! The index out of the store's rows: one thread reads them while another puts them in.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::domain::{AnyRecord, Kind};
use crate::matching::Index;
use crate::store::{Rows, StoreError};

/// Records that are handed over together.
const BATCH: usize = 512;
/// Batches that wait to be put in.
const AHEAD: usize = 4;
/// Records between two reports of progress.
const STEP: u64 = 4096;

/// The index of all rows, telling `progress` how many of how many records are read.
pub(super) fn index_of(
    rows: &dyn Rows,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Index, StoreError> {
    thread::scope(|scope| {
        let (give, taken) = sync_channel(AHEAD);
        let loader = scope.spawn(move || load(taken));
        let scanned = scan(rows, &give, progress);
        // The other thread ends when there is nothing more to come.
        drop(give);
        let index = loader.join().unwrap_or_else(|panic| resume_unwind(panic));
        scanned.map(|()| index)
    })
}

fn load(taken: Receiver<Vec<AnyRecord>>) -> Index {
    let mut index = Index::new();
    for record in taken.into_iter().flatten() {
        index.load(record);
    }
    index.pack();
    index
}

/// Reads every row, in the order in which kinds refer to each other.
fn scan(
    rows: &dyn Rows,
    give: &SyncSender<Vec<AnyRecord>>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    let kinds = [Kind::Settings].into_iter().chain(Kind::FILES);
    let total = kinds
        .clone()
        .map(|kind| rows.count(kind))
        .sum::<Result<u64, StoreError>>()?;
    let mut done = 0;
    let mut batch = Vec::with_capacity(BATCH);
    for kind in kinds {
        rows.scan(kind, None, &mut |record| {
            batch.push(record);
            done += 1;
            if done % STEP == 0 {
                progress(done, total);
            }
            if batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                // Nobody takes them when the other thread has panicked, which is told when it is joined.
                if give.send(full).is_err() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
    }
    let _ = give.send(batch);
    progress(done, total);
    Ok(())
}
