//! Rows of files on their way to the desk. What can be said of a row without the store is worked out when it is read, so
//! that it can be done beside the writing of earlier rows.

use crate::domain::problem::Problem;
use crate::domain::{AnyRecord, Kind, Record};
use crate::for_kind;

/// One row: the cells of the columns that its file has, by SPEC §2's names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRow {
    /// Where it stands in its file, from 1.
    pub line: u64,
    /// Column and text.
    pub cells: Vec<(&'static str, String)>,
}

/// A row that was read.
#[derive(Clone, Debug)]
pub struct ReadRow {
    line: u64,
    key: String,
    /// Left out of a row that replaces everything.
    cells: Vec<(&'static str, String)>,
    fresh: Option<Result<AnyRecord, Problem>>,
    /// Whether it has every column, so that nothing of a stored record stays.
    complete: bool,
}

impl ReadRow {
    /// Reads a row of a file of a kind.
    #[must_use]
    pub fn new(kind: Kind, line: u64, cells: &[(&'static str, &str)]) -> Self {
        let fresh = stands_alone(kind).then(|| fresh(kind, cells));
        let complete = fresh.is_some()
            && for_kind!(kind, R => R::fields().iter().enumerate().all(|(at, field)| cell(cells, at, field.column).is_some()));
        let kept = if complete { &[] } else { cells };
        Self {
            line,
            key: key(kind, cells),
            cells: kept
                .iter()
                .map(|(column, text)| (*column, (*text).to_owned()))
                .collect(),
            fresh,
            complete,
        }
    }

    /// Where it stands in its file, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The code that it names; of a match its need's and its supplier's.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The text in a column; none when the file lacks it, or when all of them are in [`take_fresh`](Self::take_fresh).
    pub(super) fn cell(&self, column: &str) -> Option<&str> {
        self.cells
            .iter()
            .find(|(known, _)| *known == column)
            .map(|(_, text)| text.as_str())
    }

    /// The record that it makes of the one that is stored, if any, given away: none when that takes a look at the store.
    pub(super) fn take_fresh(&mut self, stored: bool) -> Option<Result<AnyRecord, Problem>> {
        self.fresh.take_if(|_| self.complete || !stored)
    }
}

/// Whether a row of a kind makes a new record by itself: the desk adds nothing to it.
fn stands_alone(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Need | Kind::Match | Kind::Settings | Kind::Grant
    )
}

/// The new record that a row makes. A setter replaces its field whatever was there.
fn fresh(kind: Kind, cells: &[(&'static str, &str)]) -> Result<AnyRecord, Problem> {
    for_kind!(kind, R => {
        let mut record = R::default();
        for (at, field) in R::fields().iter().enumerate() {
            let text = cell(cells, at, field.column).unwrap_or_default();
            field.take(&mut record, text.trim())?;
        }
        Ok(record.into_any())
    })
}

/// The text in a column, which in most files stands at its own place.
fn cell<'a>(cells: &[(&'static str, &'a str)], place: usize, column: &str) -> Option<&'a str> {
    let own = cells.get(place).filter(|(known, _)| *known == column);
    let found = own.or_else(|| cells.iter().find(|(known, _)| *known == column));
    found.map(|(_, text)| *text)
}

fn key(kind: Kind, cells: &[(&'static str, &str)]) -> String {
    let text = |column| cell(cells, 0, column).unwrap_or_default().trim();
    if kind == Kind::Match {
        [text("need"), text("supplier")].join("/")
    } else {
        text("code").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(kind: Kind) -> Vec<&'static str> {
        for_kind!(kind, R => R::fields().iter().map(|field| field.column).collect())
    }

    #[test]
    fn only_a_row_with_every_column_replaces_what_is_stored() {
        for kind in Kind::FILES {
            let columns = columns(kind);
            let cells: Vec<(&str, &str)> = columns.iter().map(|column| (*column, "x")).collect();
            let alone = stands_alone(kind);
            for stored in [true, false] {
                let mut whole = ReadRow::new(kind, 2, &cells);
                assert_eq!(whole.take_fresh(stored).is_some(), alone, "{kind:?}");
                assert_eq!(whole.cell(columns[0]).is_some(), !alone, "{kind:?}");
            }
            let mut part = ReadRow::new(kind, 2, &cells[..cells.len() - 1]);
            assert!(part.take_fresh(true).is_none(), "{kind:?}");
            assert_eq!(part.take_fresh(false).is_some(), alone, "{kind:?}");
            assert_eq!(part.cell(columns[0]), Some("x"), "{kind:?}");
        }
    }

    #[test]
    fn columns_may_stand_anywhere() {
        let row = |cells: &[(&'static str, &str)]| {
            let mut row = ReadRow::new(Kind::Supplier, 2, cells);
            (row.key().to_owned(), row.take_fresh(false))
        };
        let mut cells = [("code", " V1 "), ("kind", "person"), ("name", "王")];
        let there = row(&cells);
        cells.reverse();
        assert_eq!(there, row(&cells));
        assert_eq!(there.0, "V1");
        assert!(matches!(there.1, Some(Ok(AnyRecord::Supplier(_)))));
    }
}
