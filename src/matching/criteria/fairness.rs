//! The criterion `fairness` of SPEC §3.

use crate::matching::ask::Ask;

pub(super) fn value(a: &Ask<'_>, s: u32) -> f64 {
    1.0 / (1.0 + a.history(s).load_minutes(a.now) / 60.0 / 10.0)
}
