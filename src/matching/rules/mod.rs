//! The rules of SPEC §3, one file each; the same code decides for rankings and for explanations.

use super::Other;
use super::ask::Ask;
use crate::domain::Said;

/// A rule: its name, whether it refuses, and its verdict in words.
pub(super) struct Rule {
    pub(super) name: &'static str,
    /// Whether it looks at what the supplier has booked and done.
    pub(super) history: bool,
    pub(super) refuses: fn(&Ask<'_>, u32) -> bool,
    pub(super) say: fn(&Ask<'_>, u32) -> Said,
    /// The other need that its words name, for the rules whose words name one.
    pub(super) other: Option<fn(&Ask<'_>, u32) -> Option<Other>>,
}

/// The table of the rules, each a file of its name, with whether it looks at bookings, and what names the other
/// need in its words.
macro_rules! rules {
    ($count:literal: $($rule:ident $history:literal $other:expr,)+) => {
        $(mod $rule;)+

        /// All of them, in the order of SPEC §3.
        pub(super) const RULES: [Rule; $count] = [
            $(Rule {
                name: stringify!($rule),
                history: $history,
                refuses: $rule::refuses,
                say: $rule::say,
                other: $other,
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
    status false None,
    category false None,
    sex false None,
    capability false None,
    credential_expired false None,
    availability false None,
    booked true Some(booked::other),
    distance false None,
    blocked false None,
    already_matched true None,
    weekly_hours true None,
}
