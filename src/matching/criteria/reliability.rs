//! The criterion `reliability` of SPEC §3.

use crate::matching::ask::Ask;

pub(super) fn value(a: &Ask<'_>, s: u32) -> f64 {
    let h = a.history(s);
    (h.completed + 9.0) / (h.completed + h.no_shows + 10.0)
}
