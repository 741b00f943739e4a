//! Recurring needs: the part of RFC 5545 that SPEC §2 takes, expanded by the `rrule` crate.

use std::fmt;

use chrono::{DateTime, TimeZone, Weekday};
use minicbor::{Decode, Encode};
use rrule::{Frequency, NWeekday, RRule, RRuleSet, Tz};

use super::problem::Said;
use super::time::{DAY, Day, Minute};
use crate::both;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Every {
    /// `FREQ=DAILY`
    #[n(0)]
    Day,
    /// `FREQ=WEEKLY`
    #[n(1)]
    Week,
    /// `FREQ=MONTHLY`
    #[n(2)]
    Month,
}

/// A day of `BYDAY`: its weekday (Monday 0) and, in a month, which one (1 to 5, or -1 to -5 from the end; 0 for all).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ByDay {
    /// Which of the month's; 0 for all.
    #[n(0)]
    pub nth: i8,
    /// Monday is 0.
    #[n(1)]
    pub weekday: u8,
}

/// Where a series ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Ends {
    /// Never.
    #[n(0)]
    Never,
    /// After so many visits.
    #[n(1)]
    Count(#[n(0)] u32),
    /// With this day, included.
    #[n(2)]
    Day(#[n(0)] Day),
    /// With this minute, included.
    #[n(3)]
    Minute(#[n(0)] Minute),
}

/// A rule by which a need comes again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Recurrence {
    /// The unit of the interval.
    #[n(0)]
    pub every: Every,
    /// Every so many units.
    #[n(1)]
    pub interval: u16,
    /// `BYDAY`; empty when the start alone gives the day.
    #[n(2)]
    pub by_day: Vec<ByDay>,
    /// Where the series ends.
    #[n(3)]
    pub ends: Ends,
}

impl Recurrence {
    /// Reads a rule such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=8`, with or without `RRULE:` before it.
    ///
    /// # Errors
    /// When a part is missing, unknown, given twice or outside of what SPEC §2 takes.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let text = text.trim();
        let text = text
            .strip_prefix("RRULE:")
            .unwrap_or(text)
            .to_ascii_uppercase();
        let parts = Parts::split(&text)?;
        let every = parse_every(parts.get("FREQ"))?;
        let recurrence = Self {
            every,
            interval: parts.get("INTERVAL").map_or(Ok(1), parse_interval)?,
            by_day: parts
                .get("BYDAY")
                .map_or_else(|| Ok(Vec::new()), |days| parse_by_day(days, every))?,
            ends: parse_ends(parts.get("COUNT"), parts.get("UNTIL"))?,
        };
        Ok(recurrence)
    }

    /// Checks that the rule gives `start`, as its first visit.
    ///
    /// # Errors
    /// When it gives no visit at all, or another first one.
    pub fn check_start(&self, start: Minute) -> Result<(), Said> {
        match self.starts(start).next() {
            Some(first) if first == start => Ok(()),
            Some(first) => Err(both!(
                zh: "开始时间 {start} 不在规则给出的日期上，最近的是 {first}",
                en: "the start {start} is not a date that the rule gives; the nearest is {first}"
            )),
            None => Err(
                both!(zh: "从 {start} 起，这条规则一次也不发生", en: "from {start} on the rule gives no visit"),
            ),
        }
    }

    /// The starts of all visits, the earliest first; endless for a rule without an end.
    pub fn starts(&self, start: Minute) -> impl Iterator<Item = Minute> + use<> {
        self.expand(start)
            .map(|set| (&set).into_iter())
            .into_iter()
            .flatten()
            .map(|time| Minute::of(time.naive_utc()))
    }

    fn expand(&self, start: Minute) -> Option<RRuleSet> {
        let first = utc(start);
        let frequency = match self.every {
            Every::Day => Frequency::Daily,
            Every::Week => Frequency::Weekly,
            Every::Month => Frequency::Monthly,
        };
        let rule = RRule::new(frequency)
            .interval(self.interval)
            .by_weekday(self.by_day.iter().map(|day| day.expand()).collect());
        let rule = match self.ends {
            Ends::Never => rule,
            Ends::Count(count) => rule.count(count),
            Ends::Day(day) => rule.until(utc(day.start().plus(DAY - 1))),
            Ends::Minute(minute) => rule.until(utc(minute)),
        };
        // A rule that can never give a date would be searched without end.
        rule.build(first).ok().map(RRuleSet::limit)
    }

    /// Whether the series has a last visit.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.ends != Ends::Never
    }
}

impl ByDay {
    fn expand(self) -> NWeekday {
        let weekday = WEEKDAYS
            .get(usize::from(self.weekday))
            .map_or(Weekday::Mon, |(_, day)| *day);
        if self.nth == 0 {
            NWeekday::Every(weekday)
        } else {
            NWeekday::Nth(i16::from(self.nth), weekday)
        }
    }
}

/// Local time stands in for UTC inside the expansion, so that a clock change never moves a visit.
fn utc(minute: Minute) -> DateTime<Tz> {
    Tz::UTC.from_utc_datetime(&minute.date_time())
}

struct Parts<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, Said> {
        let mut parts: Vec<(&str, &str)> = Vec::new();
        for part in text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (name, value) = part.split_once('=').ok_or_else(
                || both!(zh: "“{part}”缺少等号", en: "'{part}' lacks an equals sign"),
            )?;
            if !["FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL"].contains(&name) {
                return Err(both!(
                    zh: "不支持 {name}；可用 FREQ、INTERVAL、BYDAY、COUNT、UNTIL",
                    en: "{name} is not taken; use FREQ, INTERVAL, BYDAY, COUNT and UNTIL"
                ));
            }
            if parts.iter().any(|(known, _)| *known == name) {
                return Err(both!(zh: "{name} 出现了两次", en: "{name} is given twice"));
            }
            parts.push((name, value));
        }
        Ok(Self(parts))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    }
}

fn parse_every(text: Option<&str>) -> Result<Every, Said> {
    match text {
        Some("DAILY") => Ok(Every::Day),
        Some("WEEKLY") => Ok(Every::Week),
        Some("MONTHLY") => Ok(Every::Month),
        _ => Err(
            both!(zh: "缺少 FREQ=DAILY、WEEKLY 或 MONTHLY", en: "it needs FREQ=DAILY, WEEKLY or MONTHLY"),
        ),
    }
}

fn parse_interval(text: &str) -> Result<u16, Said> {
    text.parse()
        .ok()
        .filter(|n| (1..=1000).contains(n))
        .ok_or_else(
            || both!(zh: "INTERVAL 要在 1 到 1000 之间", en: "INTERVAL must be from 1 to 1000"),
        )
}

fn parse_by_day(text: &str, every: Every) -> Result<Vec<ByDay>, Said> {
    let mut days: Vec<ByDay> = Vec::new();
    for item in text.split(',').map(str::trim) {
        let day = parse_day(item).ok_or_else(|| both!(zh: "BYDAY 里的“{item}”不对，要像 TU、1MO、-1FR", en: "'{item}' in BYDAY should look like TU, 1MO or -1FR"))?;
        if day.nth != 0 && every != Every::Month {
            return Err(
                both!(zh: "“{item}”的序号只能用于 FREQ=MONTHLY", en: "the number in '{item}' goes with FREQ=MONTHLY only"),
            );
        }
        if !days.contains(&day) {
            days.push(day);
        }
    }
    Ok(days)
}

fn parse_day(item: &str) -> Option<ByDay> {
    let split = item
        .len()
        .checked_sub(2)
        .filter(|at| item.is_char_boundary(*at))?;
    let (number, name) = item.split_at(split);
    let weekday = u8::try_from(WEEKDAYS.iter().position(|(known, _)| *known == name)?).ok()?;
    let nth = if number.is_empty() {
        0
    } else {
        number
            .parse()
            .ok()
            .filter(|n: &i8| (1..=5).contains(&n.abs()))?
    };
    Some(ByDay { nth, weekday })
}

fn parse_ends(count: Option<&str>, until: Option<&str>) -> Result<Ends, Said> {
    match (count, until) {
        (None, None) => Ok(Ends::Never),
        (Some(_), Some(_)) => Err(both!(zh: "COUNT 和 UNTIL 只能用一个", en: "COUNT and UNTIL do not go together")),
        (Some(count), None) => {
            count.parse().ok().filter(|n| (1..=10_000).contains(n)).map(Ends::Count).ok_or_else(|| both!(zh: "COUNT 要在 1 到 10000 之间", en: "COUNT must be from 1 to 10000"))
        }
        (None, Some(until)) => parse_until(until)
            .ok_or_else(|| both!(zh: "UNTIL 要写成 20261231 或 20261231T090000 这样的本地时间", en: "UNTIL is a local date or time such as 20261231 or 20261231T090000")),
    }
}

fn parse_until(text: &str) -> Option<Ends> {
    if let Ok(date) = chrono::NaiveDate::parse_from_str(text, "%Y%m%d") {
        return (text.len() == 8).then(|| Ends::Day(Day::of(date)));
    }
    let time = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok()?;
    Some(Ends::Minute(Minute::of(time)))
}

/// The rule in its canonical form.
impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.every {
            Every::Day => "FREQ=DAILY",
            Every::Week => "FREQ=WEEKLY",
            Every::Month => "FREQ=MONTHLY",
        })?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        if !self.by_day.is_empty() {
            write!(
                f,
                ";BYDAY={}",
                self.by_day
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(",")
            )?;
        }
        match self.ends {
            Ends::Never => Ok(()),
            Ends::Count(count) => write!(f, ";COUNT={count}"),
            Ends::Day(day) => write!(f, "{}", day.date().format(";UNTIL=%Y%m%d")),
            Ends::Minute(minute) => {
                write!(f, "{}", minute.date_time().format(";UNTIL=%Y%m%dT%H%M%S"))
            }
        }
    }
}

impl fmt::Display for ByDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = WEEKDAYS
            .get(usize::from(self.weekday))
            .map_or("", |(name, _)| *name);
        if self.nth == 0 {
            f.write_str(name)
        } else {
            write!(f, "{}{name}", self.nth)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(rule: &str, start: &str, most: usize) -> Vec<String> {
        Recurrence::parse(rule)
            .unwrap()
            .starts(Minute::parse(start).unwrap())
            .take(most)
            .map(|m| m.to_string())
            .collect()
    }

    #[test]
    fn series_give_the_dates_of_rfc_5545() {
        assert_eq!(
            starts("FREQ=MONTHLY;BYDAY=2TU", "2026-11-10T09:00", 3),
            ["2026-11-10T09:00", "2026-12-08T09:00", "2027-01-12T09:00"]
        );
        assert_eq!(
            starts("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "2026-11-23T10:30", 4),
            [
                "2026-11-23T10:30",
                "2026-11-29T10:30",
                "2026-12-07T10:30",
                "2026-12-13T10:30"
            ]
        );
        assert_eq!(
            starts("FREQ=DAILY;COUNT=2", "2026-02-28T23:00", 9),
            ["2026-02-28T23:00", "2026-03-01T23:00"]
        );
        assert_eq!(
            starts("FREQ=MONTHLY", "2026-08-31T08:00", 3),
            ["2026-08-31T08:00", "2026-10-31T08:00", "2026-12-31T08:00"]
        );
        assert_eq!(
            starts("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27T08:00", 2),
            ["2026-11-27T08:00", "2026-12-25T08:00"]
        );
    }

    #[test]
    fn until_includes_its_day_and_its_minute() {
        assert_eq!(
            starts("FREQ=DAILY;UNTIL=20261125", "2026-11-24T09:00", 9).len(),
            2
        );
        assert_eq!(
            starts("FREQ=DAILY;UNTIL=20261125T090000", "2026-11-24T09:00", 9).len(),
            2
        );
        assert_eq!(
            starts("FREQ=DAILY;UNTIL=20261125T085900", "2026-11-24T09:00", 9).len(),
            1
        );
    }

    #[test]
    fn the_start_must_be_a_date_of_the_rule() {
        let tuesdays = Recurrence::parse("FREQ=WEEKLY;BYDAY=TU").unwrap();
        let start = |text| Minute::parse(text).unwrap();
        assert_eq!(tuesdays.check_start(start("2026-11-24T09:00")), Ok(()));
        assert!(
            tuesdays
                .check_start(start("2026-11-25T09:00"))
                .is_err_and(|said| said.en.contains("2026-12-01T09:00"))
        );
        let over = Recurrence::parse("FREQ=DAILY;UNTIL=20200101").unwrap();
        assert!(
            over.check_start(start("2026-11-25T09:00"))
                .is_err_and(|said| said.en.contains("no visit"))
        );
    }

    #[test]
    fn a_rule_prints_as_it_reads() {
        for rule in [
            "FREQ=DAILY",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=8",
            "FREQ=MONTHLY;BYDAY=2TU,-1FR;UNTIL=20261231",
            "FREQ=DAILY;UNTIL=20261231T093000",
        ] {
            assert_eq!(
                Recurrence::parse(rule).map(|r| r.to_string()).as_deref(),
                Ok(rule)
            );
        }
    }

    #[test]
    fn what_is_not_taken_is_named() {
        for (bad, named) in [
            ("FREQ=YEARLY", "FREQ"),
            ("FREQ=WEEKLY;BYMONTH=2", "BYMONTH"),
            ("FREQ=WEEKLY;BYDAY=2TU", "2TU"),
            ("FREQ=DAILY;COUNT=0", "COUNT"),
            ("FREQ=DAILY;COUNT=3;UNTIL=20261231", "COUNT"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
            ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL"),
            ("every day", "equals"),
            ("FREQ=MONTHLY;BYDAY=6MO", "6MO"),
        ] {
            assert!(
                Recurrence::parse(bad).is_err_and(|said| said.en.contains(named)),
                "{bad}"
            );
        }
    }
}
