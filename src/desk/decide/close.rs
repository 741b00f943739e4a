//! Closing visits.

use super::{event, invalid, must};
use crate::both;
use crate::domain::record::{Match, Need, Service, Supplier};
use crate::domain::{Code, Event, Kind, Minute, Outcome, Verb};
use crate::store::{Refusal, Rows, StoreError, Undecided};

/// A visit and what became of it.
pub(super) struct Closing<'a> {
    /// The need.
    pub need: &'a Code,
    /// The supplier.
    pub supplier: &'a Code,
    /// The visit's start.
    pub start: Minute,
    /// What became of it.
    pub outcome: Outcome,
    /// The resident's rating.
    pub rating: Option<u8>,
    /// How long it took.
    pub minutes: Option<u16>,
}

/// Closes a booked visit. What the resident cancels is closed for every supplier booked for it.
pub(super) fn close(rows: &dyn Rows, closing: &Closing<'_>) -> Result<Vec<Event>, Undecided> {
    check(closing)?;
    let need: Need = must(rows, closing.need)?;
    let supplier: Supplier = must(rows, closing.supplier)?;
    let matches = rows.matches_of_need(&need.code)?;
    let closed = rows.services_of_need(&need.code, closing.start)?;
    if closed
        .iter()
        .any(|service| service.start == closing.start && service.supplier == supplier.code)
    {
        return Err(already_closed(closing));
    }
    let is_booked =
        |found: &Match| found.visits.contains(&closing.start) && found.holds(closing.start);
    let Some(own) = matches
        .iter()
        .find(|found| found.supplier == supplier.code && is_booked(found))
    else {
        return Err(not_booked(closing));
    };
    let mut number = rows.count(Kind::Service)?;
    let mut events = close_one(rows, &need, own, closing, &mut number)?;
    if closing.outcome == Outcome::CancelledByResident {
        let is_closed = |found: &Match| {
            closed
                .iter()
                .any(|service| service.start == closing.start && service.supplier == found.supplier)
        };
        for other in matches.iter().filter(|found| {
            found.supplier != supplier.code && is_booked(found) && !is_closed(found)
        }) {
            events.extend(close_one(rows, &need, other, closing, &mut number)?);
        }
    }
    Ok(events)
}

fn check(closing: &Closing<'_>) -> Result<(), Undecided> {
    if closing.rating.is_some() && closing.outcome != Outcome::Completed {
        return Err(invalid(
            both!(zh: "只有已完成的服务才能评分", en: "only a completed visit has a rating"),
        ));
    }
    if closing
        .rating
        .is_some_and(|rating| !(1..=5).contains(&rating))
    {
        return Err(invalid(
            both!(zh: "评分是 1 到 5", en: "a rating is 1 to 5"),
        ));
    }
    if closing
        .minutes
        .is_some_and(|minutes| !(1..=1440).contains(&minutes))
    {
        return Err(invalid(
            both!(zh: "时长是 1 到 1440 分钟", en: "a visit takes 1 to 1440 minutes"),
        ));
    }
    Ok(())
}

fn already_closed(closing: &Closing<'_>) -> Undecided {
    let (supplier, start) = (closing.supplier, closing.start);
    Undecided::Refused(Refusal::new(
        "closed",
        both!(
            zh: "{supplier} 在 {start} 的服务已有结果；要更正请修改那条服务记录",
            en: "the visit of {supplier} at {start} has an outcome already; to correct it, edit that service"
        ),
    ))
}

fn not_booked(closing: &Closing<'_>) -> Undecided {
    let (need, supplier, start) = (closing.need, closing.supplier, closing.start);
    Undecided::Refused(Refusal::new(
        Refusal::NOT_FOUND,
        both!(zh: "{need} 没有预约 {supplier} 在 {start} 的服务", en: "{supplier} is not booked for {need} at {start}"),
    ))
}

fn close_one(
    rows: &dyn Rows,
    need: &Need,
    booked: &Match,
    closing: &Closing<'_>,
    number: &mut u64,
) -> Result<Vec<Event>, StoreError> {
    let service = Service {
        code: next_code(rows, number)?,
        resident: need.resident.clone(),
        supplier: booked.supplier.clone(),
        category: need.category.clone(),
        start: closing.start,
        minutes: closing.minutes.unwrap_or(need.minutes),
        outcome: closing.outcome,
        rating: closing.rating,
        need: Some(need.code.clone()),
    };
    let mut events = vec![event(rows, Verb::Closed, None, service.into(), "")?];
    if closing.outcome.is_cancelled() {
        let mut after = booked.clone();
        after.visits.retain(|start| *start != closing.start);
        events.push(event(
            rows,
            Verb::Closed,
            Some(booked.clone().into()),
            after.into(),
            "",
        )?);
    }
    Ok(events)
}

/// The next free code of a service.
fn next_code(rows: &dyn Rows, number: &mut u64) -> Result<Code, StoreError> {
    loop {
        *number += 1;
        let code = Code::composed(&format!("S{number:08}"));
        if rows.get(Kind::Service, &code)?.is_none() {
            return Ok(code);
        }
    }
}
