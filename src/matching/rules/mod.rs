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
    pub(super) refuses: fn(&Ask<'_>, u32) -> bool,
    pub(super) say: fn(&Ask<'_>, u32) -> Said,
}

/// All of them, in the order of SPEC §3.
pub(super) const RULES: [Rule; 11] = [
    Rule {
        name: "status",
        refuses: status::refuses,
        say: status::say,
    },
    Rule {
        name: "category",
        refuses: category::refuses,
        say: category::say,
    },
    Rule {
        name: "sex",
        refuses: sex::refuses,
        say: sex::say,
    },
    Rule {
        name: "capability",
        refuses: capability::refuses,
        say: capability::say,
    },
    Rule {
        name: "credential_expired",
        refuses: credential_expired::refuses,
        say: credential_expired::say,
    },
    Rule {
        name: "availability",
        refuses: availability::refuses,
        say: availability::say,
    },
    Rule {
        name: "booked",
        refuses: booked::refuses,
        say: booked::say,
    },
    Rule {
        name: "distance",
        refuses: distance::refuses,
        say: distance::say,
    },
    Rule {
        name: "blocked",
        refuses: blocked::refuses,
        say: blocked::say,
    },
    Rule {
        name: "already_matched",
        refuses: already_matched::refuses,
        say: already_matched::say,
    },
    Rule {
        name: "weekly_hours",
        refuses: weekly_hours::refuses,
        say: weekly_hours::say,
    },
];
