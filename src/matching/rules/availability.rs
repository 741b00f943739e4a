//! The rule `availability` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    !a.always_free(s)
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let v = a
        .visits
        .iter()
        .find(|v| !a.free(s, **v))
        .map_or_else(String::new, ToString::to_string);
    if refuses(a, s) {
        both!(zh: "{v} 不在可服务时间内，或当天不在", en: "{v} is outside of the weekly windows or on a day away")
    } else {
        both!(zh: "每次服务都在可服务时间内", en: "every visit is inside the weekly windows")
    }
}
