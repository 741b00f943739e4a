//! What the visits of a question take of weekdays and weeks: worked out once for everybody who is looked at.

use crate::domain::time::DAY;
use crate::domain::{Day, Minute, Week as Windows};

/// Half hours of a weekday, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hours {
    pub(super) weekday: u8,
    pub(super) taken: u64,
}

impl Hours {
    /// What visits of one length take; the like once.
    pub(super) fn of(visits: &[Minute], minutes: u16) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for visit in visits {
            let hours = Self {
                weekday: visit.day().weekday(),
                taken: Windows::taken(*visit, minutes),
            };
            if !all.contains(&hours) {
                all.push(hours);
            }
        }
        all
    }
}

/// An ISO week with visits looked at: its minutes from and to, and those that the visits take.
#[derive(Clone, Copy)]
pub(super) struct Week {
    pub(super) from: Minute,
    pub(super) to: Minute,
    pub(super) taken: i32,
}

impl Week {
    /// The weeks of some visits of one length, the earliest first.
    pub(super) fn of(visits: &[Minute], minutes: u16) -> Vec<Self> {
        let mut weeks: Vec<Self> = Vec::new();
        for visit in visits {
            let from = monday(*visit);
            match weeks.iter_mut().find(|week| week.from == from) {
                Some(week) => week.taken += i32::from(minutes),
                None => weeks.push(Self {
                    from,
                    to: from.plus(7 * DAY),
                    taken: i32::from(minutes),
                }),
            }
        }
        weeks.sort_unstable_by_key(|week| week.from);
        weeks
    }
}

/// The moment from which on what starts may be in the way of a visit, or in its week.
pub(super) fn since(visits: &[Minute]) -> Minute {
    // None takes longer than a day, and a quarter of an hour lies between two.
    let first = visits.iter().min();
    first.map_or(Minute::default(), |first| {
        monday(*first).min(first.plus(-DAY - 15))
    })
}

/// When the week of a visit begins.
fn monday(visit: Minute) -> Minute {
    let day = visit.day();
    Day(day.0 - i32::from(day.weekday())).start()
}
