//! The rule `status` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    !a.supplier(s).active()
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    if refuses(a, s) {
        both!(zh: "供方不在岗", en: "the supplier is not active")
    } else {
        both!(zh: "供方在岗", en: "the supplier is active")
    }
}
