//! The criterion `proficiency` of SPEC §3.

use crate::matching::ask::Ask;

pub(super) fn value(a: &Ask<'_>, s: u32) -> f64 {
    f64::from(a.level(s)) / 3.0
}
