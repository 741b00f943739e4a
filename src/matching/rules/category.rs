//! The rule `category` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    a.level(s) == 0
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let v = a.level(s);
    if refuses(a, s) {
        both!(zh: "没有该类别或其下级的服务技能", en: "has no skill in the need's category or below it")
    } else {
        both!(zh: "有该类别的服务技能，级别 {v}", en: "has a matching skill of level {v}")
    }
}
