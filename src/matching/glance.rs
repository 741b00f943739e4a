//! What decides about most suppliers before anything else of them is read: a few bytes each.

use super::cards::Offer;
use super::index::Closed;
use crate::domain::{Day, Minute, Outcome};

/// The last of the bits stands for every capability that has none of its own.
const OTHERS: u32 = 31;
/// Minutes that a step of the weekly limit stands for.
const STEP: i32 = 30;
/// No day away.
const NEVER: (u16, u16) = (u16::MAX, 0);
/// No weekly limit.
const NO_LIMIT: u8 = u8::MAX;

/// Visits and ratings of a supplier, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) completed: u32,
    pub(super) no_shows: u32,
    pub(super) ratings: u32,
    pub(super) rating_sum: u32,
}

impl Sums {
    /// Counts a closed visit, or counts it no longer.
    pub(super) fn count(&mut self, closed: &Closed, is: bool) {
        let change = |sum: &mut u32, by: u32| {
            *sum = if is {
                sum.saturating_add(by)
            } else {
                sum.saturating_sub(by)
            };
        };
        match closed.outcome {
            Outcome::Completed => {
                change(&mut self.completed, 1);
                if let Some(rating) = closed.rating {
                    change(&mut self.ratings, 1);
                    change(&mut self.rating_sum, u32::from(rating.get()));
                }
            }
            Outcome::NoShow => change(&mut self.no_shows, 1),
            Outcome::CancelledByResident | Outcome::CancelledBySupplier => {}
        }
    }

    /// The criterion `rating` of SPEC §3.
    pub(super) fn rating(self) -> f64 {
        ((f64::from(self.rating_sum) + 20.0) / (f64::from(self.ratings) + 5.0) - 1.0) / 4.0
    }

    /// The criterion `reliability` of SPEC §3.
    pub(super) fn reliability(self) -> f64 {
        let completed = f64::from(self.completed);
        (completed + 9.0) / (completed + f64::from(self.no_shows) + 10.0)
    }
}

/// A supplier at a glance. What it says is sure, and what it leaves open the rules decide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glance {
    /// A bit for each capability.
    held: u32,
    /// The day after the last on which something booked or closed starts; 0 when there never was anything.
    busy: u16,
    /// Parts of 255 that the criteria `rating` and `reliability` are not above.
    rating: u8,
    reliability: u8,
    /// Half hours of a week that are surely within the limit.
    within: u8,
    /// From the first to the last day away, counted as `busy` is; the first is after the last without any.
    away: (u16, u16),
    /// Whether the rules must be asked in any case: of those without a record or without room for anybody.
    odd: bool,
    /// Whether some credential runs out.
    expires: bool,
}

impl Default for Glance {
    fn default() -> Self {
        let none = Sums::default();
        Self {
            held: 0,
            busy: 0,
            rating: part(none.rating()),
            reliability: part(none.reliability()),
            within: NO_LIMIT,
            away: NEVER,
            odd: true,
            expires: false,
        }
    }
}

/// A value of 0 to 1 in parts of 255, rounded up.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before"
)]
fn part(value: f64) -> u8 {
    (value * 255.0).ceil().clamp(0.0, 255.0) as u8
}

/// A day, counted so that the first is 1.
fn counted(day: Day) -> u16 {
    u16::try_from(day.0.saturating_add(1).max(1)).unwrap_or(u16::MAX)
}

fn bit(capability: u32) -> u32 {
    1 << capability.min(OTHERS)
}

/// A bit for each of some capabilities.
pub(super) fn bits(capabilities: impl Iterator<Item = u32>) -> u32 {
    capabilities.fold(0, |bits, id| bits | bit(id))
}

impl Glance {
    /// Takes in what a supplier's record says.
    pub(super) fn put(&mut self, offer: &Offer) {
        self.held = bits(offer.held.iter().map(|(id, _)| *id));
        self.expires = offer.held.iter().any(|(_, until)| until.is_some());
        self.odd = offer.capacity == 0;
        self.away = offer.away.iter().fold(NEVER, |(from, to), away| {
            (from.min(counted(away.from)), to.max(counted(away.to)))
        });
        self.within = offer.max_hours.map_or(NO_LIMIT, half_hours);
    }

    /// Takes in that something booked or closed starts then. It is not forgotten when it is gone again: at worst more is
    /// looked at than need be.
    pub(super) fn meet(&mut self, start: Minute) {
        self.busy = self.busy.max(counted(start.day()));
    }

    pub(super) fn count(&mut self, sums: Sums) {
        self.rating = part(sums.rating());
        self.reliability = part(sums.reliability());
    }

    /// Whether nothing was ever booked or closed.
    pub(super) fn is_blank(&self) -> bool {
        self.busy == 0
    }

    pub(super) fn rating(&self) -> u8 {
        self.rating
    }

    pub(super) fn reliability(&self) -> u8 {
        self.reliability
    }
}

/// The whole half hours of some hours; fewer when there are more than there can be.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before"
)]
fn half_hours(hours: f64) -> u8 {
    (hours * 2.0).floor().clamp(0.0, f64::from(NO_LIMIT - 1)) as u8
}

/// What a glance can tell of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No rule that can be told by a glance refuses.
    Passes,
    /// Some rule refuses.
    Refused,
    /// The rules are to be asked.
    Open,
}

/// What a need asks that a glance can tell.
#[derive(Clone, Debug)]
pub(super) struct Glimpse {
    /// For each required capability the bits of those that count as it.
    required: Vec<u32>,
    /// Who has nothing from this day on is idle.
    busy: u16,
    /// From the first to the last day of the visits.
    days: (u16, u16),
    /// The most half hours that the visits take of a week, rounded up.
    taken: u8,
}

impl Glimpse {
    /// `required`: for each required capability what [`bits`] makes of those that count as it. `since`: nothing that
    /// starts before is in the way. `taken`: the most minutes of a week.
    pub(super) fn of(required: Vec<u32>, visits: &[Minute], since: Minute, taken: i32) -> Self {
        let days = visits.iter().map(|visit| counted(visit.day()));
        Self {
            required,
            busy: counted(since.day()),
            days: days.fold(NEVER, |(from, to), day| (from.min(day), to.max(day))),
            // What takes more half hours than can be counted is within no limit.
            taken: u8::try_from((taken + STEP - 1) / STEP).unwrap_or(NO_LIMIT),
        }
    }

    /// What is to be said of a supplier about capabilities, credentials, bookings, days away and the weekly limit.
    #[inline]
    pub(super) fn at(&self, glance: &Glance) -> Verdict {
        let mut open = glance.odd
            || glance.busy >= self.busy
            || glance.away.0 <= self.days.1 && self.days.0 <= glance.away.1
            || glance.within != NO_LIMIT && self.taken > glance.within;
        for bits in &self.required {
            let held = glance.held & bits;
            if held == 0 {
                return Verdict::Refused;
            }
            open |= held == bit(OTHERS) || glance.expires;
        }
        if open { Verdict::Open } else { Verdict::Passes }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU8;

    use super::*;

    fn verdict(held: &[(u32, Option<Day>)], required: &[&[u32]], from: &str) -> Verdict {
        let mut glance = Glance::default();
        glance.put(&Offer {
            capacity: 1,
            held: held.to_vec(),
            away: vec![crate::domain::record::Away {
                from: Day::parse("2026-12-01").unwrap(),
                to: Day::parse("2026-12-05").unwrap(),
            }],
            max_hours: Some(1.2),
            ..Offer::default()
        });
        glance.meet(Minute::parse("2026-11-01T09:00").unwrap());
        let visit = Minute::parse(from).unwrap();
        let required = required
            .iter()
            .map(|all| bits(all.iter().copied()))
            .collect();
        Glimpse::of(required, &[visit], visit, 60).at(&glance)
    }

    #[test]
    fn a_glance_says_only_what_is_sure() {
        let day = "2026-11-24T09:00";
        assert_eq!(verdict(&[(3, None)], &[&[3]], day), Verdict::Passes);
        assert_eq!(verdict(&[(3, None)], &[&[3, 40]], day), Verdict::Passes);
        assert_eq!(verdict(&[(3, None)], &[&[4]], day), Verdict::Refused);
        // Nobody has a capability that does not exist.
        assert_eq!(verdict(&[(3, None)], &[&[]], day), Verdict::Refused);
        // It may be another of those that have no bit of their own.
        assert_eq!(verdict(&[(40, None)], &[&[41]], day), Verdict::Open);
        assert_eq!(verdict(&[(3, Some(Day(0)))], &[&[3]], day), Verdict::Open);
        assert_eq!(verdict(&[(3, Some(Day(0)))], &[], day), Verdict::Passes);
        assert_eq!(verdict(&[], &[], "2026-11-01T20:00"), Verdict::Open);
        assert_eq!(verdict(&[], &[], "2026-12-05T09:00"), Verdict::Open);
        assert_eq!(verdict(&[], &[], "2026-12-06T09:00"), Verdict::Passes);
    }

    #[test]
    fn a_visit_that_is_counted_no_longer_leaves_nothing_behind() {
        let visit = |outcome, rating: Option<u8>| Closed {
            outcome,
            rating: rating.and_then(NonZeroU8::new),
            ..Closed::default()
        };
        let mut sums = Sums::default();
        let visits = [
            visit(Outcome::Completed, Some(2)),
            visit(Outcome::Completed, None),
            visit(Outcome::NoShow, None),
            visit(Outcome::CancelledBySupplier, None),
        ];
        for visit in &visits {
            sums.count(visit, true);
        }
        assert!((sums.reliability() - 11.0 / 13.0).abs() < 1e-12);
        assert!((sums.rating() - (22.0 / 6.0 - 1.0) / 4.0).abs() < 1e-12);
        for visit in &visits {
            sums.count(visit, false);
        }
        assert_eq!(sums, Sums::default());
    }
}
