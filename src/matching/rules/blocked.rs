//! The rule `blocked` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    a.resident_row
        .is_some_and(|r| r.blocked.binary_search(&s).is_ok())
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    if refuses(a, s) {
        both!(zh: "居民不要这个供方", en: "the resident has blocked this supplier")
    } else {
        both!(zh: "居民没有拒绝这个供方", en: "the resident has not blocked this supplier")
    }
}
