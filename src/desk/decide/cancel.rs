//! Ending a match, and calling a need off.

use super::{Context, event, must, must_reason};
use crate::both;
use crate::domain::record::{Match, Need, Supplier};
use crate::domain::{Code, Event, Stamp, Verb};
use crate::store::{Refusal, Rows, StoreError, Undecided};

/// Ends the open match of a pair.
pub(super) fn unmatch(
    rows: &dyn Rows,
    context: &Context<'_>,
    need: &Code,
    supplier: &Code,
    reason: &str,
) -> Result<Vec<Event>, Undecided> {
    must_reason(reason)?;
    let need: Need = must(rows, need)?;
    let supplier: Supplier = must(rows, supplier)?;
    let open = rows
        .matches_of_need(&need.code)?
        .into_iter()
        .find(|found| found.supplier == supplier.code && found.ended_at.is_none());
    let Some(open) = open else {
        let (need, supplier) = (need.code, supplier.code);
        return Err(Undecided::Refused(Refusal::new(
            Refusal::NOT_FOUND,
            both!(zh: "{need} 与 {supplier} 之间没有进行中的匹配", en: "there is no open match of {need} with {supplier}"),
        )));
    };
    Ok(vec![end(rows, context.now, &open, reason)?])
}

/// Ends a match: its future visits are free again.
fn end(rows: &dyn Rows, now: Stamp, open: &Match, reason: &str) -> Result<Event, StoreError> {
    let mut after = open.clone();
    after.ended_at = Some(now);
    reason.trim().clone_into(&mut after.end_reason);
    let ended = after.clone();
    after.visits.retain(|start| ended.holds(*start));
    event(
        rows,
        Verb::Unmatched,
        Some(open.clone().into()),
        after.into(),
        reason.trim(),
    )
}

/// Calls a need off and ends its open matches.
pub(super) fn cancel(
    rows: &dyn Rows,
    context: &Context<'_>,
    need: &Code,
    reason: &str,
) -> Result<Vec<Event>, Undecided> {
    must_reason(reason)?;
    let before: Need = must(rows, need)?;
    if let Some(at) = before.cancelled_at {
        return Err(Undecided::Refused(Refusal::new(
            "cancelled",
            both!(zh: "需求 {need} 已于 {at} 取消", en: "need {need} was cancelled at {at}"),
        )));
    }
    let mut after = before.clone();
    after.cancelled_at = Some(context.now);
    reason.trim().clone_into(&mut after.cancel_reason);
    let mut events = Vec::new();
    for open in rows
        .matches_of_need(need)?
        .iter()
        .filter(|found| found.ended_at.is_none())
    {
        events.push(end(rows, context.now, open, reason)?);
    }
    events.push(event(
        rows,
        Verb::Cancelled,
        Some(before.into()),
        after.into(),
        reason.trim(),
    )?);
    Ok(events)
}
