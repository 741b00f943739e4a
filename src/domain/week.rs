//! Weekly availability as a bit mask: one bit for each half hour, Monday 00:00 first.

use minicbor::{Decode, Encode};

use super::problem::Said;
use super::time::{DAY, Minute, clock, parse_clock};
use crate::both;

/// Half hours of a day.
const PER_DAY: usize = 48;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WEEKDAYS: u8 = 0b001_1111;
const WEEKENDS: u8 = 0b110_0000;
const DAILY: u8 = 0b111_1111;

/// The half hours of a week in which a supplier can come, each day in the low 48 bits of its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Week(pub [u64; 7]);

impl Week {
    /// Reads windows as SPEC §2 writes them: `weekdays 18:00-21:00; sat,sun 08:00-12:00`. Empty text means never.
    ///
    /// # Errors
    /// When a window has an unknown day, is off the half hour or does not end after it begins.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let mut week = Self::default();
        for window in text
            .split(';')
            .map(str::trim)
            .filter(|window| !window.is_empty())
        {
            let (days, mask) = parse_window(window)?;
            for (day, word) in week.0.iter_mut().enumerate() {
                if days & (1 << day) != 0 {
                    *word |= mask;
                }
            }
        }
        Ok(week)
    }

    /// Whether a visit lies wholly inside the windows; it takes every half hour that it touches.
    #[must_use]
    pub fn covers(&self, start: Minute, minutes: u16) -> bool {
        self.0
            .get(usize::from(start.day().weekday()))
            .is_some_and(|day| Self::day_covers(*day, start, minutes))
    }

    /// The same for the half hours of the visit's own weekday.
    #[must_use]
    pub fn day_covers(day: u64, start: Minute, minutes: u16) -> bool {
        let wanted = Self::taken(start, minutes);
        day & wanted == wanted
    }

    /// The half hours that a visit takes of its weekday; more than any day has when it does not end by 24:00.
    #[must_use]
    pub fn taken(start: Minute, minutes: u16) -> u64 {
        let from = start.of_day();
        let to = from + i32::from(minutes);
        if to > DAY {
            return u64::MAX;
        }
        slots(from / 30, (to + 29) / 30)
    }

    /// Half hours in a week.
    #[must_use]
    pub fn half_hours(&self) -> u32 {
        self.0.iter().map(|day| day.count_ones()).sum()
    }
}

/// The bits from half hour `from` to before `to` of a day.
fn slots(from: i32, to: i32) -> u64 {
    let below = |n: i32| (1_u64 << n.clamp(0, 48)) - 1;
    below(to) & !below(from)
}

fn parse_window(window: &str) -> Result<(u8, u64), Said> {
    let form = || both!(zh: "时段“{window}”要写成 mon,tue 09:00-11:30 这样", en: "the window '{window}' should look like mon,tue 09:00-11:30");
    let (days, hours) = window.split_once(char::is_whitespace).ok_or_else(form)?;
    let (from, to) = hours.trim().split_once('-').ok_or_else(form)?;
    let from = parse_clock(from.trim()).ok_or_else(form)?;
    let to = parse_clock(to.trim()).ok_or_else(form)?;
    if from % 30 != 0 || to % 30 != 0 {
        return Err(
            both!(zh: "时段“{window}”的起止必须在整点或半点", en: "the window '{window}' must begin and end on the hour or half hour"),
        );
    }
    if from >= to {
        return Err(
            both!(zh: "时段“{window}”的结束要晚于开始", en: "the window '{window}' must end after it begins"),
        );
    }
    Ok((parse_days(days)?, slots(from / 30, to / 30)))
}

fn parse_days(text: &str) -> Result<u8, Said> {
    text.split(',').map(str::trim).try_fold(0, |days, name| {
        let lower = name.to_ascii_lowercase();
        let more = match lower.as_str() {
            "daily" => DAILY,
            "weekdays" => WEEKDAYS,
            "weekends" => WEEKENDS,
            day => {
                1 << DAYS
                    .iter()
                    .position(|known| *known == day)
                    .ok_or_else(|| unknown_day(name))?
            }
        };
        Ok(days | more)
    })
}

fn unknown_day(name: &str) -> Said {
    both!(
        zh: "不认识的日子“{name}”；可用 mon 至 sun、daily、weekdays、weekends",
        en: "there is no day '{name}'; use mon to sun, daily, weekdays or weekends"
    )
}

/// The windows in their one canonical form: earliest first, the days of equal windows together.
impl std::fmt::Display for Week {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut windows: Vec<((usize, usize), u8)> = Vec::new();
        for (day, word) in self.0.iter().enumerate() {
            for span in runs(*word) {
                match windows.iter_mut().find(|(known, _)| *known == span) {
                    Some((_, days)) => *days |= 1 << day,
                    None => windows.push((span, 1 << day)),
                }
            }
        }
        windows.sort_by_key(|((from, to), days)| (days.trailing_zeros(), *from, *to));
        let text: Vec<String> = windows
            .into_iter()
            .map(|((from, to), days)| {
                format!("{} {}-{}", day_names(days), half_hour(from), half_hour(to))
            })
            .collect();
        f.pad(&text.join("; "))
    }
}

fn half_hour(slot: usize) -> String {
    clock(i32::try_from(slot * 30).unwrap_or(DAY))
}

/// The runs of set bits of a day, as half-open spans of half hours.
fn runs(word: u64) -> Vec<(usize, usize)> {
    let set = |slot: usize| slot < PER_DAY && word & (1 << slot) != 0;
    let mut found = Vec::new();
    let mut slot = 0;
    while slot < PER_DAY {
        let from = slot;
        while set(slot) {
            slot += 1;
        }
        if slot > from {
            found.push((from, slot));
        }
        slot += 1;
    }
    found
}

fn day_names(days: u8) -> String {
    match days {
        DAILY => "daily".to_owned(),
        WEEKDAYS => "weekdays".to_owned(),
        WEEKENDS => "weekends".to_owned(),
        some => DAYS
            .iter()
            .enumerate()
            .filter(|(day, _)| some & (1 << day) != 0)
            .map(|(_, name)| *name)
            .collect::<Vec<_>>()
            .join(","),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Minute {
        Minute::parse(text).unwrap()
    }

    #[test]
    fn windows_add_up() {
        let week =
            Week::parse("weekdays 18:00-21:00; sat,sun 08:00-12:00; daily 12:00-13:00").unwrap();
        assert!(
            week.covers(at("2026-11-28T11:00"), 120),
            "two windows that touch are one"
        );
        assert!(!week.covers(at("2026-11-27T11:00"), 120));
        assert_eq!(
            week.to_string(),
            "weekdays 12:00-13:00; weekdays 18:00-21:00; weekends 08:00-13:00"
        );
    }

    #[test]
    fn a_visit_takes_every_half_hour_it_touches() {
        let week = Week::parse("mon 09:00-10:00; mon 23:00-24:00").unwrap();
        assert!(week.covers(at("2026-11-23T09:10"), 40));
        assert!(!week.covers(at("2026-11-23T09:31"), 30));
        assert!(week.covers(at("2026-11-23T23:30"), 30));
        assert!(!week.covers(at("2026-11-23T23:30"), 31));
    }

    #[test]
    fn each_mistake_names_the_window() {
        for bad in [
            "mon 09:15-10:00",
            "mon 10:00-09:00",
            "mon 9-10",
            "mond 09:00-10:00",
            "mon",
            "mon 09:00-24:30",
        ] {
            assert!(Week::parse(bad).is_err(), "{bad}");
        }
        assert!(
            Week::parse("tue 09:15-10:00").is_err_and(|said| said.en.contains("tue 09:15-10:00"))
        );
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back_the_same(words in prop::array::uniform7(0_u64..(1 << 48))) {
            let week = Week(words);
            prop_assert_eq!(Week::parse(&week.to_string()), Ok(week));
        }
    }
}
