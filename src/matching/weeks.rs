//! The weekly windows of all suppliers, each that is the like once: by weekdays, so that a visit reads one word.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::taken::Hours;
use crate::domain::Week;

/// Weekly windows by number.
#[derive(Debug, Default)]
pub(super) struct Weeks {
    days: [Vec<u64>; 7],
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Weeks {
    /// The number of weekly windows, which they get when they have none.
    pub(super) fn id(&mut self, week: Week) -> u32 {
        let hash = self.hasher.hash_one(week.0);
        let days = &self.days;
        if let Some(id) = self.table.find(hash, |id| week_of(days, *id) == week) {
            return *id;
        }
        let id = u32::try_from(self.days[0].len()).unwrap_or(u32::MAX);
        for (column, day) in self.days.iter_mut().zip(week.0) {
            column.push(day);
        }
        let (days, hasher) = (&self.days, &self.hasher);
        self.table
            .insert_unique(hash, id, |id| hasher.hash_one(week_of(days, *id).0));
        id
    }

    /// The half hours of a weekday, of all weekly windows by their numbers.
    pub(super) fn column(&self, weekday: u8) -> &[u64] {
        self.days
            .get(usize::from(weekday))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether half hours lie inside weekly windows.
    pub(super) fn gives(&self, id: u32, hours: Hours) -> bool {
        let offered = self.column(hours.weekday).get(id as usize);
        offered.is_some_and(|offered| offered & hours.taken == hours.taken)
    }

    /// Numbers them anew, those that most have first, so that what is read most lies together, and leaves out what nobody
    /// has; `used` are the numbers in use, each as often as it is. Tells the new numbers by the old ones.
    pub(super) fn pack(&mut self, used: impl Iterator<Item = u32>) -> Vec<u32> {
        let count = self.days[0].len();
        let mut times = vec![0_u32; count];
        for id in used {
            if let Some(times) = times.get_mut(id as usize) {
                *times += 1;
            }
        }
        let mut order: Vec<(u32, u32)> = (0..).zip(&times).map(|(id, n)| (*n, id)).collect();
        order.retain(|(times, _)| *times > 0);
        order.sort_unstable_by_key(|(times, id)| (std::cmp::Reverse(*times), *id));
        let mut packed = Self::default();
        let mut numbers = vec![0; count];
        for (_, old) in order {
            let new = packed.id(week_of(&self.days, old));
            if let Some(number) = numbers.get_mut(old as usize) {
                *number = new;
            }
        }
        packed.days.iter_mut().for_each(Vec::shrink_to_fit);
        *self = packed;
        numbers
    }
}

fn week_of(days: &[Vec<u64>; 7], id: u32) -> Week {
    let mut week = Week::default();
    for (day, column) in week.0.iter_mut().zip(days) {
        *day = column.get(id as usize).copied().unwrap_or_default();
    }
    week
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Minute;

    #[test]
    fn the_like_have_one_number_and_give_what_they_offer() {
        let mut weeks = Weeks::default();
        let texts = [
            "weekdays 18:00-21:00",
            "sat 08:00-12:00",
            "",
            "weekdays 18:00-21:00",
        ];
        let ids: Vec<u32> = texts
            .map(|text| weeks.id(Week::parse(text).unwrap()))
            .to_vec();
        assert_eq!(ids, [0, 1, 2, 0]);
        for (id, text) in ids.iter().zip(texts) {
            assert_eq!(week_of(&weeks.days, *id), Week::parse(text).unwrap());
        }
        let monday = Minute::parse("2026-11-23T20:00").unwrap();
        let gives = |id, minutes| {
            Hours::of(&[monday], minutes)
                .iter()
                .all(|hours| weeks.gives(id, *hours))
        };
        assert!(gives(0, 60));
        assert!(!gives(0, 61));
        assert!(!gives(1, 60));
        assert!(!gives(3, 60));
        let numbers = weeks.pack([1, 0, 0].into_iter());
        assert_eq!(numbers, [0, 1, 0]);
        assert_eq!(week_of(&weeks.days, 1), Week::parse(texts[1]).unwrap());
        assert_eq!(weeks.days[0].len(), 2);
    }
}
