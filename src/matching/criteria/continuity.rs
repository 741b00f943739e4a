//! The criterion `continuity` of SPEC §3.

use crate::matching::ask::Ask;

pub(super) fn value(a: &Ask<'_>, s: u32) -> f64 {
    let k = a.resident.map_or(0.0, |r| a.history(s).good_for(r));
    k / (k + 2.0)
}
