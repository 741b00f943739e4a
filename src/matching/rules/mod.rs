//! The rules of SPEC §3, one file each; the same code decides for rankings and for explanations.

use super::ask::Ask;
use crate::domain::Said;

/// A rule: its name, whether it refuses, and its verdict in words.
pub(super) struct Rule {
    pub(super) name: &'static str,
    /// Whether it looks at what the supplier has booked and done.
    pub(super) history: bool,
    pub(super) refuses: fn(&Ask<'_>, u32) -> bool,
    pub(super) say: fn(&Ask<'_>, u32) -> Said,
}

/// The table of the rules, each a file of its name, with whether it looks at bookings.
macro_rules! rules {
    ($count:literal: $($rule:ident $history:literal,)+) => {
        $(mod $rule;)+

        /// All of them, in the order of SPEC §3.
        pub(super) const RULES: [Rule; $count] = [
            $(Rule {
                name: stringify!($rule),
                history: $history,
                refuses: $rule::refuses,
                say: $rule::say,
            },)+
        ];

        /// Whether none refuses of those that look at bookings, or of the others.
        #[inline]
        pub(super) fn all_pass(a: &Ask<'_>, s: u32, history: bool) -> bool {
            // Calls that are known when this is compiled: a ranking asks each of thousands.
            $(!($history == history && $rule::refuses(a, s)))&&+
        }
    };
}

rules! { 11:
    status false,
    category false,
    sex false,
    capability false,
    credential_expired false,
    availability false,
    booked true,
    distance false,
    blocked false,
    already_matched true,
    weekly_hours true,
}
