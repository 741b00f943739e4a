//! Values of a cell, as SPEC §2 writes them, to and from text.

use std::fmt::Display;

use super::code::Code;
use super::kinds::Word;
use super::problem::Said;
use super::time::{Day, Minute};
use crate::both;

/// A text that must be there.
///
/// # Errors
/// When it is empty.
pub fn required(text: &str) -> Result<String, Said> {
    if text.is_empty() {
        Err(missing())
    } else {
        Ok(text.to_owned())
    }
}

/// What is said of a value that must be there and is not.
#[must_use]
pub fn missing() -> Said {
    both!(zh: "必须填写", en: "must be given")
}

/// An optional value: none when the cell is empty.
///
/// # Errors
/// Those of `parse`.
pub fn optional<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, Said>,
) -> Result<Option<T>, Said> {
    if text.is_empty() {
        Ok(None)
    } else {
        parse(text).map(Some)
    }
}

/// A value that must be there.
///
/// # Errors
/// When the cell is empty, and those of `parse`.
pub fn needed<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, Said>) -> Result<T, Said> {
    if text.is_empty() {
        Err(missing())
    } else {
        parse(text)
    }
}

/// The text of an optional value; empty for none.
pub fn print<T: Display>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// The parts of a list, separated by `;`, without empty ones; each counts once.
///
/// # Errors
/// Those of `parse`.
pub fn list<T: PartialEq>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, Said>,
) -> Result<Vec<T>, Said> {
    let mut values = Vec::new();
    for part in parts(text) {
        let value = parse(part)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

/// The parts of a list, separated by `;`, without empty ones.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// The cell of a list.
pub fn join<T: Display>(values: &[T]) -> String {
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(";")
}

/// A list of codes.
///
/// # Errors
/// When one is no code.
pub fn codes(text: &str) -> Result<Vec<Code>, Said> {
    list(text, Code::parse)
}

/// A number of degrees within `limit` of 0.
///
/// # Errors
/// When it is no number or outside.
pub fn degrees(text: &str, limit: f64) -> Result<f64, Said> {
    number(text).filter(|value| value.abs() <= limit).ok_or_else(|| both!(zh: "必须是 -{limit} 到 {limit} 之间的度数", en: "must be degrees from -{limit} to {limit}"))
}

/// A number of 0 or more.
///
/// # Errors
/// When it is no number or below 0.
pub fn positive(text: &str) -> Result<f64, Said> {
    number(text)
        .filter(|value| *value >= 0.0)
        .ok_or_else(|| both!(zh: "必须是不小于 0 的数", en: "must be a number of 0 or more"))
}

/// Finite numbers only, and -0 as 0, so that equal values print the same.
fn number(text: &str) -> Option<f64> {
    text.parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
        .map(|value| value + 0.0)
}

/// A whole number within `from` to `to`.
///
/// # Errors
/// When it is no whole number or outside.
pub fn whole<T: TryFrom<u32>>(text: &str, from: u32, to: u32) -> Result<T, Said> {
    text.parse::<u32>()
        .ok()
        .filter(|value| (from..=to).contains(value))
        .and_then(|value| T::try_from(value).ok())
        .ok_or_else(|| both!(zh: "必须是 {from} 到 {to} 的整数", en: "must be a whole number from {from} to {to}"))
}

/// `yes` or nothing (`no` is understood).
///
/// # Errors
/// When it is something else.
pub fn flag(text: &str) -> Result<bool, Said> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" | "是" => Ok(true),
        "" | "no" | "false" | "0" | "否" => Ok(false),
        _ => Err(both!(zh: "只能是 yes 或空", en: "must be yes or empty")),
    }
}

/// The cell of a flag.
#[must_use]
pub fn print_flag(value: bool) -> String {
    if value {
        "yes".to_owned()
    } else {
        String::new()
    }
}

/// A word of a closed list.
///
/// # Errors
/// When it is none of the list.
pub fn word<T: Word>(text: &str) -> Result<T, Said> {
    T::parse(text)
}

/// Dates or times of a list, sorted, each once.
///
/// # Errors
/// When one is no local time.
pub fn minutes(text: &str) -> Result<Vec<Minute>, Said> {
    let mut values = list(text, Minute::parse)?;
    values.sort_unstable();
    Ok(values)
}

/// A date.
///
/// # Errors
/// When it is none.
pub fn day(text: &str) -> Result<Day, Said> {
    Day::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_given_twice_in_a_list_counts_once() {
        assert_eq!(
            codes("a;b; a ;;c").map(|codes| join(&codes)).as_deref(),
            Ok("a;b;c")
        );
    }

    #[test]
    fn numbers_are_finite_and_within_bounds() {
        for bad in ["", "x", "NaN", "inf", "91"] {
            assert!(degrees(bad, 90.0).is_err(), "{bad}");
        }
        assert_eq!(
            degrees("-0", 90.0)
                .map(|value| value.to_string())
                .as_deref(),
            Ok("0")
        );
        assert_eq!(
            whole::<u16>("1441", 15, 1440).map_err(|said| said.en),
            Err("must be a whole number from 15 to 1440".to_owned())
        );
    }
}
