//! What identifies a made-up person, without being anybody's.

use super::calendar::{Day, compact};
use super::dice::Dice;
use super::words::Words;

/// Weights of the 17 digits (GB 11643, ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// Days of a year, near enough for ages.
pub(super) const YEAR: Day = 365;

/// 1975-01-01: names went with the fashion.
const NEW_NAMES: Day = 1826;

/// A person's own particulars.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) male: bool,
    pub(super) birth: Day,
    pub(super) phone: String,
    pub(super) id_number: String,
}

impl Person {
    /// Somebody born on a day.
    pub(super) fn born(dice: &mut Dice, words: &Words, male: bool, birth: Day) -> Self {
        Self {
            name: words.person(dice, male, birth < NEW_NAMES),
            male,
            birth,
            phone: phone(dice),
            id_number: id_number(dice, male, birth),
        }
    }

    /// `m` or `f`
    pub(super) fn sex(&self) -> &'static str {
        if self.male { "m" } else { "f" }
    }
}

/// A telephone number that nobody has: mobile numbers in China begin with 13 to 19, so no subscriber has eleven digits that begin with
/// 100; what follows is kept to 4 so that it does not begin like an operator's service number (10000, 10010, 10086) either.
pub(super) fn phone(dice: &mut Dice) -> String {
    format!("1004{:07}", dice.below(10_000_000))
}

/// An identity number that is right and nobody's: GB/T 2260 gives Beijing (11) the prefectures 01 and 02 only, and never gave any province a
/// prefecture 99, so no card was ever issued with an area code 1199xx. The last digit before the check is odd for men.
pub(super) fn id_number(dice: &mut Dice, male: bool, birth: Day) -> String {
    let area = 119_900 + dice.below(100);
    let serial = 2 * dice.below(498) + if male { 3 } else { 2 };
    let digits = format!("{area}{}{serial:03}", compact(birth));
    let check = check_character(&digits);
    format!("{digits}{check}")
}

/// The check character of 17 digits.
pub(super) fn check_character(digits: &str) -> char {
    let values = digits
        .bytes()
        .map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = values
        .zip(WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    char::from(CHECKS[(sum % 11) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_is_the_standard_s() {
        assert_eq!(check_character("11010519491231002"), 'X');
        assert_eq!(check_character("44052418800101001"), '4');
    }

    #[test]
    fn no_number_can_belong_to_anybody() {
        let mut dice = Dice::new(1, 1);
        for birth in -12_000..-11_000 {
            let number = id_number(&mut dice, birth % 2 == 0, birth);
            assert!(number.starts_with("1199") && number.len() == 18);
            let phone = phone(&mut dice);
            assert!(phone.starts_with("100") && phone.len() == 11);
        }
    }
}
