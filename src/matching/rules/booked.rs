//! The rule `booked` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    let capacity = usize::from(a.supplier(s).capacity);
    if a.is_idle(s) {
        return capacity == 0 && !a.visits.is_empty();
    }
    a.visits
        .iter()
        .any(|v| a.clashing(s, *v).count() >= capacity)
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let found = a.visits.iter().find_map(|v| {
        (a.clashing(s, *v).count() >= usize::from(a.supplier(s).capacity))
            .then(|| a.clashing(s, *v).next())
            .flatten()
            .map(|b| (*v, *b))
    });
    match found {
        Some((visit, b)) => {
            let (need, start, minutes) = (a.index.needs.code(b.need), b.start, b.minutes);
            both!(zh: "{visit} 的服务与需求 {need} 的时段 {start}（{minutes} 分钟）冲突", en: "{visit} clashes with need {need} at {start} ({minutes} minutes)")
        }
        None => both!(zh: "没有时间冲突", en: "no booked visit is in the way"),
    }
}
