//! The rule `distance` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    a.too_far(s)
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let v = a
        .distance(s)
        .map_or_else(|| "?".to_owned(), |d| format!("{d:.1}"));
    let r = a
        .supplier(s)
        .radius()
        .map_or_else(|| "∞".to_owned(), |r| r.to_string());
    if refuses(a, s) {
        both!(zh: "相距 {v} 公里，服务半径 {r} 公里", en: "is {v} km away, goes {r} km")
    } else {
        both!(zh: "距离符合要求（{v} 公里）", en: "the distance is no hindrance ({v} km)")
    }
}
