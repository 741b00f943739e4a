//! The pure core of each command: rows in, events or a refusal out.

use super::access::Scope;
use super::actor::Actor;
use super::command::Command;
use crate::both;
use crate::domain::kinds::Word;
use crate::domain::record::{Need, Resident};
use crate::domain::{AnyRecord, Code, Event, Kind, Record, Stamp, Verb};
use crate::store::{Decision, Refusal, Rows, StoreError, Undecided, fetch};

mod cancel;
mod close;
mod confirm;
mod neighbourhood;
pub(super) mod put;
mod reveal;
mod roll;
pub(super) mod tree;

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
        } => confirm::confirm(rows, context, need, supplier, visits.as_deref(), *place),
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
