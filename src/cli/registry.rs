//! Records as rows of fields, for the verbs that show and change any kind of them.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};

use super::{Failure, args};
use crate::desk::is_demand;
use crate::domain::field::{Field, Privacy};
use crate::domain::lang::Text;
use crate::domain::mask::masked;
use crate::domain::{AnyRecord, Kind, Lang, Record, Right};
use crate::store::Refusal;
use crate::{both, for_kind, text, with_record};

/// One field's value.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The column of SPEC §2.
    pub column: &'static str,
    /// Its name for people.
    pub label: Text,
    /// The value as in files.
    pub value: String,
    /// Whether lists mask it.
    pub masked: bool,
}

/// The fields of a record, in the order of its file's columns.
#[must_use]
pub fn cells(record: &AnyRecord) -> Vec<Cell> {
    with_record!(record, record => cells_of(record))
}

fn cells_of<R: Record>(record: &R) -> Vec<Cell> {
    R::fields()
        .iter()
        .map(|field| Cell {
            column: field.column,
            label: field.label,
            value: (field.get)(record),
            masked: field.privacy == Privacy::Masked,
        })
        .collect()
}

/// The same with personal values in part.
#[must_use]
pub fn masked_cells(record: &AnyRecord) -> Vec<Cell> {
    let is_home = record.kind() == Kind::Resident;
    let mut cells = cells(record);
    for cell in &mut cells {
        // A resident's point says where they live as well as the address does.
        if cell.masked || (is_home && matches!(cell.column, "lon" | "lat")) {
            cell.value = masked(cell.column, &cell.value);
        }
    }
    cells
}

/// Cells as a JSON object.
#[must_use]
pub fn document(cells: &[Cell]) -> Map<String, Value> {
    cells
        .iter()
        .map(|cell| (cell.column.to_owned(), cell.value.as_str().into()))
        .collect()
}

/// The options of a kind's columns, and `--set column=value`.
#[must_use]
pub fn options(command: Command, kind: Kind, lang: Lang, without: &[&str]) -> Command {
    let columns = for_kind!(kind, R => R::fields().iter().map(|field| (field.column, field.label)).collect::<Vec<_>>());
    let value = text!(zh: "值", en: "VALUE").get(lang);
    columns
        .into_iter()
        .filter(|(column, _)| !without.contains(column))
        .fold(command, |command, (column, label)| {
            command.arg(
                Arg::new(column)
                    .long(column.replace('_', "-"))
                    .value_name(value)
                    .allow_hyphen_values(true)
                    .help(label.get(lang)),
            )
        })
        .arg(
            Arg::new("set")
                .long("set")
                .value_name(text!(zh: "列=值", en: "COLUMN=VALUE").get(lang))
                .action(ArgAction::Append)
                .help(text!(zh: "按列名填写，可重复", en: "The same by the column's name, any number of times").get(lang)),
        )
}

/// The record with the values of the command line in it.
///
/// # Errors
/// When a value can't be taken, or `--set` names no column.
pub fn filled(record: AnyRecord, matches: &ArgMatches) -> Result<AnyRecord, Failure> {
    with_record!(record, record => filled_of(record, matches))
}

fn filled_of<R: Record>(mut record: R, matches: &ArgMatches) -> Result<AnyRecord, Failure> {
    for field in R::fields() {
        if let Ok(Some(value)) = matches.try_get_one::<String>(field.column) {
            take(field, &mut record, value)?;
        }
    }
    for pair in matches.get_many::<String>("set").into_iter().flatten() {
        let (column, value) = pair.split_once('=').ok_or_else(|| {
            Failure::usage(both!(zh: "--set 应写成 列=值，收到的是 {pair}", en: "--set wants COLUMN=VALUE and got {pair}"))
        })?;
        let field = R::fields()
            .iter()
            .find(|field| field.column == column)
            .ok_or_else(|| unknown::<R>(column))?;
        take(field, &mut record, value)?;
    }
    Ok(record.into_any())
}

fn take<R>(field: &Field<R>, record: &mut R, value: &str) -> Result<(), Failure> {
    field.take(record, value.trim()).map_err(|problem| {
        Failure::invalid(crate::domain::Said {
            zh: problem.say(Lang::Zh),
            en: problem.say(Lang::En),
        })
    })
}

fn unknown<R: Record>(column: &str) -> Failure {
    let known = R::fields()
        .iter()
        .map(|field| field.column)
        .collect::<Vec<_>>()
        .join(", ");
    Failure::usage(
        both!(zh: "没有 {column} 这一列；有：{known}", en: "there is no column {column}; there are {known}"),
    )
}

/// An empty record of a kind.
#[must_use]
pub fn empty(kind: Kind) -> AnyRecord {
    for_kind!(kind, R => R::default().into_any())
}

/// The record that CODE names.
///
/// # Errors
/// When there is none, or the store can't be read.
pub fn must(
    desk: &crate::desk::Desk,
    kind: Kind,
    matches: &ArgMatches,
) -> Result<AnyRecord, Failure> {
    let code = args::code_of(matches, "CODE");
    let found = desk.rows()?.get(kind, &code)?;
    let missing = || crate::desk::DeskError::not_found(kind, code.as_str());
    Ok(found.ok_or_else(missing)?)
}

/// The right to see records of a kind.
#[must_use]
pub fn right_to_see(kind: Kind) -> Right {
    match kind {
        kind if is_demand(kind) => Right::Demand,
        Kind::Grant => Right::Grant,
        _ => Right::Supply,
    }
}

/// The kinds that are entered and changed by hand: a match is made by confirming.
pub fn by_hand() -> impl Iterator<Item = Kind> {
    Kind::FILES.into_iter().filter(|kind| *kind != Kind::Match)
}

/// The kind that a subcommand stands for.
///
/// # Errors
/// Wrong usage when it names none.
pub fn chosen(matches: &ArgMatches) -> Result<(Kind, &ArgMatches), Failure> {
    let (name, matches) = matches.subcommand().ok_or_else(|| {
        Failure::from(Refusal::new(
            "usage",
            both!(zh: "请写明种类", en: "say which kind"),
        ))
    })?;
    Ok((Kind::of_word(name).map_err(Failure::usage)?, matches))
}
