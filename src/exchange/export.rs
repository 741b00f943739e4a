//! Records out of the desk into files of SPEC §2.

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::error::ExchangeError;
use super::file_error::{Fault, FileError};
use super::import::file_name;
use super::location::Location;
use super::report::Progress;
use super::text_out::Out;
use crate::desk::{Desk, DeskError};
use crate::domain::field::{Field, Privacy, Shape};
use crate::domain::{Kind, Record};
use crate::for_kind;
use crate::store::Rows;

/// Rows between two reports of progress.
const STEP: u64 = 500;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// What it holds.
    pub kind: Kind,
    /// Where it lies.
    pub path: PathBuf,
    /// Its rows below the header.
    pub rows: u64,
    /// Columns left out because they are personal.
    pub left_out: Vec<&'static str>,
}

/// Writes all records of a kind to a file, in the order of keys; masked columns only when asked for.
///
/// # Errors
/// When the store can't be read or the file not be written; a file that was there is then as before.
pub fn export_file(
    desk: &Desk,
    kind: Kind,
    to: impl Into<Location>,
    with_personal: bool,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Exported, ExchangeError> {
    write_file(&*desk.rows()?, kind, &to.into(), with_personal, progress)
}

/// Writes a file of every kind into a folder, which is made when it is missing; all of one moment.
///
/// # Errors
/// When the store can't be read or a file not be written; the files before it are complete.
pub fn export_all(
    desk: &Desk,
    dir: impl Into<Location>,
    with_personal: bool,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Vec<Exported>, ExchangeError> {
    let dir = dir.into();
    dir.make_folder()
        .map_err(|cause| FileError::new(dir.path(), Fault::Write(cause)))?;
    let rows = desk.rows()?;
    Kind::FILES
        .into_iter()
        .map(|kind| {
            let to = dir.at(dir.path().join(file_name(kind)));
            write_file(&*rows, kind, &to, with_personal, progress)
        })
        .collect()
}

fn write_file(
    rows: &dyn Rows,
    kind: Kind,
    to: &Location,
    with_personal: bool,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Exported, ExchangeError> {
    for_kind!(kind, R => write_records::<R>(rows, to, with_personal, progress))
}

fn write_records<R: Record>(
    rows: &dyn Rows,
    to: &Location,
    with_personal: bool,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Exported, ExchangeError> {
    let (left_out, shown): (Vec<_>, Vec<_>) = R::fields()
        .iter()
        .partition(|field| field.privacy == Privacy::Masked && !with_personal);
    let fields = without_empty_extras(rows, shown)?;
    let header: Vec<&str> = fields.iter().map(|field| field.column).collect();
    let mut out = Out::create(to.clone(), &header)?;
    let total = rows.count(R::KIND).map_err(DeskError::Store)?;
    let mut done = 0;
    let mut told = |done: u64| {
        progress(Progress {
            kind: R::KIND,
            rows: done,
            done,
            total,
        })
    };
    let mut stopped = false;
    each(rows, &mut |record: R| {
        write_row(&mut out, &fields, &record)?;
        done += 1;
        stopped = done % STEP == 0 && told(done).is_break();
        Ok(if stopped {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    if stopped || told(done).is_break() {
        return Err(ExchangeError::Interrupted);
    }
    let written = out.finish()?;
    Ok(Exported {
        kind: R::KIND,
        path: to.path().to_owned(),
        rows: written,
        left_out: left_out.iter().map(|field| field.column).collect(),
    })
}

fn write_row<R>(out: &mut Out, fields: &[&Field<R>], record: &R) -> Result<(), FileError> {
    for field in fields {
        let cell = (field.get)(record);
        match field.shape {
            Shape::Text => out.text_cell(&cell)?,
            Shape::Plain | Shape::Extra => out.plain_cell(&cell)?,
        }
    }
    out.end_row()
}

/// The fields without those extra ones that no record has a value in; looks through the records only when there may be such.
fn without_empty_extras<R: Record>(
    rows: &dyn Rows,
    mut fields: Vec<&'static Field<R>>,
) -> Result<Vec<&'static Field<R>>, ExchangeError> {
    let mut unseen: Vec<&'static Field<R>> = fields
        .iter()
        .copied()
        .filter(|field| field.shape == Shape::Extra)
        .collect();
    if unseen.is_empty() {
        return Ok(fields);
    }
    each(rows, &mut |record: R| {
        unseen.retain(|field| (field.get)(&record).is_empty());
        Ok(if unseen.is_empty() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    fields.retain(|field| unseen.iter().all(|unseen| unseen.column != field.column));
    Ok(fields)
}

/// Every record of a type in the order of keys, until `visit` breaks or fails.
fn each<R: Record>(
    rows: &dyn Rows,
    visit: &mut dyn FnMut(R) -> Result<ControlFlow<()>, FileError>,
) -> Result<(), ExchangeError> {
    let mut failed = None;
    rows.scan(R::KIND, None, &mut |record| {
        let Some(record) = R::of_any(record) else {
            return ControlFlow::Continue(());
        };
        match visit(record) {
            Ok(flow) => flow,
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })
    .map_err(DeskError::Store)?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
