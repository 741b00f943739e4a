//! The rule `booked` of SPEC §3.

use crate::both;
use crate::domain::{Minute, Said};
use crate::matching::Other;
use crate::matching::ask::Ask;
use crate::matching::index::Booking;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    let capacity = usize::from(a.supplier(s).capacity);
    if a.is_idle(s) {
        return capacity == 0 && !a.visits.is_empty();
    }
    a.visits
        .iter()
        .any(|v| a.clashing(s, *v).count() >= capacity)
}

/// The first visit that can't be taken, and a booking that is in the way.
fn clash(a: &Ask<'_>, s: u32) -> Option<(Minute, Booking)> {
    let is_full = |v: &&Minute| a.clashing(s, **v).count() >= usize::from(a.supplier(s).capacity);
    let visit = *a.visits.iter().find(is_full)?;
    let booking = *a.clashing(s, visit).next()?;
    Some((visit, booking))
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    match clash(a, s) {
        Some((visit, b)) => {
            let (need, start, minutes) = (a.index.needs.code(b.need), b.start, b.minutes);
            both!(zh: "{visit} 的服务与需求 {need} 的时段 {start}（{minutes} 分钟）冲突", en: "{visit} clashes with need {need} at {start} ({minutes} minutes)")
        }
        None => both!(zh: "没有时间冲突", en: "no booked visit is in the way"),
    }
}

pub(super) fn other(a: &Ask<'_>, s: u32) -> Option<Other> {
    let (visit, b) = clash(a, s)?;
    let (start, minutes) = (b.start, b.minutes);
    Some(Other {
        need: a.index.needs.code(b.need),
        unnamed: both!(
            zh: "{visit} 的服务与另一个需求的时段 {start}（{minutes} 分钟）冲突",
            en: "{visit} clashes with another need at {start} ({minutes} minutes)"
        ),
    })
}
