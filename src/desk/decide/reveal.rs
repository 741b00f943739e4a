//! Personal data shown or taken out: nothing changes, and the journal keeps who saw what, and why.

use super::{chain_of, must_reason, not_found};
use crate::domain::{Code, Event, Kind, Note, Verb};
use crate::store::{Decision, Rows, Undecided};

/// That a record's personal fields are shown.
pub(super) fn reveal(
    rows: &dyn Rows,
    kind: Kind,
    key: &Code,
    reason: &str,
) -> Result<Note, Undecided> {
    must_reason(reason)?;
    let Some(record) = rows.get(kind, key)? else {
        return Err(Undecided::Refused(not_found(kind, key.as_str())));
    };
    Ok(Note {
        verb: Verb::Revealed,
        chain: chain_of(rows, &record)?,
        kind,
        key: key.clone(),
        reason: reason.trim().to_owned(),
    })
}

/// That records of some kinds leave the store with their personal fields.
pub(super) fn export(kinds: &[Kind]) -> Decision {
    let note = |kind: &Kind| Note {
        verb: Verb::Exported,
        chain: Code::composed(Event::DISTRICT),
        kind: *kind,
        key: Code::composed(Note::ALL),
        reason: String::new(),
    };
    Decision {
        events: Vec::new(),
        notes: kinds.iter().map(note).collect(),
    }
}
