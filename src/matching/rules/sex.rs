//! The rule `sex` of SPEC §3.

use crate::both;
use crate::domain::{Said, Sex};
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    matches!(a.sex, Some(Sex::Male | Sex::Female))
        && a.supplier(s).sex() != a.sex
        && a.supplier(s).sex() != Some(Sex::Any)
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let v = a.sex.map_or_else(String::new, |sex| sex.to_string());
    if refuses(a, s) {
        both!(zh: "性别不符合要求（要求 {v}）", en: "the need asks for {v}")
    } else {
        both!(zh: "性别符合要求", en: "the sex is as asked")
    }
}
