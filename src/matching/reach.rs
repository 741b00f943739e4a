//! How far back the rules look.

use crate::domain::{Day, Minute};

/// The earliest start of a booking or closed visit that any rule can look at when it looks at visits from `first` on: those
/// of the same ISO week (`weekly_hours`), and those of the day before, which may end at midnight and leave too little time
/// (`booked`). A rule that looks further back belongs in here; the criteria are no rules and look at everything.
#[must_use]
pub fn reach(first: Minute) -> Minute {
    let eve = Day(first.day().0.saturating_sub(1));
    Day(eve.0.saturating_sub(i32::from(eve.weekday()))).start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_and_the_evening_before_it_are_within_reach() {
        let at = |text| Minute::parse(text).unwrap();
        // 2026-11-23 is a Monday.
        assert_eq!(reach(at("2026-11-29T23:30")), at("2026-11-23T00:00"));
        assert_eq!(reach(at("2026-11-24T00:00")), at("2026-11-23T00:00"));
        assert_eq!(reach(at("2026-11-23T23:30")), at("2026-11-16T00:00"));
    }
}
