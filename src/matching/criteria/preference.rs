//! The criterion `preference` of SPEC §3.

use crate::matching::ask::Ask;

pub(super) fn value(a: &Ask<'_>, s: u32) -> f64 {
    f64::from(u8::from(
        a.resident_row
            .is_some_and(|r| r.preferred.binary_search(&s).is_ok()),
    ))
}
