//! The criterion `rating` of SPEC §3.

use crate::matching::ask::Ask;

pub(super) fn value(a: &Ask<'_>, s: u32) -> f64 {
    a.history(s).sums.rating()
}
