//! Everything that can be asked of the desk.

use crate::domain::record::{Need, Supplier};
use crate::domain::{AnyRecord, Code, Kind, Minute, Outcome};
use crate::matching::Roll;

/// A change that somebody wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Enter a new record. An empty code is filled with the next free one.
    Add {
        /// The record.
        record: AnyRecord,
    },
    /// Change a record.
    Edit {
        /// The record as it was seen by who changes it: another's change since then refuses the command.
        before: AnyRecord,
        /// The record as it shall be.
        after: AnyRecord,
        /// Why; may be empty.
        reason: String,
    },
    /// Make a match.
    Confirm {
        /// The need.
        need: Code,
        /// The supplier.
        supplier: Code,
        /// The visits to book; none for all that are considered.
        visits: Option<Vec<Minute>>,
        /// The candidate's rank and score; the desk fills them in.
        place: Option<(u32, f64)>,
    },
    /// Make a match for some visits of a series, which stands for those to come as one for all of them does.
    Share {
        /// The need.
        need: Code,
        /// The supplier.
        supplier: Code,
        /// The visits to book.
        visits: Vec<Minute>,
        /// The candidate's rank and score; the desk fills them in.
        place: Option<(u32, f64)>,
    },
    /// Give one visit of a match to somebody else: the supplier can't come then, and stays for the other visits.
    Substitute {
        /// The need.
        need: Code,
        /// The supplier who can't come.
        supplier: Code,
        /// The visit's start.
        start: Minute,
        /// Who comes instead.
        by: Code,
        /// The rank and score of who comes; the desk fills them in.
        place: Option<(u32, f64)>,
    },
    /// Ask less of suppliers, and let one of them go farther.
    Relax {
        /// The need as it was seen and as it shall be; the same twice when it stays.
        need: Box<[Need; 2]>,
        /// The supplier as they were seen and as they shall be.
        farther: Option<Box<[Supplier; 2]>>,
        /// Why; must be given.
        reason: String,
    },
    /// End a match, which frees its future visits.
    Unmatch {
        /// The need.
        need: Code,
        /// The supplier.
        supplier: Code,
        /// Why; must be given.
        reason: String,
    },
    /// Close a visit.
    Close {
        /// The need.
        need: Code,
        /// The supplier.
        supplier: Code,
        /// The visit's start.
        start: Minute,
        /// What became of it.
        outcome: Outcome,
        /// The resident's rating, 1 to 5.
        rating: Option<u8>,
        /// How long it took; none for as long as planned.
        minutes: Option<u16>,
    },
    /// Call a need off.
    Cancel {
        /// The need.
        need: Code,
        /// Why; must be given.
        reason: String,
    },
    /// Be shown a record's personal fields. Changes nothing; the journal keeps it.
    Reveal {
        /// The kind of record.
        kind: Kind,
        /// Which.
        key: Code,
        /// Why; must be given.
        reason: String,
    },
    /// Take records out of the store with their personal fields. Changes nothing; the journal keeps it.
    Export {
        /// The kinds of record.
        kinds: Vec<Kind>,
    },
    /// Book later visits of standing matches.
    Roll {
        /// What to book.
        rolls: Vec<Roll>,
    },
}

/// What a command books: a need, for whom, and which visits; none for all that are considered.
pub(super) type Booked<'a> = (&'a Code, &'a Code, Option<&'a [Minute]>);

impl Command {
    /// What it books, when it is a match that it makes.
    pub(super) fn books(&self) -> Option<Booked<'_>> {
        match self {
            Self::Confirm {
                need,
                supplier,
                visits,
                ..
            } => Some((need, supplier, visits.as_deref())),
            Self::Share {
                need,
                supplier,
                visits,
                ..
            } => Some((need, supplier, Some(visits))),
            Self::Substitute {
                need, start, by, ..
            } => Some((need, by, Some(std::slice::from_ref(start)))),
            _ => None,
        }
    }

    /// The same with the rank and score of whom it books.
    pub(super) fn placed(&self, found: Option<(u32, f64)>) -> Self {
        let mut command = self.clone();
        match &mut command {
            Self::Confirm { place, .. }
            | Self::Share { place, .. }
            | Self::Substitute { place, .. } => *place = found,
            _ => {}
        }
        command
    }
}
