//! The criterion `proximity` of SPEC §3.

use crate::matching::ask::Ask;

pub(super) fn value(a: &Ask<'_>, s: u32) -> f64 {
    if a.remote {
        return 1.0;
    }
    a.distance(s).map_or(0.0, |d| 1.0 / (1.0 + d / 2.0))
}
