//! Booking the later visits of standing matches.

use super::{Context, event, neighbourhood};
use crate::desk::overlay::Overlay;
use crate::domain::record::{Match, Need, Supplier};
use crate::domain::{Event, Kind, Verb};
use crate::matching::Roll;
use crate::store::{Rows, Undecided, fetch};

/// Books each visit that no rule refuses, in order; what has become impossible meanwhile stays in the queue.
pub(super) fn roll(
    rows: &dyn Rows,
    context: &Context<'_>,
    rolls: &[Roll],
) -> Result<Vec<Event>, Undecided> {
    let mut overlay = Overlay::new(rows);
    let mut events = Vec::new();
    for roll in rolls {
        let Some(before) = overlay.get(Kind::Match, &roll.key)? else {
            continue;
        };
        let crate::domain::AnyRecord::Match(matched) = &before else {
            continue;
        };
        let (Some(need), Some(supplier)) = (
            fetch::<Need>(&overlay, &roll.need)?,
            fetch::<Supplier>(&overlay, &roll.supplier)?,
        ) else {
            continue;
        };
        let mut index = neighbourhood::of_need(&overlay, &need, &supplier, context.now)?;
        neighbourhood::add_bookings(&mut index, &overlay, &need, &supplier, roll.start)?;
        let only = [roll.start];
        let is_open = matched.stands()
            && index
                .considered(&need.code, context.now)
                .contains(&roll.start);
        let is_fit = index
            .why(&need.code, &supplier.code, context.now, Some(&only))
            .is_some_and(|why| why.failed().is_empty());
        if is_open && is_fit {
            let after = with_visit(matched, roll);
            overlay.put(after.clone().into());
            events.push(event(rows, Verb::Rolled, Some(before), after.into(), "")?);
        }
    }
    Ok(events)
}

fn with_visit(matched: &Match, roll: &Roll) -> Match {
    let mut after = matched.clone();
    after.visits.push(roll.start);
    after.visits.sort_unstable();
    after
}
