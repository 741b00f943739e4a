//! Resident identity numbers (GB 11643).

use chrono::NaiveDate;

use super::problem::Said;
use crate::both;

/// Weights of the 17 digits (GB 11643-1999, ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character of each remainder.
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// Checks a number of 18 characters and gives it with a capital `X`.
///
/// # Errors
/// When its length, a character, its date or its check character is wrong; the number itself is not repeated in the message.
pub fn parse(text: &str) -> Result<String, Said> {
    let number = text.to_ascii_uppercase();
    let characters: Vec<char> = number.chars().collect();
    let length = characters.len();
    let [digits @ .., check] = characters.as_slice() else {
        return Err(wrong_length(length));
    };
    if length != 18 {
        return Err(wrong_length(length));
    }
    let Some(values) = digits
        .iter()
        .map(|c| c.to_digit(10))
        .collect::<Option<Vec<u32>>>()
    else {
        return Err(both!(zh: "前 17 位必须是数字", en: "the first 17 characters must be digits"));
    };
    let date: String = digits.iter().skip(6).take(8).collect();
    if NaiveDate::parse_from_str(&date, "%Y%m%d").is_err() {
        return Err(
            both!(zh: "第 7 至 14 位 {date} 不是日期", en: "characters 7 to 14, {date}, are no date"),
        );
    }
    let sum: u32 = values
        .iter()
        .zip(WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    if CHECKS.get(sum as usize % 11) == Some(check) {
        Ok(number)
    } else {
        Err(
            both!(zh: "校验码不对，请核对证件号码", en: "the check character is wrong: compare the number with the card"),
        )
    }
}

fn wrong_length(length: usize) -> Said {
    both!(zh: "身份证号有 {length} 个字符，应为 18 个", en: "an identity number has 18 characters, not {length}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_s_own_example_is_right() {
        assert_eq!(
            parse("11010519491231002x").as_deref(),
            Ok("11010519491231002X")
        );
    }

    #[test]
    fn each_kind_of_mistake_is_named() {
        for (bad, named) in [
            ("110105194912310021", "check character"),
            ("11010519491331002X", "19491331"),
            ("11010519491231002", "17"),
            ("1101051949123100AX", "digits"),
            ("", "18"),
        ] {
            assert!(
                parse(bad).is_err_and(|said| said.en.contains(named)),
                "{bad}"
            );
        }
    }
}
