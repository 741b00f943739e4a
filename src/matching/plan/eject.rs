//! Better plans by letting several needs go at once: a need takes a supplier, whoever is in its way there gives that one up,
//! and each of those finds somebody else, where it must in the same way; what room is left goes to others who would like
//! that supplier. A chain of displacements (`assign.rs`) is the case in which only one is in the way each time.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::assign::{Search, Step};
use super::market::Worth;

/// How often candidates may be looked at and asked whether they can take needs, in one plan.
pub(super) const EFFORT: usize = 60_000;
/// How often for one place.
const SHARE: usize = 10_000;
/// How often those who are in the way may push others away in their turn.
const DEPTH: usize = 2;
/// Needs that may be in the way of another and can't go together with it.
const WIDE: usize = 4;
/// Candidates of a need that are looked at.
const REACH: usize = 12;

/// A need and a supplier whom it would take.
#[derive(Clone, Copy)]
struct Pair {
    need: usize,
    supplier: usize,
    worth: Worth,
}

/// Goes once through the needs that could do better; whether the sum grew.
pub(super) fn eject(search: &mut Search<'_>, effort: &mut usize) -> bool {
    let mut grew = false;
    let wishes = Wishes::of(search);
    for need in 0..search.wanted.len() {
        if search.places_left(need) > 0 {
            grew |= attempt(search, &wishes, need, None, effort);
        }
        for seat in search.regretted(need) {
            // It may have gone with what was done for another.
            let held = search.seat(need, seat.supplier).copied();
            if let Some(held) = held {
                let held = Some((held.supplier, held.worth));
                grew |= attempt(search, &wishes, need, held, effort);
            }
        }
    }
    grew
}

/// Finds a supplier for a place of a need, in place of the one whom it has there. Nothing changes where that is no gain.
fn attempt(
    search: &mut Search<'_>,
    wishes: &Wishes,
    need: usize,
    held: Option<(usize, Worth)>,
    effort: &mut usize,
) -> bool {
    let before = search.asked();
    let share = SHARE.min(*effort);
    if share == 0 {
        return false;
    }
    search.trail.clear();
    let mut least = Worth::default();
    if let Some((supplier, worth)) = held {
        search.give_up(need, supplier);
        least = worth;
    }
    let mut pushing = Pushing {
        search,
        until: before + share,
    };
    let gain = pushing.settle(need, least, DEPTH, Some(wishes));
    *effort = effort.saturating_sub(search.asked() - before);
    if gain <= least {
        search.undo(0);
    }
    gain > least
}

/// The search, and how long it may go on.
struct Pushing<'a, 'b> {
    search: &'a mut Search<'b>,
    until: usize,
}

impl Pushing<'_, '_> {
    fn is_over(&self) -> bool {
        self.search.asked() >= self.until
    }

    /// Gives a need one more supplier in the best way that is found, and returns what that gains. What gains no more than
    /// `least` is of no use.
    fn settle(
        &mut self,
        need: usize,
        least: Worth,
        depth: usize,
        wishes: Option<&Wishes>,
    ) -> Worth {
        let start = self.search.trail.len();
        let mut best = Worth::default();
        let mut way = Vec::new();
        if let Some((gain, chains)) = self.search.best_chain(need) {
            self.search.follow(&chains);
            best = gain;
            way = self.take_back(start);
        }
        for at in 0..if depth > 0 { REACH } else { 0 } {
            let Some((supplier, worth)) = self.search.candidate(need, at) else {
                break;
            };
            let hope = wishes.map_or_else(Worth::default, |w| w.hope(self.search, supplier, need));
            if self.is_over() {
                break;
            }
            let known = self.search.load(supplier).contains(&need);
            if known || worth + hope <= best.max(least) {
                continue;
            }
            if self.search.can_take(supplier, need, None) {
                // The chains know that one.
                break;
            }
            let pair = Pair {
                need,
                supplier,
                worth,
            };
            let most = worth + hope - best.max(least);
            for others in in_the_way(self.search, pair, most) {
                if let Some(gain) = self.push(pair, &others, best.max(least), depth, wishes) {
                    best = gain;
                    way = self.take_back(start);
                } else {
                    self.search.undo(start);
                }
            }
        }
        self.search.redo(&way);
        best
    }

    /// Takes back what was done since the trail was so long, and returns it.
    fn take_back(&mut self, length: usize) -> Vec<Step> {
        let way = self.search.trail.get(length..).unwrap_or_default().to_vec();
        self.search.undo(length);
        way
    }

    /// Gives a need a supplier whom the others give up, and settles those. None when that gains no more than `least`.
    fn push(
        &mut self,
        pair: Pair,
        others: &[usize],
        least: Worth,
        depth: usize,
        wishes: Option<&Wishes>,
    ) -> Option<Worth> {
        let Pair {
            need,
            supplier,
            worth,
        } = pair;
        let mut lost = Vec::with_capacity(others.len());
        for &other in others {
            lost.push((other, self.search.seat(other, supplier)?.worth));
        }
        // The most that can be had again.
        let mut hope = wishes.map_or_else(Worth::default, |w| w.hope(self.search, supplier, need));
        for (other, _) in &lost {
            hope = hope + self.search.most_beside(*other, supplier);
        }
        let mut sum = worth - lost.iter().map(|(_, worth)| *worth).sum();
        for &(other, _) in &lost {
            self.search.give_up(other, supplier);
        }
        self.search.take(need, supplier, worth);
        // Else the first of the others would push it out again.
        self.search.fix(need, supplier, true);
        lost.sort_by_key(|(other, worth)| (Reverse(*worth), *other));
        for (other, _) in lost {
            if sum + hope <= least || self.is_over() {
                return None;
            }
            hope = hope - self.search.most_beside(other, supplier);
            sum = sum + self.settle(other, Worth::default(), depth - 1, None);
        }
        self.search.fix(need, supplier, false);
        if let Some(wishes) = wishes {
            sum = sum + wishes.follow(self.search, supplier, need);
        }
        (sum > least).then_some(sum)
    }
}

/// The few needs at once that a supplier could give up to take another one: each time those that can't go together with
/// it, and where that is not enough, one or two of the others. What is sure to lose `most` or more is left out.
fn in_the_way(search: &Search<'_>, pair: Pair, most: Worth) -> Vec<Vec<usize>> {
    let Pair { need, supplier, .. } = pair;
    let loss = |other: &usize| {
        let seat = search.seat(*other, supplier).filter(|seat| !seat.fixed)?;
        Some(seat.worth - search.most_beside(*other, supplier))
    };
    let (out, kept): (Vec<usize>, Vec<usize>) = search
        .load(supplier)
        .iter()
        .partition(|other| !search.fits(supplier, &[**other, need]));
    let lost: Option<Worth> = out.iter().map(loss).sum();
    let Some(room) = lost.map(|lost| most - lost) else {
        return Vec::new();
    };
    if out.len() > WIDE || room <= Worth::default() {
        return Vec::new();
    }
    let fits = |gone: &[usize]| {
        let stay = kept.iter().filter(|other| !gone.contains(other)).copied();
        let needs: Vec<usize> = stay.chain([need]).collect();
        search.fits(supplier, &needs)
    };
    if fits(&[]) {
        return vec![out];
    }
    let mut may_go: Vec<(Worth, usize)> = kept
        .iter()
        .filter_map(|other| Some((loss(other)?, *other)))
        .filter(|(loss, _)| *loss < room)
        .collect();
    may_go.sort_unstable();
    let (enough, short): (Vec<_>, Vec<_>) =
        may_go.into_iter().partition(|(_, other)| fits(&[*other]));
    let with = |more: &[usize]| [&out, more].concat();
    let mut sets: Vec<Vec<usize>> = enough.iter().map(|(_, other)| with(&[*other])).collect();
    for (at, (loss, one)) in short.iter().enumerate() {
        for (more, other) in short.iter().take(at) {
            if *loss + *more < room && fits(&[*one, *other]) {
                sets.push(with(&[*one, *other]));
            }
        }
    }
    sets
}

/// Who would like to have whom, of the needs that could do better: by supplier, with the worth.
struct Wishes(HashMap<usize, Vec<(usize, Worth)>>);

impl Wishes {
    fn of(search: &Search<'_>) -> Self {
        let mut all: HashMap<usize, Vec<(usize, Worth)>> = HashMap::new();
        let unhappy = (0..search.wanted.len()).filter(|need| search.has_regret(*need));
        for need in unhappy {
            let least = least(search, need);
            for (supplier, worth) in (0..REACH).map_while(|at| search.candidate(need, at)) {
                if worth > least && search.seat(need, supplier).is_none() {
                    all.entry(supplier).or_default().push((need, worth));
                }
            }
        }
        Self(all)
    }

    /// The others who would like a supplier, and what each would gain by it now.
    fn gains(&self, search: &Search<'_>, supplier: usize, but: usize) -> Vec<(Worth, usize)> {
        let who = self.0.get(&supplier).into_iter().flatten();
        who.filter(|(need, _)| *need != but && search.seat(*need, supplier).is_none())
            .map(|(need, worth)| (*worth - least(search, *need), *need))
            .filter(|(gain, _)| *gain > Worth::default())
            .collect()
    }

    /// The most that the others who would like a supplier could gain by it.
    fn hope(&self, search: &Search<'_>, supplier: usize, but: usize) -> Worth {
        let gains = self.gains(search, supplier, but);
        gains.into_iter().map(|(gain, _)| gain).sum()
    }

    /// Gives others a supplier as long as there is room, and returns what that gains.
    fn follow(&self, search: &mut Search<'_>, supplier: usize, but: usize) -> Worth {
        let mut sum = Worth::default();
        let mut gains = self.gains(search, supplier, but);
        gains.sort_unstable_by_key(|(gain, need)| (Reverse(*gain), *need));
        for (gain, need) in gains {
            if !search.can_take(supplier, need, None) {
                continue;
            }
            let held = least(search, need);
            if search.places_left(need) == 0 {
                let seats = search.seats(need).iter();
                let worst = seats
                    .filter(|seat| !seat.fixed)
                    .min_by_key(|seat| seat.worth);
                let Some(worst) = worst.copied().filter(|seat| seat.worth == held) else {
                    continue;
                };
                search.give_up(need, worst.supplier);
            }
            search.take(need, supplier, gain + held);
            sum = sum + gain;
        }
        sum
    }
}

/// What a need has of the place that is worth least; nothing when one is empty.
fn least(search: &Search<'_>, need: usize) -> Worth {
    if search.places_left(need) > 0 {
        return Worth::default();
    }
    let seats = search.seats(need).iter();
    seats.map(|seat| seat.worth).min().unwrap_or_default()
}
