//! Local time in whole units: days, minutes of visits, seconds of recorded facts.
//!
//! All of it is local to the store's time zone, counted from 1970-01-01T00:00 there, so that spans are plain integers.

use std::fmt;

use chrono::{
    DateTime, Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    TimeZone, Timelike, Utc,
};
use minicbor::{Decode, Encode};

use super::problem::Said;
use crate::both;

/// Minutes of a day.
pub const DAY: i32 = 24 * 60;

/// A local date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Day(pub i32);

/// A local time to the minute: when a visit starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Minute(pub i32);

/// A local time to the second: when something was recorded, and the rules' clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Stamp(pub i64);

impl Day {
    /// Reads `2026-11-24`.
    ///
    /// # Errors
    /// When it is not a date.
    pub fn parse(text: &str) -> Result<Self, Said> {
        plain_date(text.as_bytes())
            .or_else(|| NaiveDate::parse_from_str(strict(text, 10)?, "%Y-%m-%d").ok())
            .map(Self::of)
            .ok_or_else(
                || both!(zh: "日期要写成 2026-11-24 这样", en: "a date looks like 2026-11-24"),
            )
    }

    /// The day of a calendar date.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        Self(date.to_epoch_days())
    }

    /// The calendar date.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or_default()
    }

    /// Midnight at which the day begins.
    #[must_use]
    pub fn start(self) -> Minute {
        Minute(self.0.saturating_mul(DAY))
    }

    /// The day of the week, Monday being 0.
    #[must_use]
    pub fn weekday(self) -> u8 {
        u8::try_from((self.0 + 3).rem_euclid(7)).unwrap_or_default()
    }

    /// The number of the ISO week (Monday to Sunday) since the one that holds 1970-01-01.
    #[must_use]
    pub fn iso_week(self) -> i32 {
        (self.0 + 3).div_euclid(7)
    }

    /// Years completed from this date to `on`; 0 when `on` is earlier.
    #[must_use]
    pub fn years_until(self, on: Self) -> u32 {
        on.date().years_since(self.date()).unwrap_or_default()
    }
}

impl Minute {
    /// Before every visit.
    pub const EVER: Self = Self(i32::MIN);

    /// Reads `2026-11-24T09:00`.
    ///
    /// # Errors
    /// When it is not a local time to the minute.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let wrong = || both!(zh: "时间要写成 2026-11-24T09:00 这样", en: "a time looks like 2026-11-24T09:00");
        let stamp = Stamp::parse_local(text).ok_or_else(wrong)?;
        if stamp.0 % 60 != 0 {
            return Err(
                both!(zh: "时间要精确到整分钟，不带秒", en: "the time must be a whole minute"),
            );
        }
        Ok(stamp.minute())
    }

    /// The date on which it lies.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY))
    }

    /// Minutes since the midnight before.
    #[must_use]
    pub fn of_day(self) -> i32 {
        self.0.rem_euclid(DAY)
    }

    /// The same instant to the second.
    #[must_use]
    pub fn stamp(self) -> Stamp {
        Stamp(i64::from(self.0) * 60)
    }

    /// So many minutes later.
    #[must_use]
    pub fn plus(self, minutes: i32) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// As a calendar's date and time.
    #[must_use]
    pub fn date_time(self) -> NaiveDateTime {
        self.stamp().date_time()
    }

    /// The minute of a calendar's date and time, seconds dropped.
    #[must_use]
    pub fn of(time: NaiveDateTime) -> Self {
        Stamp::of(time).minute()
    }
}

impl Stamp {
    /// Reads a local time of SPEC §2 with or without seconds, or with an offset, which is turned into `zone`'s local time.
    ///
    /// # Errors
    /// When it is not a time.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, Said> {
        Self::parse_local(text)
            .or_else(|| Self::parse_offset(text, zone))
            .ok_or_else(|| both!(zh: "时间要写成 2026-11-23T08:00 这样，可带秒和时区偏移", en: "a time looks like 2026-11-23T08:00, with or without seconds and offset"))
    }

    fn parse_local(text: &str) -> Option<Self> {
        let plain = plain_time(text.as_bytes());
        let text = text.replacen(' ', "T", 1);
        let mut forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].iter();
        plain
            .or_else(|| forms.find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok()))
            .filter(|time| (1900..=2200).contains(&time.year()))
            .map(Self::of)
    }

    fn parse_offset(text: &str, zone: Zone) -> Option<Self> {
        let text = text
            .strip_suffix('Z')
            .map_or_else(|| text.to_owned(), |start| format!("{start}+00:00"));
        ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M:%S%:z"]
            .iter()
            .find_map(|form| DateTime::parse_from_str(&text, form).ok())
            .map(|time| zone.local(time.with_timezone(&Utc)))
    }

    /// The stamp of a calendar's date and time.
    #[must_use]
    pub fn of(time: NaiveDateTime) -> Self {
        Self(time.and_utc().timestamp())
    }

    /// As a calendar's date and time.
    #[must_use]
    pub fn date_time(self) -> NaiveDateTime {
        DateTime::from_timestamp(self.0, 0)
            .unwrap_or_default()
            .naive_utc()
    }

    /// The minute in which it lies.
    #[must_use]
    pub fn minute(self) -> Minute {
        let minute = self.0.div_euclid(60);
        Minute(i32::try_from(minute).unwrap_or(if minute < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The first whole minute at or after it: a visit starts "at or after now" when it starts at or after this.
    #[must_use]
    pub fn minute_up(self) -> Minute {
        Self(self.0 + 59).minute()
    }

    /// The date on which it lies.
    #[must_use]
    pub fn day(self) -> Day {
        self.minute().day()
    }
}

fn strict(text: &str, length: usize) -> Option<&str> {
    (text.len() == length).then_some(text)
}

/// The length of a time with seconds.
const LONGEST: usize = "2026-11-24T09:00:00".len();

// Files and search keys are full of dates: chrono's own reading and printing read their pattern anew for each. What is not
// written as we write it is left to chrono.

fn plain_date(text: &[u8]) -> Option<NaiveDate> {
    let [year @ .., b'-', m, n, b'-', d, e] = text else {
        return None;
    };
    let year = digits(year, 4)?;
    NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        digits(&[*m, *n], 2)?,
        digits(&[*d, *e], 2)?,
    )
}

fn plain_clock(text: &[u8]) -> Option<NaiveTime> {
    let [h, i, b':', m, n] = text else {
        return None;
    };
    NaiveTime::from_hms_opt(digits(&[*h, *i], 2)?, digits(&[*m, *n], 2)?, 0)
}

fn plain_time(text: &[u8]) -> Option<NaiveDateTime> {
    let (date, time) = text.split_at_checked("2026-11-24".len())?;
    let (b'T' | b' ', time) = time.split_first()? else {
        return None;
    };
    Some(plain_date(date)?.and_time(plain_clock(time)?))
}

fn digits(text: &[u8], places: usize) -> Option<u32> {
    let is_number = text.len() == places && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| {
        text.iter()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    })
}

fn push_date(text: &mut String, date: NaiveDate) {
    match u32::try_from(date.year()) {
        Ok(year @ ..=9999) => push_digits(text, year, 4),
        _ => text.push_str(&date.format("%Y").to_string()),
    }
    text.push('-');
    push_digits(text, date.month(), 2);
    text.push('-');
    push_digits(text, date.day(), 2);
}

fn push_minute(text: &mut String, at: NaiveDateTime) {
    push_date(text, at.date());
    text.push('T');
    push_digits(text, at.hour(), 2);
    text.push(':');
    push_digits(text, at.minute(), 2);
}

fn push_digits(text: &mut String, value: u32, places: u32) {
    for place in (0..places).rev() {
        let digit = value / 10_u32.pow(place) % 10;
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(LONGEST);
        push_date(&mut text, self.date());
        f.pad(&text)
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(LONGEST);
        push_minute(&mut text, self.date_time());
        f.pad(&text)
    }
}

/// `2026-11-24T09:00`, with seconds only where there are some.
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(LONGEST);
        let at = self.date_time();
        push_minute(&mut text, at);
        if at.second() != 0 {
            text.push(':');
            push_digits(&mut text, at.second(), 2);
        }
        f.pad(&text)
    }
}

/// The store's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(pub chrono_tz::Tz);

impl Default for Zone {
    fn default() -> Self {
        Self(chrono_tz::Asia::Shanghai)
    }
}

impl Zone {
    /// Reads a name of the IANA database, such as `Asia/Shanghai`.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn parse(name: &str) -> Result<Self, Said> {
        name.parse()
            .map(Self)
            .map_err(|_| both!(zh: "没有名为 {name} 的时区", en: "there is no time zone {name}"))
    }

    /// The local time of an instant.
    #[must_use]
    pub fn local(self, instant: DateTime<Utc>) -> Stamp {
        Stamp::of(instant.with_timezone(&self.0).naive_local())
    }

    /// The local time with its offset, as RFC 3339: `2026-11-23T08:00:00+08:00`.
    #[must_use]
    pub fn rfc3339(self, local: Stamp) -> String {
        let naive = local.date_time();
        let offset = match self.0.offset_from_local_datetime(&naive) {
            MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => offset.fix(),
            MappedLocalTime::None => self.0.offset_from_utc_datetime(&naive).fix(),
        };
        let time: DateTime<FixedOffset> =
            DateTime::from_naive_utc_and_offset(naive - offset, offset);
        time.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }
}

/// `09:30` of a number of minutes since midnight; `24:00` at the day's end.
#[must_use]
pub fn clock(minutes: i32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Reads `09:30` or `24:00` as minutes since midnight.
#[must_use]
pub fn parse_clock(text: &str) -> Option<i32> {
    if text == "24:00" {
        return Some(DAY);
    }
    let time = plain_clock(text.as_bytes())
        .or_else(|| NaiveTime::parse_from_str(strict(text, 5)?, "%H:%M").ok())?;
    i32::try_from((time - NaiveTime::MIN).num_minutes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_and_printed_here_is_what_chrono_reads_and_prints() {
        let first = NaiveDate::from_ymd_opt(1899, 12, 25).unwrap();
        let days = (0..110_000)
            .step_by(13)
            .filter_map(|n| first.checked_add_days(chrono::Days::new(n)));
        for (at, date) in (0..).zip(days) {
            let text = date.format("%Y-%m-%d").to_string();
            assert_eq!(Day::of(date).to_string(), text);
            assert_eq!(Day::parse(&text), Ok(Day::of(date)));
            let (hour, minute) = (at % 24, at % 60);
            let time = date.and_hms_opt(hour, minute, 0).unwrap();
            let text = time.format("%Y-%m-%dT%H:%M").to_string();
            let stamp = Stamp::of(time);
            if (1900..=2200).contains(&date.year()) {
                assert_eq!(stamp.to_string(), text);
                assert_eq!(Stamp::parse_local(&text), Some(stamp));
                assert_eq!(Stamp::parse_local(&text.replace('T', " ")), Some(stamp));
                let later = Stamp(stamp.0 + 7);
                assert_eq!(later.to_string(), format!("{text}:07"));
                assert_eq!(Stamp::parse_local(&later.to_string()), Some(later));
            } else {
                assert_eq!(Stamp::parse_local(&text), None);
            }
        }
        for wrong in [
            "2026-02-30",
            "2026-13-01",
            "2026-1-1",
            "26-01-01",
            "2026-01-0x",
            "二〇-01-01",
            "",
        ] {
            assert!(Day::parse(wrong).is_err(), "{wrong}");
        }
        for wrong in ["2026-01-01T24:00", "2026-01-01T09:60", "2026-01-01"] {
            assert_eq!(Stamp::parse_local(wrong), None, "{wrong}");
        }
        assert_eq!(parse_clock("23:59"), Some(DAY - 1));
        for wrong in ["24:01", "9:00", "09:60", "09:0", "0９:00"] {
            assert_eq!(parse_clock(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_read_and_print_the_same() {
        for text in ["2026-11-24T09:00", "1969-12-31T23:59", "2024-02-29T00:00"] {
            assert_eq!(
                Minute::parse(text).map(|m| m.to_string()).as_deref(),
                Ok(text)
            );
        }
        let zone = Zone::default();
        assert_eq!(
            Stamp::parse("2026-11-23T08:00:07", zone)
                .map(|s| s.to_string())
                .as_deref(),
            Ok("2026-11-23T08:00:07")
        );
    }

    #[test]
    fn an_offset_is_turned_into_local_time() {
        let zone = Zone::default();
        let local = Stamp::parse("2026-11-23T08:00", zone);
        for same in [
            "2026-11-23T08:00:00+08:00",
            "2026-11-23T00:00Z",
            "2026-11-22T19:00-05:00",
        ] {
            assert_eq!(Stamp::parse(same, zone), local, "{same}");
        }
        assert_eq!(zone.rfc3339(local.unwrap()), "2026-11-23T08:00:00+08:00");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "2026-02-29T09:00",
            "2026-11-24",
            "24.11.2026 09:00",
            "2026-11-24T25:00",
            "2026-11-24T09:00:30",
            "",
        ] {
            assert!(Minute::parse(bad).is_err(), "{bad}");
        }
        for bad in ["2026-13-01", "2026-1-1", "26-01-01", "x"] {
            assert!(Day::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        let monday = Day::parse("2026-11-23").unwrap();
        assert_eq!(monday.weekday(), 0);
        assert_eq!(Day(monday.0 + 6).iso_week(), monday.iso_week());
        assert_eq!(Day(monday.0 - 1).iso_week(), monday.iso_week() - 1);
    }
}
