//! What a command changed, for the answers of the verbs that make changes.

use crate::desk::Done;
use crate::domain::record::{Match, Service};
use crate::domain::{AnyRecord, Event, Minute, Record};

/// The match that a command made or changed, before and after.
#[must_use]
pub fn matched(done: &Done) -> Option<(Option<&Match>, &Match)> {
    done.events.iter().find_map(|event| {
        let after = Match::ref_any(&event.after)?;
        Some((event.before.as_ref().and_then(Match::ref_any), after))
    })
}

/// The visits that a command booked.
#[must_use]
pub fn booked(done: &Done) -> Vec<Minute> {
    matched(done).map_or_else(Vec::new, |(before, after)| {
        let had = |start: &&Minute| before.is_some_and(|before| before.visits.contains(start));
        after
            .visits
            .iter()
            .filter(|start| !had(start))
            .copied()
            .collect()
    })
}

/// The booked visits that a command made free.
#[must_use]
pub fn freed(done: &Done) -> Vec<Minute> {
    matched(done).map_or_else(Vec::new, |(_, after)| {
        let free = |start: &&Minute| !after.holds(**start);
        after.visits.iter().filter(free).copied().collect()
    })
}

/// The closed visit that a command recorded.
#[must_use]
pub fn service(done: &Done) -> Option<&Service> {
    done.events
        .iter()
        .find_map(|event| Service::ref_any(&event.after))
}

/// The first record that a command left behind.
#[must_use]
pub fn first(done: &Done) -> Option<&AnyRecord> {
    done.events.first().map(|event: &Event| &event.after)
}
