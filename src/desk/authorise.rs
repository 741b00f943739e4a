//! Which right each command needs, looked up in the rows of its own transaction.

use super::access::{self, Asked, right_to_put};
use super::writer::{Task, Work};
use super::{Command, Desk};
use crate::domain::record::Need;
use crate::domain::{AnyRecord, Code, Kind, Note, Right};
use crate::store::{Rows, StoreError, Undecided, fetch};

impl Desk {
    /// Refuses a task that no role of its caller grants. Grants are those of this moment: what was taken back a moment
    /// ago no longer counts.
    pub(super) fn authorise(&self, task: &Task, rows: &dyn Rows) -> Result<(), Undecided> {
        let Some(caller) = &task.caller else {
            return Ok(());
        };
        let access = self.access_of(caller);
        for asked in asked(&task.work, rows)? {
            access::check(&access, &task.actor.who, rows, &asked)
                .map_err(|undecided| self.counted(task, undecided))?;
        }
        Ok(())
    }
}

fn asked(work: &Work, rows: &dyn Rows) -> Result<Vec<Asked>, StoreError> {
    Ok(match work {
        Work::Command(command) => of_command(command, rows)?,
        Work::Import { kind, .. } => {
            vec![Asked::of_store(right_to_import(*kind), *kind, Note::ALL)]
        }
        // A draft is its user's own.
        Work::Denied(..) | Work::Note(_) | Work::Draft(_) => Vec::new(),
    })
}

/// The right to take in a file.
#[must_use]
pub fn right_to_import(kind: Kind) -> Right {
    match kind {
        Kind::Category | Kind::Capability => Right::Vocabulary,
        _ => Right::Administer,
    }
}

fn of_command(command: &Command, rows: &dyn Rows) -> Result<Vec<Asked>, StoreError> {
    Ok(match command {
        Command::Add { record } => {
            vec![Asked::of_record(right_to_put(None, record), rows, record)?]
        }
        Command::Edit { before, after, .. } => of_edit(rows, before, after)?,
        Command::Confirm { need, .. }
        | Command::Share { need, .. }
        | Command::Substitute { need, .. }
        | Command::Unmatch { need, .. }
        | Command::Close { need, .. }
        | Command::Cancel { need, .. } => match fetch::<Need>(rows, need)? {
            Some(need) => vec![Asked::of_record(Right::Serve, rows, &need.into())?],
            // The decision says that there is none, to whoever may serve somewhere.
            None => vec![somewhere(Right::Serve, Kind::Need, need)],
        },
        Command::Relax { need, farther, .. } => {
            let [before, after] = &**need;
            let mut asked = of_edit(rows, &before.clone().into(), &after.clone().into())?;
            if let Some(supplier) = farther {
                let [before, after] = &**supplier;
                asked.extend(of_edit(
                    rows,
                    &before.clone().into(),
                    &after.clone().into(),
                )?);
            }
            asked
        }
        Command::Reveal { kind, key, .. } => match rows.get(*kind, key)? {
            Some(record) => vec![Asked::of_record(Right::Reveal, rows, &record)?],
            None => vec![somewhere(Right::Reveal, *kind, key)],
        },
        Command::Export { kinds } => kinds
            .iter()
            .map(|kind| Asked::of_store(Right::ExportPersonal, *kind, Note::ALL))
            .collect(),
        Command::Roll { .. } => Vec::new(),
    })
}

/// An edit needs the right for the record as it is stored and as it shall be: it may move to another street.
fn of_edit(
    rows: &dyn Rows,
    before: &AnyRecord,
    after: &AnyRecord,
) -> Result<Vec<Asked>, StoreError> {
    let stored = rows.get(before.kind(), &before.key())?;
    let right = right_to_put(stored.as_ref(), after);
    let mut asked = vec![Asked::of_record(right, rows, after)?];
    if let Some(stored) = &stored {
        asked.push(Asked::of_record(right, rows, stored)?);
    }
    Ok(asked)
}

/// A right that need not hold in a particular street.
fn somewhere(right: Right, kind: Kind, key: &Code) -> Asked {
    Asked {
        streets: Vec::new(),
        ..Asked::of_store(right, kind, key.as_str())
    }
}
