//! The rule `credential_expired` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    a.last_day
        .is_some_and(|d| a.required.iter().any(|c| a.expired(s, *c, d)))
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let v = a
        .last_day
        .map_or_else(String::new, |d| a.tags(|c| a.expired(s, c, d)));
    if refuses(a, s) {
        both!(zh: "到最后一次服务时已过期：{v}", en: "runs out before the last visit: {v}")
    } else {
        both!(zh: "所需证件在服务期内有效", en: "required credentials last to the last visit")
    }
}
