//! The rules of SPEC §3, one file each; the same code decides for rankings and for explanations.

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
}

/// All of them, in the order of SPEC §3.
pub(super) const RULES: [Rule; 11] = [
    Rule {
        name: "status",
        history: false,
        refuses: status::refuses,
        say: status::say,
    },
    Rule {
        name: "category",
        history: false,
        refuses: category::refuses,
        say: category::say,
    },
    Rule {
        name: "sex",
        history: false,
        refuses: sex::refuses,
        say: sex::say,
    },
    Rule {
        name: "capability",
        history: false,
        refuses: capability::refuses,
        say: capability::say,
    },
    Rule {
        name: "credential_expired",
        history: false,
        refuses: credential_expired::refuses,
        say: credential_expired::say,
    },
    Rule {
        name: "availability",
        history: false,
        refuses: availability::refuses,
        say: availability::say,
    },
    Rule {
        name: "booked",
        history: true,
        refuses: booked::refuses,
        say: booked::say,
    },
    Rule {
        name: "distance",
        history: false,
        refuses: distance::refuses,
        say: distance::say,
    },
    Rule {
        name: "blocked",
        history: false,
        refuses: blocked::refuses,
        say: blocked::say,
    },
    Rule {
        name: "already_matched",
        history: true,
        refuses: already_matched::refuses,
        say: already_matched::say,
    },
    Rule {
        name: "weekly_hours",
        history: true,
        refuses: weekly_hours::refuses,
        say: weekly_hours::say,
    },
];
