//! The rules of SPEC §3, one file each; the same code decides for rankings and for explanations.

use super::Other;
use super::ask::Ask;
use crate::domain::Said;

mod already_matched;
mod availability;
mod blocked;
mod booked;
mod capability;
mod category;
mod credential_expired;
mod distance;
mod sex;
mod status;
mod weekly_hours;

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

/// All of them, in the order of SPEC §3.
pub(super) const RULES: [Rule; 11] = [
    Rule {
        name: "status",
        history: false,
        refuses: status::refuses,
        say: status::say,
        other: None,
    },
    Rule {
        name: "category",
        history: false,
        refuses: category::refuses,
        say: category::say,
        other: None,
    },
    Rule {
        name: "sex",
        history: false,
        refuses: sex::refuses,
        say: sex::say,
        other: None,
    },
    Rule {
        name: "capability",
        history: false,
        refuses: capability::refuses,
        say: capability::say,
        other: None,
    },
    Rule {
        name: "credential_expired",
        history: false,
        refuses: credential_expired::refuses,
        say: credential_expired::say,
        other: None,
    },
    Rule {
        name: "availability",
        history: false,
        refuses: availability::refuses,
        say: availability::say,
        other: None,
    },
    Rule {
        name: "booked",
        history: true,
        refuses: booked::refuses,
        say: booked::say,
        other: Some(booked::other),
    },
    Rule {
        name: "distance",
        history: false,
        refuses: distance::refuses,
        say: distance::say,
        other: None,
    },
    Rule {
        name: "blocked",
        history: false,
        refuses: blocked::refuses,
        say: blocked::say,
        other: None,
    },
    Rule {
        name: "already_matched",
        history: true,
        refuses: already_matched::refuses,
        say: already_matched::say,
        other: None,
    },
    Rule {
        name: "weekly_hours",
        history: true,
        refuses: weekly_hours::refuses,
        say: weekly_hours::say,
        other: None,
    },
];
