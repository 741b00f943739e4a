//! The starts of a need. Daily and weekly rules, which are most of them, are stepped through here, as the figures pass over every series.

use crate::domain::recurrence::{Ends, Every};
use crate::domain::time::DAY;
use crate::domain::{Minute, Recurrence};

/// The starts of a need, the earliest first; endless for a series without an end.
pub(super) fn occurrences(
    start: Minute,
    rule: Option<&Recurrence>,
) -> Box<dyn Iterator<Item = Minute>> {
    let Some(rule) = rule else {
        return Box::new(std::iter::once(start));
    };
    let interval = i32::from(rule.interval.max(1));
    match rule.every {
        Every::Day if rule.by_day.is_empty() => ending(rule.ends, every(start, interval)),
        Every::Week => ending(rule.ends, weekly(start, interval, weekdays(start, rule))),
        Every::Day | Every::Month => Box::new(rule.starts(start)),
    }
}

/// So many days apart, as far as time can be told.
fn every(start: Minute, days: i32) -> impl Iterator<Item = Minute> {
    std::iter::successors(Some(start), move |at| {
        at.0.checked_add(days * DAY).map(Minute)
    })
}

/// The weekdays of a rule, Monday first; the start's own when it names none.
fn weekdays(start: Minute, rule: &Recurrence) -> [bool; 7] {
    let mut days = [false; 7];
    let named = rule.by_day.iter().map(|day| day.weekday);
    let own = rule
        .by_day
        .is_empty()
        .then(|| start.day().weekday())
        .into_iter();
    for day in named.chain(own) {
        if let Some(day) = days.get_mut(usize::from(day)) {
            *day = true;
        }
    }
    days
}

fn weekly(start: Minute, weeks: i32, days: [bool; 7]) -> impl Iterator<Item = Minute> {
    let monday = start.plus(-i32::from(start.day().weekday()) * DAY);
    every(monday, weeks * 7)
        .flat_map(move |monday| {
            let days = (0..).zip(days).filter(|(_, named)| *named);
            days.map(move |(day, _)| monday.plus(day * DAY))
        })
        .filter(move |at| *at >= start)
}

fn ending(
    ends: Ends,
    starts: impl Iterator<Item = Minute> + 'static,
) -> Box<dyn Iterator<Item = Minute>> {
    match ends {
        Ends::Never => Box::new(starts),
        Ends::Count(count) => Box::new(starts.take(usize::try_from(count).unwrap_or(usize::MAX))),
        Ends::Day(day) => Box::new(starts.take_while(move |at| at.day() <= day)),
        Ends::Minute(last) => Box::new(starts.take_while(move |at| *at <= last)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn stepping_gives_what_the_rule_gives(
            offset in 0..3000_i32,
            interval in 1..5_u8,
            rule in prop::sample::select(vec![
                "FREQ=DAILY", "FREQ=DAILY;BYDAY=TU,FR", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,SU",
                "FREQ=WEEKLY;BYDAY=SA,TU,TH", "FREQ=MONTHLY;BYDAY=-1FR",
            ]),
            end in prop::sample::select(vec!["", ";COUNT=7", ";UNTIL=20301115", ";UNTIL=20280301T093000"]),
        ) {
            let rule = Recurrence::parse(&format!("{rule};INTERVAL={interval}{end}")).unwrap();
            let base = Minute::parse("2026-01-01T09:30").unwrap();
            let start = rule.starts(base.plus(offset * DAY)).next();
            prop_assume!(start.is_some());
            let start = start.unwrap();
            let given: Vec<Minute> = rule.starts(start).take(300).collect();
            let stepped: Vec<Minute> = occurrences(start, Some(&rule)).take(300).collect();
            prop_assert_eq!(stepped, given, "{} from {}", rule, start);
        }
    }
}
