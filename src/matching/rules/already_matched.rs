//! The rule `already_matched` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    !a.is_idle(s) && a.visits.iter().any(|v| a.taken(s, *v))
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let v = a
        .visits
        .iter()
        .find(|v| a.taken(s, **v))
        .map_or_else(String::new, ToString::to_string);
    if refuses(a, s) {
        both!(zh: "{v} 已经预约给这个供方，或已被其取消", en: "is already booked for {v}, or cancelled it")
    } else {
        both!(zh: "还没有预约这些时段", en: "is not booked for these visits yet")
    }
}
