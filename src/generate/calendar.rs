//! Days, times of day and the series of visits that a recurrence gives.

use chrono::{Datelike, NaiveDate};

/// Days since 1970-01-01.
pub(super) type Day = i32;

/// The number of a date.
pub(super) fn day_of(date: NaiveDate) -> Day {
    date.to_epoch_days()
}

/// The date of a number.
fn civil(day: Day) -> NaiveDate {
    NaiveDate::from_epoch_days(day).unwrap_or_default()
}

/// `2026-11-23`
pub(super) fn date(day: Day) -> String {
    let civil = civil(day);
    format!(
        "{:04}-{:02}-{:02}",
        civil.year(),
        civil.month(),
        civil.day()
    )
}

/// `20261123`
pub(super) fn compact(day: Day) -> String {
    date(day).replace('-', "")
}

/// `2026-11-23T09:30`, from a day and its minute.
pub(super) fn moment(day: Day, minute: u16) -> String {
    format!("{}T{:02}:{:02}", date(day), minute / 60, minute % 60)
}

/// Monday is 0.
pub(super) fn weekday(day: Day) -> u8 {
    // 1970-01-01 was a Thursday.
    u8::try_from((day + 3).rem_euclid(7)).unwrap_or(0)
}

/// Whether `days`, a mask with Monday as its lowest bit, has the weekday of `day`.
pub(super) fn on(days: u8, day: Day) -> bool {
    days & (1 << weekday(day)) != 0
}

/// Which of its weekday in the month a day is, from 1.
fn nth(day: Day) -> u32 {
    (civil(day).day() - 1) / 7 + 1
}

/// How often a need comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rhythm {
    Once,
    Daily,
    /// Every so many weeks on the days of a mask.
    Weekly(i32, u8),
    /// Every month on the weekday and place in the month of the start.
    Monthly,
}

/// Where a series ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Never,
    Count(usize),
    Until(Day),
}

/// The days of a need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series {
    pub(super) rhythm: Rhythm,
    pub(super) start: Day,
    pub(super) ending: Ending,
}

const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

impl Series {
    /// The RFC 5545 rule; empty for a single visit.
    pub(super) fn rule(&self) -> String {
        let rule = match self.rhythm {
            Rhythm::Once => return String::new(),
            Rhythm::Daily => "FREQ=DAILY".to_owned(),
            Rhythm::Weekly(1, days) => format!("FREQ=WEEKLY;BYDAY={}", names(days)),
            Rhythm::Weekly(every, days) => {
                format!("FREQ=WEEKLY;INTERVAL={every};BYDAY={}", names(days))
            }
            Rhythm::Monthly => format!(
                "FREQ=MONTHLY;BYDAY={}{}",
                place(self.start),
                NAMES[usize::from(weekday(self.start))]
            ),
        };
        match self.ending {
            Ending::Never => rule,
            Ending::Count(count) => format!("{rule};COUNT={count}"),
            Ending::Until(day) => format!("{rule};UNTIL={}", compact(day)),
        }
    }

    /// The days of the series up to before `end`.
    pub(super) fn days(&self, end: Day) -> Vec<Day> {
        let (count, end) = match self.ending {
            Ending::Never => (usize::MAX, end),
            Ending::Count(count) => (count, end),
            Ending::Until(last) => (usize::MAX, end.min(last + 1)),
        };
        (self.start..end)
            .filter(|day| self.has(*day))
            .take(count)
            .collect()
    }

    fn has(&self, day: Day) -> bool {
        match self.rhythm {
            Rhythm::Once => day == self.start,
            Rhythm::Daily => true,
            Rhythm::Weekly(every, days) => {
                let monday = self.start - Day::from(weekday(self.start));
                on(days, day) && (day - monday) / 7 % every == 0
            }
            Rhythm::Monthly => {
                weekday(day) == weekday(self.start)
                    && match place(self.start) {
                        -1 => is_last(day),
                        wanted => i64::from(nth(day)) == i64::from(wanted),
                    }
            }
        }
    }
}

/// 1 to 4, or -1 for a fifth, which not every month has.
fn place(day: Day) -> i8 {
    match nth(day) {
        5 => -1,
        n => i8::try_from(n).unwrap_or(-1),
    }
}

fn is_last(day: Day) -> bool {
    civil(day).month() != civil(day + 7).month()
}

fn names(days: u8) -> String {
    let named = NAMES.iter().enumerate();
    named
        .filter(|(index, _)| days & (1 << index) != 0)
        .map(|(_, name)| *name)
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rrule::RRuleSet;

    fn day(text: &str) -> Day {
        day_of(text.parse().expect("a date"))
    }

    #[test]
    fn days_and_weekdays_are_those_of_the_calendar() {
        assert_eq!(date(day("2026-11-23")), "2026-11-23");
        assert_eq!(weekday(day("2026-11-23")), 0);
        assert_eq!(moment(day("2024-02-29"), 570), "2024-02-29T09:30");
    }

    fn rhythms() -> impl Strategy<Value = Rhythm> {
        prop_oneof![
            Just(Rhythm::Daily),
            Just(Rhythm::Monthly),
            (1_u8..128).prop_map(|days| Rhythm::Weekly(1, days)),
            (0_u8..7).prop_map(|day| Rhythm::Weekly(2, 1 << day)),
        ]
    }

    proptest! {
        #[test]
        fn a_series_has_the_days_that_rfc_5545_gives(rhythm in rhythms(), from in 20_000_i32..21_500, count in 1_usize..12) {
            let start = match rhythm {
                Rhythm::Weekly(_, days) => (from..from + 7).find(|day| on(days, *day)).expect("a day"),
                _ => from,
            };
            let series = Series { rhythm, start, ending: Ending::Count(count) };
            let text = format!("DTSTART:{}T090000Z\nRRULE:{}", compact(start), series.rule());
            let rule: RRuleSet = text.parse().expect("a rule");
            let expected: Vec<Day> = rule.all(100).dates.iter().map(|time| day_of(time.date_naive())).collect();
            prop_assert_eq!(series.days(start + 2000), expected);
        }
    }
}
