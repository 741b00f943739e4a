//! The pure core of each command: rows in, events or a refusal out.

use super::access::Scope;
use super::actor::Actor;
use super::command::Command;
use super::overlay::Overlay;
use crate::both;
use crate::domain::kinds::Word;
use crate::domain::record::{Need, Resident, Supplier};
use crate::domain::{AnyRecord, Code, Event, Kind, Minute, Outcome, Record, Stamp, Verb};
use crate::store::{Decision, Refusal, Rows, StoreError, Undecided, fetch};

mod cancel;
mod close;
mod confirm;
mod neighbourhood;
pub(super) mod put;
mod reveal;
mod roll;
pub(super) mod tree;

use confirm::Booking;

/// What a decision knows besides the rows.
pub(super) struct Context<'a> {
    /// The rules' clock.
    pub now: Stamp,
    /// Who asks.
    pub actor: &'a Actor,
    /// Whose demand they may see.
    pub demand: Scope,
}

/// Decides a command over the rows as they stand.
pub(super) fn decide(
    command: &Command,
    rows: &dyn Rows,
    context: &Context<'_>,
) -> Result<Decision, Undecided> {
    let events = match command {
        Command::Reveal { kind, key, reason } => {
            return reveal::reveal(rows, *kind, key, reason).map(Into::into);
        }
        Command::Export { kinds } => return Ok(reveal::export(kinds)),
        Command::Add { record } => put::add(rows, context, record),
        Command::Edit {
            before,
            after,
            reason,
        } => put::edit(rows, context, before, after, reason),
        Command::Confirm {
            need,
            supplier,
            visits,
            place,
        } => {
            let booking = visits.as_deref().map_or(Booking::Whole, Booking::Once);
            confirm::confirm(rows, context, need, supplier, booking, *place)
        }
        Command::Share {
            need,
            supplier,
            visits,
            place,
        } => confirm::confirm(rows, context, need, supplier, Booking::Part(visits), *place),
        Command::Substitute {
            need,
            supplier,
            start,
            by,
            place,
        } => substitute(rows, context, need, [supplier, by], *start, *place),
        Command::Relax {
            need,
            farther,
            reason,
        } => relax(rows, context, need, farther.as_deref(), reason),
        Command::Unmatch {
            need,
            supplier,
            reason,
        } => cancel::unmatch(rows, context, need, supplier, reason),
        Command::Close {
            need,
            supplier,
            start,
            outcome,
            rating,
            minutes,
        } => {
            let closing = close::Closing {
                need,
                supplier,
                start: *start,
                outcome: *outcome,
                rating: *rating,
                minutes: *minutes,
            };
            close::close(rows, &closing)
        }
        Command::Cancel { need, reason } => cancel::cancel(rows, context, need, reason),
        Command::Roll { rolls } => roll::roll(rows, context, rolls),
    };
    events.map(Into::into)
}

/// Frees one visit of a supplier who can't come and books it for another.
fn substitute(
    rows: &dyn Rows,
    context: &Context<'_>,
    need: &Code,
    [supplier, by]: [&Code; 2],
    start: Minute,
    place: Option<(u32, f64)>,
) -> Result<Vec<Event>, Undecided> {
    let closing = close::Closing {
        need,
        supplier,
        start,
        outcome: Outcome::CancelledBySupplier,
        rating: None,
        minutes: None,
    };
    let mut events = close::close(rows, &closing)?;
    let mut freed = Overlay::new(rows);
    for event in &events {
        freed.put(event.after.clone());
    }
    let booking = Booking::Once(std::slice::from_ref(&start));
    events.extend(confirm::confirm(&freed, context, need, by, booking, place)?);
    Ok(events)
}

/// Edits a need, and the supplier who goes farther for it.
fn relax(
    rows: &dyn Rows,
    context: &Context<'_>,
    [before, after]: &[Need; 2],
    farther: Option<&[Supplier; 2]>,
    reason: &str,
) -> Result<Vec<Event>, Undecided> {
    must_reason(reason)?;
    let edit =
        |before: AnyRecord, after: AnyRecord| put::edit(rows, context, &before, &after, reason);
    let mut events = edit(before.clone().into(), after.clone().into())?;
    if let Some([before, after]) = farther {
        events.extend(edit(before.clone().into(), after.clone().into())?);
    }
    Ok(events)
}

/// That there is no such record.
pub(super) fn not_found(kind: Kind, code: &str) -> Refusal {
    let (zh, en, plural) = (kind.text().zh, kind.text().en, kind.word());
    Refusal::new(
        Refusal::NOT_FOUND,
        both!(zh: "没有{zh} {code}；用 matchdesk list {plural} 查看", en: "there is no {en} {code}; matchdesk list {plural} shows them"),
    )
}

/// That something given can't be taken.
pub(super) fn invalid(said: crate::domain::Said) -> Undecided {
    Undecided::Refused(Refusal::new("invalid", said))
}

fn must<R: Record>(rows: &dyn Rows, code: &Code) -> Result<R, Undecided> {
    Ok(fetch(rows, code)?.ok_or_else(|| not_found(R::KIND, code.as_str()))?)
}

fn must_reason(reason: &str) -> Result<(), Undecided> {
    if reason.trim().is_empty() {
        Err(invalid(both!(zh: "请写明原因", en: "give a reason")))
    } else {
        Ok(())
    }
}

fn event(
    rows: &dyn Rows,
    verb: Verb,
    before: Option<AnyRecord>,
    after: AnyRecord,
    reason: &str,
) -> Result<Event, StoreError> {
    Ok(Event {
        verb,
        chain: chain_of(rows, &after)?,
        before,
        after,
        reason: reason.to_owned(),
    })
}

/// The chain of the journal that a record's events go to: its street's, or the district's.
pub(super) fn chain_of(rows: &dyn Rows, record: &AnyRecord) -> Result<Code, StoreError> {
    let street = match record {
        AnyRecord::Street(street) => Some(street.code.clone()),
        AnyRecord::Community(community) => Some(community.street.clone()),
        AnyRecord::Supplier(supplier) => {
            street_of(rows, supplier.street.as_ref(), supplier.community.as_ref())?
        }
        AnyRecord::Resident(resident) => {
            street_of(rows, resident.street.as_ref(), resident.community.as_ref())?
        }
        AnyRecord::Need(need) => street_of_resident(rows, &need.resident)?,
        AnyRecord::Service(service) => street_of_resident(rows, &service.resident)?,
        AnyRecord::Match(matched) => match fetch::<Need>(rows, &matched.need)? {
            Some(need) => street_of_resident(rows, &need.resident)?,
            None => None,
        },
        AnyRecord::Category(_)
        | AnyRecord::Capability(_)
        | AnyRecord::Settings(_)
        | AnyRecord::Grant(_) => None,
    };
    Ok(street.unwrap_or_else(|| Code::composed(Event::DISTRICT)))
}

fn street_of_resident(rows: &dyn Rows, resident: &Code) -> Result<Option<Code>, StoreError> {
    match fetch::<Resident>(rows, resident)? {
        Some(resident) => street_of(rows, resident.street.as_ref(), resident.community.as_ref()),
        None => Ok(None),
    }
}

fn street_of(
    rows: &dyn Rows,
    street: Option<&Code>,
    community: Option<&Code>,
) -> Result<Option<Code>, StoreError> {
    if let Some(street) = street {
        return Ok(Some(street.clone()));
    }
    let Some(community) = community else {
        return Ok(None);
    };
    Ok(fetch::<crate::domain::record::Community>(rows, community)?
        .map(|community| community.street))
}
