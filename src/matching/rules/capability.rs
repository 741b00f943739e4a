//! The rule `capability` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    a.required.iter().any(|c| a.held(s, *c).is_none())
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let v = a.tags(|c| a.held(s, c).is_none());
    if refuses(a, s) {
        both!(zh: "缺少能力标签：{v}", en: "lacks {v}")
    } else {
        both!(zh: "具备所需的能力标签", en: "has every required capability")
    }
}
