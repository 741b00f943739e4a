//! Filling places from lists of candidates: the combinatorial half of a plan.
//!
//! Places are filled one after the other, each by the best chain of displacements: whoever is displaced takes somebody
//! else, and the last one takes a supplier who is free, or goes without. Where suppliers take one need each, that is the
//! shortest augmenting path of the assignment problem, and the sum is the highest. Where they take several, more than one
//! need may have to go for another: they are pushed away together (`eject.rs`), and neighbourhoods are worked out completely
//! (`refine.rs`).

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::market::{Market, Wanted, Worth};
use super::{eject, refine};

/// Who goes where: the suppliers of each need, in the order of the needs given.
pub type Assignment = Vec<Vec<usize>>;

/// How many needs may be moved for one place.
const MOVES: usize = 4_000;

/// How often all needs that could do better are tried again.
const ROUNDS: usize = 8;

/// Finds an assignment.
pub fn assign(wanted: &[Wanted], market: &dyn Market) -> Assignment {
    let mut search = Search::new(wanted, market);
    search.fill();
    let (mut pushes, mut effort) = (eject::EFFORT, refine::EFFORT);
    for _ in 0..ROUNDS {
        let placed = search.place_again();
        let pushed = eject::eject(&mut search, &mut pushes);
        let refined = refine::refine(&mut search, &mut effort);
        if !(placed || pushed || refined) {
            break;
        }
    }
    search
        .taken
        .into_iter()
        .map(|seats| seats.into_iter().map(|seat| seat.supplier).collect())
        .collect()
}

/// A place of a need that is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub supplier: usize,
    pub worth: Worth,
    /// Whether it stays whatever else is good.
    pub fixed: bool,
}

/// An assignment in the making.
pub(super) struct Search<'a> {
    pub wanted: &'a [Wanted],
    pub market: &'a dyn Market,
    pub taken: Vec<Vec<Seat>>,
    load: Vec<Vec<usize>>,
    /// What was taken and given up, to be taken back.
    pub trail: Vec<Step>,
    /// How often candidates were looked at, and asked whether they can take needs.
    asked: Cell<usize>,
}

/// A supplier whom a need takes, or gives up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    need: usize,
    seat: Seat,
    takes: bool,
}

/// A need without a supplier, in the middle of a chain of displacements.
struct Link {
    need: usize,
    /// The worth that the chain has gained up to here.
    gain: Worth,
    /// The link before, and the supplier whom its need took from this one.
    from: Option<(usize, usize)>,
}

/// A link that may lead on to something; the most that the chain could come to goes first.
#[derive(PartialEq, Eq)]
struct Hope {
    most: Worth,
    link: usize,
}

impl Ord for Hope {
    fn cmp(&self, other: &Self) -> Ordering {
        self.most
            .cmp(&other.most)
            .then_with(|| other.link.cmp(&self.link))
    }
}

impl PartialOrd for Hope {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where a chain ends: the last link, and the free supplier whom its need takes; none when it goes without.
struct End {
    gain: Worth,
    link: usize,
    supplier: Option<usize>,
}

/// The chains that begin with one need.
pub(super) struct Chains {
    links: Vec<Link>,
    hopes: BinaryHeap<Hope>,
    best: End,
}

impl Chains {
    fn of(need: usize, most: Worth) -> Self {
        let first = Link {
            need,
            gain: Worth::default(),
            from: None,
        };
        Self {
            links: vec![first],
            hopes: BinaryHeap::from([Hope { most, link: 0 }]),
            best: End {
                gain: Worth::default(),
                link: 0,
                supplier: None,
            },
        }
    }

    /// The links of a chain, from its last to its first, each with the supplier who was taken from its need.
    fn back(&self, link: usize) -> impl Iterator<Item = (&Link, Option<usize>)> {
        let mut at = self.links.get(link);
        std::iter::from_fn(move || {
            let link = at?;
            at = link.from.and_then(|(before, _)| self.links.get(before));
            Some((link, link.from.map(|(_, supplier)| supplier)))
        })
    }
}

impl<'a> Search<'a> {
    fn new(wanted: &'a [Wanted], market: &'a dyn Market) -> Self {
        let mut search = Self {
            wanted,
            market,
            taken: vec![Vec::new(); wanted.len()],
            load: Vec::new(),
            trail: Vec::new(),
            asked: Cell::new(0),
        };
        for (need, wanted) in wanted.iter().enumerate() {
            for &supplier in &wanted.fixed {
                if search.places_left(need) > 0 && search.can_take(supplier, need, None) {
                    search.take(need, supplier, Worth::of(wanted.class, 0.0));
                    if let Some(seat) = search
                        .taken
                        .get_mut(need)
                        .and_then(|seats| seats.last_mut())
                    {
                        seat.fixed = true;
                    }
                }
            }
        }
        search
    }

    /// The candidate of a need at a place of its ranking, and what it would be worth.
    pub fn candidate(&self, need: usize, at: usize) -> Option<(usize, Worth)> {
        self.asked.set(self.asked.get() + 1);
        let (supplier, score) = self.market.candidate(need, at)?;
        let class = self.wanted.get(need)?.class;
        Some((supplier, Worth::of(class, score)))
    }

    /// The needs that a supplier has.
    pub fn load(&self, supplier: usize) -> &[usize] {
        self.load.get(supplier).map_or(&[], Vec::as_slice)
    }

    /// What a need has of a supplier.
    pub fn seat(&self, need: usize, supplier: usize) -> Option<&Seat> {
        self.seats(need)
            .iter()
            .find(|seat| seat.supplier == supplier)
    }

    /// What a need has.
    pub fn seats(&self, need: usize) -> &[Seat] {
        self.taken.get(need).map_or(&[], Vec::as_slice)
    }

    /// How many places of a need are empty.
    pub fn places_left(&self, need: usize) -> usize {
        let places = self.wanted.get(need).map_or(0, |wanted| wanted.places);
        places.saturating_sub(self.seats(need).len())
    }

    /// Whether a supplier can take a need on top of the others, `without` one of them.
    pub fn can_take(&self, supplier: usize, need: usize, without: Option<usize>) -> bool {
        let load = self.load(supplier);
        if load.contains(&need) {
            return false;
        }
        if load.iter().all(|other| Some(*other) == without) {
            return true;
        }
        let others = load.iter().filter(|other| Some(**other) != without);
        let needs: Vec<usize> = others.copied().chain([need]).collect();
        self.fits(supplier, &needs)
    }

    /// Whether a supplier can take all of these needs together.
    pub fn fits(&self, supplier: usize, needs: &[usize]) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.market.fits(supplier, needs)
    }

    /// How often candidates were looked at, and asked whether they can take needs: what bounds the time without a clock.
    pub fn asked(&self) -> usize {
        self.asked.get()
    }

    pub fn take(&mut self, need: usize, supplier: usize, worth: Worth) {
        if self.load.len() <= supplier {
            self.load.resize_with(supplier + 1, Vec::new);
        }
        let seat = Seat {
            supplier,
            worth,
            fixed: false,
        };
        if let (Some(seats), Some(load)) = (self.taken.get_mut(need), self.load.get_mut(supplier)) {
            seats.push(seat);
            load.push(need);
            let takes = true;
            self.trail.push(Step { need, seat, takes });
        }
    }

    pub fn give_up(&mut self, need: usize, supplier: usize) {
        let seat = self.seat(need, supplier).copied();
        if let (Some(seats), Some(load), Some(seat)) =
            (self.taken.get_mut(need), self.load.get_mut(supplier), seat)
        {
            seats.retain(|seat| seat.supplier != supplier);
            load.retain(|other| *other != need);
            let takes = false;
            self.trail.push(Step { need, seat, takes });
        }
    }

    /// Lets a seat stay whatever else is good, or not.
    pub fn fix(&mut self, need: usize, supplier: usize, fixed: bool) {
        let seats = self.taken.get_mut(need).into_iter().flatten();
        for seat in seats.filter(|seat| seat.supplier == supplier) {
            seat.fixed = fixed;
        }
    }

    /// Takes back what was done since the trail was so long.
    pub fn undo(&mut self, length: usize) {
        while self.trail.len() > length {
            let Some(step) = self.trail.pop() else { return };
            if step.takes {
                self.give_up(step.need, step.seat.supplier);
            } else {
                self.take(step.need, step.seat.supplier, step.seat.worth);
            }
            self.trail.pop();
        }
    }

    /// Does again what was taken back.
    pub fn redo(&mut self, steps: &[Step]) {
        for step in steps {
            if step.takes {
                self.take(step.need, step.seat.supplier, step.seat.worth);
            } else {
                self.give_up(step.need, step.seat.supplier);
            }
        }
    }

    /// The best chain that begins with a need, and what it gains; none when none gains anything.
    pub fn best_chain(&self, need: usize) -> Option<(Worth, Chains)> {
        let chains = self.chains(need)?;
        Some((chains.best.gain, chains))
    }

    /// The most that a need can get of a supplier other than this one.
    pub fn most_beside(&self, need: usize, supplier: usize) -> Worth {
        (0..)
            .map_while(|at| self.candidate(need, at))
            .find(|(other, _)| *other != supplier && self.seat(need, *other).is_none())
            .map(|(_, worth)| worth)
            .unwrap_or_default()
    }

    /// Fills places, the most urgent class first.
    fn fill(&mut self) {
        let mut order: Vec<usize> = (0..self.wanted.len()).collect();
        order.sort_by_key(|need| std::cmp::Reverse(self.wanted.get(*need).map(|w| w.class)));
        for need in order {
            while self.places_left(need) > 0 && self.place(need) {}
        }
    }

    /// Places every need again that has not the best of its candidates; whether the sum grew.
    fn place_again(&mut self) -> bool {
        let mut grew = false;
        for need in 0..self.wanted.len() {
            for seat in self.regretted(need) {
                self.give_up(need, seat.supplier);
                let before = seat.worth;
                let Some(chains) = self.chains(need).filter(|found| found.best.gain > before)
                else {
                    self.take(need, seat.supplier, before);
                    continue;
                };
                self.follow(&chains);
                grew = true;
            }
            while self.places_left(need) > 0 && self.place(need) {
                grew = true;
            }
        }
        grew
    }

    /// The places of a need whose supplier is worse than somebody whom it has not got.
    pub fn regretted(&self, need: usize) -> Vec<Seat> {
        let mut at = 0;
        let best = loop {
            match self.candidate(need, at) {
                Some((supplier, _)) if self.seat(need, supplier).is_some() => at += 1,
                Some((_, worth)) => break worth,
                None => return Vec::new(),
            }
        };
        let seats = self.seats(need).iter();
        seats
            .filter(|seat| !seat.fixed && seat.worth < best)
            .copied()
            .collect()
    }

    /// Whether something better can be thought of for a need: a place is empty, or filled by one who is not the best.
    pub fn has_regret(&self, need: usize) -> bool {
        (self.places_left(need) > 0 && self.candidate(need, self.seats(need).len()).is_some())
            || !self.regretted(need).is_empty()
    }

    /// Gives a need one more supplier by the best chain; false when every chain costs more than it gains.
    fn place(&mut self, need: usize) -> bool {
        let Some(chains) = self.chains(need) else {
            return false;
        };
        self.follow(&chains);
        true
    }

    /// The best chain that begins with a need; none when none gains anything.
    fn chains(&self, need: usize) -> Option<Chains> {
        let most = self.candidate(need, 0)?.1;
        let mut chains = Chains::of(need, most);
        let mut gains: std::collections::HashMap<usize, Worth> = std::collections::HashMap::new();
        while let Some(Hope { most, link }) = chains.hopes.pop() {
            if most <= chains.best.gain || chains.links.len() > MOVES {
                break;
            }
            self.lengthen(&mut chains, link, &mut gains);
        }
        (chains.best.gain > Worth::default()).then_some(chains)
    }

    /// Looks where a chain can go from one of its ends.
    fn lengthen(
        &self,
        chains: &mut Chains,
        end: usize,
        gains: &mut std::collections::HashMap<usize, Worth>,
    ) {
        let Some((need, gain)) = chains.links.get(end).map(|link| (link.need, link.gain)) else {
            return;
        };
        if gains.get(&need).is_some_and(|known| *known > gain) {
            return;
        }
        if gain > chains.best.gain {
            chains.best = End {
                gain,
                link: end,
                supplier: None,
            };
        }
        let (before, touched): (Vec<usize>, Vec<Option<usize>>) = chains
            .back(end)
            .map(|(link, supplier)| (link.need, supplier))
            .unzip();
        for at in 0.. {
            let Some((supplier, worth)) = self.candidate(need, at) else {
                return;
            };
            let sum = gain + worth;
            // Whoever is displaced has no better place than the one that it had.
            if sum <= chains.best.gain {
                return;
            }
            if touched.contains(&Some(supplier)) || self.load(supplier).contains(&need) {
                continue;
            }
            if self.can_take(supplier, need, None) {
                chains.best = End {
                    gain: sum,
                    link: end,
                    supplier: Some(supplier),
                };
                return;
            }
            for &other in self.load(supplier) {
                let Some(seat) = self.seat(other, supplier).filter(|seat| !seat.fixed) else {
                    continue;
                };
                let gain = sum - seat.worth;
                if before.contains(&other)
                    || gains.get(&other).is_some_and(|known| *known >= gain)
                    || !self.can_take(supplier, need, Some(other))
                {
                    continue;
                }
                gains.insert(other, gain);
                chains.links.push(Link {
                    need: other,
                    gain,
                    from: Some((end, supplier)),
                });
                chains.hopes.push(Hope {
                    most: sum,
                    link: chains.links.len() - 1,
                });
            }
        }
    }

    /// Does what the best chain says.
    pub fn follow(&mut self, chains: &Chains) {
        let mut takes = chains.best.supplier;
        let moves: Vec<(usize, Option<usize>)> = chains
            .back(chains.best.link)
            .map(|(link, lost)| (link.need, lost))
            .collect();
        for (need, lost) in moves {
            if let Some(lost) = lost {
                self.give_up(need, lost);
            }
            if let Some(supplier) = takes {
                let worth = self.worth(need, supplier);
                self.take(need, supplier, worth);
            }
            takes = lost;
        }
    }

    /// What a candidate of a need is worth to it.
    fn worth(&self, need: usize, supplier: usize) -> Worth {
        (0..)
            .map_while(|at| self.candidate(need, at))
            .find(|(other, _)| *other == supplier)
            .map(|(_, worth)| worth)
            .unwrap_or_default()
    }
}
