//! The rule `weekly_hours` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    a.overfull(s).is_some()
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let v = a
        .overfull(s)
        .map_or_else(String::new, |m| format!("{:.1}", f64::from(m) / 60.0));
    let r = a.index.cards.max_hours(s).unwrap_or_default();
    if refuses(a, s) {
        both!(zh: "一周会达到 {v} 小时，上限 {r} 小时", en: "would come to {v} h in a week, {r} h at most")
    } else {
        both!(zh: "没有超过每周上限", en: "stays within the weekly limit")
    }
}
