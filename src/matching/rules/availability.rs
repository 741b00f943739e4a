//! The rule `availability` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    !a.always_free(s)
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let Some(v) = a.visits.iter().find(|v| !a.free(s, **v)) else {
        return both!(zh: "每次服务都在可服务时间内", en: "every visit is inside the weekly windows");
    };
    if a.is_away(s, *v) {
        both!(zh: "{v} 当天不在", en: "is away on the day of {v}")
    } else {
        both!(zh: "{v} 不在可服务时间内", en: "{v} is outside of the weekly windows")
    }
}
