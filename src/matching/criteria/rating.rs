//! The criterion `rating` of SPEC §3.

use crate::matching::ask::Ask;

pub(super) fn value(a: &Ask<'_>, s: u32) -> f64 {
    let h = a.history(s);
    ((h.rating_sum + 20.0) / (h.ratings + 5.0) - 1.0) / 4.0
}
