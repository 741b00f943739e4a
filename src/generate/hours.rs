//! When suppliers can come: retired people on weekdays, those who work in the evening and at weekends, pupils and students at weekends.

use super::dice::Dice;

const WEEKDAYS: u8 = 0b001_1111;
const WEEKENDS: u8 = 0b110_0000;
const DAILY: u8 = 0b111_1111;

/// A weekly window: days (Monday is the lowest bit) and the half hours [from, to).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) days: u8,
    pub(super) from: u8,
    pub(super) to: u8,
}

/// The windows of a supplier; unused ones have no days.
pub(super) type Windows = [Window; 2];

/// Whose hours they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Retired,
    Worker,
    Student,
    Flexible,
    Organisation,
    Unit,
}

impl Window {
    /// A window of days and half hours.
    pub(super) const fn new(days: u8, from: u8, to: u8) -> Self {
        Self { days, from, to }
    }

    /// Whether visits on `days` that begin at `minute` fit.
    pub(super) fn covers(self, days: u8, minute: u16, minutes: u16) -> bool {
        let (from, to) = (u16::from(self.from) * 30, u16::from(self.to) * 30);
        self.days & days == days && from <= minute && minute + minutes <= to
    }
}

/// Draws the windows of a life.
pub(super) fn draw(dice: &mut Dice, life: Life) -> Windows {
    let none = Window::default();
    match life {
        Life::Retired => {
            let morning = Window::new(
                some_weekdays(dice),
                dice.pick(&[16, 17, 18]),
                dice.pick(&[22, 23, 24]),
            );
            let afternoon = Window::new(
                some_weekdays(dice),
                dice.pick(&[27, 28, 29]),
                dice.pick(&[32, 33, 34, 36]),
            );
            if dice.permille(650) {
                [morning, afternoon]
            } else {
                [morning, none]
            }
        }
        Life::Worker => {
            let evening = Window::new(
                some_weekdays(dice),
                dice.pick(&[36, 37, 38]),
                dice.pick(&[42, 42, 43]),
            );
            let weekend = Window::new(
                dice.pick(&[WEEKENDS, 0b010_0000, 0b100_0000]),
                dice.pick(&[16, 18, 18, 20]),
                dice.pick(&[24, 34, 36, 40]),
            );
            match dice.below(10) {
                0..3 => [evening, none],
                3..6 => [weekend, none],
                _ => [evening, weekend],
            }
        }
        Life::Student => {
            let weekend = Window::new(
                dice.pick(&[WEEKENDS, WEEKENDS, 0b010_0000]),
                dice.pick(&[18, 19, 20]),
                dice.pick(&[32, 34, 36]),
            );
            let afternoon = Window::new(1 << dice.below(5), 28, dice.pick(&[34, 36]));
            if dice.permille(350) {
                [weekend, afternoon]
            } else {
                [weekend, none]
            }
        }
        Life::Flexible if dice.permille(120) => [Window::new(DAILY, 36, 48), none],
        Life::Flexible => [
            Window::new(
                dice.pick(&[DAILY, DAILY, WEEKDAYS]),
                dice.pick(&[15, 16, 18]),
                dice.pick(&[36, 38, 40, 42]),
            ),
            none,
        ],
        Life::Organisation => {
            let week = Window::new(WEEKDAYS, dice.pick(&[16, 17, 18]), dice.pick(&[34, 35, 36]));
            let saturday = Window::new(
                dice.pick(&[0b010_0000, WEEKENDS]),
                18,
                dice.pick(&[24, 32, 34]),
            );
            if dice.permille(450) {
                [week, saturday]
            } else {
                [week, none]
            }
        }
        Life::Unit => [
            Window::new(
                dice.pick(&[WEEKDAYS, WEEKDAYS, DAILY]),
                dice.pick(&[17, 18, 20]),
                dice.pick(&[33, 34, 36, 40]),
            ),
            none,
        ],
    }
}

fn some_weekdays(dice: &mut Dice) -> u8 {
    if dice.permille(350) {
        return WEEKDAYS;
    }
    let count = dice.between(1, 3);
    (0..count).fold(0, |days, _| days | 1 << dice.below(5))
}

/// The windows as SPEC §2 writes them.
pub(super) fn cell(windows: Windows) -> String {
    let used = windows.iter().filter(|window| window.days != 0);
    used.map(|window| {
        format!(
            "{} {}-{}",
            day_names(window.days),
            clock(window.from),
            clock(window.to)
        )
    })
    .collect::<Vec<_>>()
    .join("; ")
}

fn clock(half_hour: u8) -> String {
    format!("{:02}:{:02}", half_hour / 2, half_hour % 2 * 30)
}

fn day_names(days: u8) -> String {
    match days {
        WEEKDAYS => "weekdays".to_owned(),
        WEEKENDS => "weekends".to_owned(),
        DAILY => "daily".to_owned(),
        _ => ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            .iter()
            .enumerate()
            .filter(|(index, _)| days & (1 << index) != 0)
            .map(|(_, name)| *name)
            .collect::<Vec<_>>()
            .join(","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_written_as_the_specification_has_them() {
        let windows = [
            Window::new(WEEKDAYS, 36, 42),
            Window::new(0b010_0001, 17, 48),
        ];
        assert_eq!(cell(windows), "weekdays 18:00-21:00; mon,sat 08:30-24:00");
        assert_eq!(cell(Windows::default()), "");
    }

    #[test]
    fn every_life_has_windows_that_end_after_they_begin() {
        let mut dice = Dice::new(3, 3);
        for life in [
            Life::Retired,
            Life::Worker,
            Life::Student,
            Life::Flexible,
            Life::Organisation,
            Life::Unit,
        ] {
            for _ in 0..200 {
                let windows = draw(&mut dice, life);
                assert!(windows[0].days != 0);
                assert!(
                    windows
                        .iter()
                        .all(|one| one.days == 0 || (one.from < one.to && one.to <= 48))
                );
            }
        }
    }
}
