//! Files into the desk, row by row: the good ones enter, the bad ones go to a rejects file.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::batches::{self, Batch, End, Mark, Waiting};
use super::error::ExchangeError;
use super::file_error::{Fault, FileError};
use super::location::{Location, There};
use super::report::{FileReport, Progress, Rejection};
use super::text_in::{self, Rows};
use super::text_out::Rejects;
use crate::both;
use crate::desk::{Actor, Desk, DeskError, Imported, Overlay, ReadRow};
use crate::domain::kinds::Word;
use crate::domain::printable::printable;
use crate::domain::{Kind, Lang, Record};
use crate::for_kind;

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Where refused rows go; beside the file when none is given, see [`default_rejects`].
    pub rejects: Option<PathBuf>,
    /// The language of the `error` column.
    pub lang: Lang,
}

/// The rejects file of a file when none is named: beside it, `suppliers.rejects.csv` for `suppliers.csv`.
#[must_use]
pub fn default_rejects(path: &Path) -> PathBuf {
    path.with_extension("rejects.csv")
}

/// Takes in one file. Bad rows go to the rejects file and into the report; nothing of them enters.
///
/// # Errors
/// When the file can't be read as what it should be (nothing has changed then), or reading or the store fails on the way
/// (`Stopped`, with what had been taken).
pub fn import_file(
    desk: &Desk,
    actor: &Actor,
    kind: Kind,
    from: impl Into<Location>,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<FileReport, ExchangeError> {
    let from = from.into();
    with_target(desk, actor, options.dry_run, |target| {
        take_file(target, kind, &from, options, progress)
    })
}

/// Takes in every file of SPEC §2 that is in a folder, in the order in which they refer to each other.
///
/// # Errors
/// When none is there, or one can't be read; those before it are in then (`Stopped`).
pub fn import_all(
    desk: &Desk,
    actor: &Actor,
    dir: impl Into<Location>,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Vec<FileReport>, ExchangeError> {
    if options.rejects.is_some() {
        return Err(ExchangeError::Refused(both!(
            zh: "导入整个文件夹时不能指定退回文件：每个文件的退回行写在它旁边的 *.rejects.csv 里",
            en: "a rejects file can't be named for a whole folder: each file's refused rows go to *.rejects.csv beside it"
        )));
    }
    let files = files_in(&dir.into())?;
    with_target(desk, actor, options.dry_run, |target| {
        let mut reports = Vec::new();
        for (kind, from) in files {
            match take_file(target, kind, &from, options, progress) {
                Ok(report) => reports.push(report),
                Err(error) => return Err(error.after(reports)),
            }
        }
        Ok(reports)
    })
}

fn files_in(dir: &Location) -> Result<Vec<(Kind, Location)>, ExchangeError> {
    let shown = printable(&dir.path().display().to_string());
    let there = dir.look();
    if !matches!(there, Ok(There::Folder)) {
        return Err(ExchangeError::Refused(if there.is_ok() {
            both!(zh: "{shown}：不是文件夹。导入单个文件请写明种类，如 import suppliers {shown}",
                en: "{shown}: not a folder. To import one file, say what it holds, as in import suppliers {shown}")
        } else {
            both!(zh: "{shown}：没有这个文件夹。请检查路径", en: "{shown}: there is no such folder. Check the path")
        }));
    }
    let is_missing = |at: &Location| {
        at.look()
            .is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    let found: Vec<(Kind, Location)> = Kind::FILES
        .into_iter()
        .map(|kind| (kind, dir.at(dir.path().join(file_name(kind)))))
        .filter(|(_, at)| !is_missing(at))
        .collect();
    if found.is_empty() {
        let names = Kind::FILES.map(file_name).join(", ");
        return Err(ExchangeError::Refused(both!(
            zh: "{shown}：里面没有可导入的文件。找过：{names}",
            en: "{shown}: there is no file to import in it. Looked for: {names}"
        )));
    }
    Ok(found)
}

/// The name of the file of a kind in a folder.
pub(super) fn file_name(kind: Kind) -> String {
    format!("{}.csv", kind.word())
}

/// Where rows go.
enum Target<'a> {
    /// Into the store.
    Store { desk: &'a Desk, actor: &'a Actor },
    /// Nowhere: over the rows as they stand, for one rehearsal of several files.
    Rehearsal {
        desk: &'a Desk,
        overlay: Overlay<'a>,
    },
}

impl Target<'_> {
    fn take(
        &mut self,
        kind: Kind,
        rows: Vec<ReadRow>,
        source: &str,
    ) -> Result<Imported, DeskError> {
        match self {
            Self::Store { desk, actor } => desk.take_in(actor, kind, rows, source),
            Self::Rehearsal { desk, overlay } => desk.rehearse(overlay, kind, rows),
        }
    }
}

fn with_target<T>(
    desk: &Desk,
    actor: &Actor,
    dry_run: bool,
    work: impl FnOnce(&mut Target<'_>) -> Result<T, ExchangeError>,
) -> Result<T, ExchangeError> {
    if !dry_run {
        return work(&mut Target::Store { desk, actor });
    }
    let rows = desk.rows()?;
    let overlay = Overlay::new(&*rows);
    work(&mut Target::Rehearsal { desk, overlay })
}

fn take_file(
    target: &mut Target<'_>,
    kind: Kind,
    from: &Location,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<FileReport, ExchangeError> {
    let rows = text_in::open(from.clone(), &columns(kind))?;
    check_keys(kind, from.path(), &rows)?;
    let mut intake = Intake::new(kind, from, &rows, options)?;
    let taken = batches::read_ahead(kind, rows, |batch| intake.take(target, batch, progress));
    let report = intake.finish();
    match taken {
        Ok(()) => Ok(report),
        // Nothing has been taken: the error alone says all.
        Err(error) if report.taken() + report.rejected_count == 0 => Err(error),
        Err(error) => Err(error.after(vec![report])),
    }
}

fn columns(kind: Kind) -> Vec<&'static str> {
    for_kind!(kind, R => R::fields().iter().map(|field| field.column).collect())
}

/// A file without the column that says which record a row is about has nothing to offer.
fn check_keys(kind: Kind, path: &Path, rows: &Rows) -> Result<(), ExchangeError> {
    let keys: &[&str] = if kind == Kind::Match {
        &["need", "supplier"]
    } else {
        &["code"]
    };
    let missing: Vec<&str> = keys
        .iter()
        .copied()
        .filter(|column| !rows.has(column))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (path, missing) = (printable(&path.display().to_string()), missing.join(", "));
    let (zh, en) = (kind.text().zh, kind.word());
    Err(ExchangeError::Refused(both!(
        zh: "{path}：第 1 行缺少列名 {missing}，不能作为{zh}文件导入。请补上这一列，或检查文件和种类是否对应",
        en: "{path}: line 1 does not name the column {missing}, so it can't be imported as {en}. Add it, or check that this is the right file for this kind"
    )))
}

/// One file on its way in.
struct Intake {
    kind: Kind,
    /// The file's name, for the journal.
    source: String,
    lang: Lang,
    rejects: Option<Rejects>,
    rejects_path: PathBuf,
    /// The file's size in bytes.
    length: u64,
    report: FileReport,
}

impl Intake {
    fn new(
        kind: Kind,
        from: &Location,
        rows: &Rows,
        options: &ImportOptions,
    ) -> Result<Self, ExchangeError> {
        let path = from.path();
        let rejects_path = options
            .rejects
            .clone()
            .unwrap_or_else(|| default_rejects(path));
        let rejects = from.at(rejects_path.clone());
        check_rejects(from, &rejects, options)?;
        let mut report = FileReport::new(kind, path, options.dry_run);
        report.encoding = rows.encoding();
        report.unknown_columns = rows.unknown().to_vec();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            kind,
            source: printable(&name),
            lang: options.lang,
            rejects: (!options.dry_run).then(|| Rejects::new(rejects, &rows.header())),
            rejects_path,
            length: rows.length(),
            report,
        })
    }

    /// Takes in what was read together, up to where it is interrupted.
    fn take(
        &mut self,
        target: &mut Target<'_>,
        batch: &mut Batch,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), ExchangeError> {
        let before = self.report.rows;
        let marks = std::mem::take(&mut batch.marks);
        let wanted = |mark: &&Mark| progress(self.progress(mark)).is_break();
        if let Some(mark) = marks.iter().find(wanted) {
            batch.cut(usize::try_from(mark.rows - before).unwrap_or(usize::MAX));
            self.report.rows = mark.rows;
            self.hand_over(target, batch)?;
            return Err(ExchangeError::Interrupted);
        }
        self.report.rows += batch.waiting.len() as u64;
        let end = batch.end.take();
        self.hand_over(target, batch)?;
        match end {
            None => Ok(()),
            Some(End::Broken(error)) => Err(error.into()),
            Some(End::Whole(mark)) => match progress(self.progress(&mark)) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(ExchangeError::Interrupted),
            },
        }
    }

    fn progress(&self, mark: &Mark) -> Progress {
        Progress {
            kind: self.kind,
            rows: mark.rows,
            done: mark.done.min(self.length),
            total: self.length,
        }
    }

    fn hand_over(&mut self, target: &mut Target<'_>, batch: &mut Batch) -> Result<(), DeskError> {
        let mut imported = Imported::default();
        let rows = std::mem::take(&mut batch.rows);
        if !rows.is_empty() {
            imported = target.take(self.kind, rows, &self.source)?;
        }
        self.report.added += imported.added;
        self.report.changed += imported.changed;
        self.report.unchanged += imported.unchanged;
        self.report.warn(imported.warnings);
        let mut rejected = imported.rejected.into_iter().peekable();
        let mut place = 0;
        for row in &batch.waiting {
            match row {
                Waiting::Bad(bad) => self.reject(Rejection::of_bad(bad), bad.raw()),
                Waiting::Good(row) => {
                    if let Some(why) = rejected.next_if(|rejected| rejected.place == place) {
                        self.reject(Rejection::of_row(&why), row.raw());
                    }
                    place += 1;
                }
            }
        }
        Ok(())
    }

    fn reject<'a>(&mut self, rejection: Rejection, cells: impl Iterator<Item = &'a str>) {
        if let Some(rejects) = &mut self.rejects
            && let Err(error) = rejects.add(cells, &rejection.reason(self.lang))
        {
            self.report.rejects_error = Some(error);
            self.rejects = None;
        }
        self.report.reject(rejection);
    }

    /// Completes the rejects file. That it can't be written does not undo what is in: the report says so, and the same
    /// file imported again gives the same rejects.
    fn finish(mut self) -> FileReport {
        match self.rejects.map(Rejects::finish) {
            Some(Ok(0)) | None => {}
            Some(Ok(_)) => self.report.rejects_path = Some(self.rejects_path),
            // An old rejects file that can't be removed matters only beside new ones.
            Some(Err(_)) if self.report.rejected_count == 0 => {}
            Some(Err(error)) => self.report.rejects_error = Some(error),
        }
        self.report
    }
}

/// The rejects must not replace the file that they come from, and a place that was named must be able to take them.
fn check_rejects(
    from: &Location,
    rejects: &Location,
    options: &ImportOptions,
) -> Result<(), ExchangeError> {
    if from.is_same(rejects) {
        let path = printable(&from.path().display().to_string());
        return Err(ExchangeError::Refused(both!(
            zh: "{path}：退回文件不能就是导入的文件。请给退回文件另一个名字",
            en: "{path}: the rejects file can't be the imported file itself. Give it another name"
        )));
    }
    if options.dry_run || options.rejects.is_none() {
        return Ok(());
    }
    let refuse = |fault| Err(FileError::new(rejects.path(), fault).into());
    if rejects.look().is_ok_and(|there| there != There::File) {
        return refuse(Fault::NotAFile);
    }
    match rejects.draft() {
        Ok(_) => Ok(()),
        Err(cause) => refuse(Fault::Write(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_lie_beside_the_file_under_its_name() {
        let name = |path: &str| default_rejects(Path::new(path)).display().to_string();
        assert_eq!(name("in/suppliers.csv"), "in/suppliers.rejects.csv");
        assert_eq!(name("suppliers"), "suppliers.rejects.csv");
    }

    #[test]
    fn every_kind_of_file_knows_the_columns_of_its_keys() {
        for kind in Kind::FILES {
            let key = if kind == Kind::Match { "need" } else { "code" };
            assert!(columns(kind).contains(&key), "{kind}");
        }
    }
}
