//! Better plans by working neighbourhoods out completely: a few needs that want the same suppliers give up what they
//! have, and of all ways to fill their places the best one is taken.

use std::collections::{HashMap, HashSet, VecDeque};

use super::assign::{Search, Seat};
use super::market::Worth;

/// How often it may be asked whether a supplier can take needs, in one plan.
pub(super) const EFFORT: usize = 20_000;
/// How often in one neighbourhood.
const SHARE: usize = 1_000;
/// Places of a neighbourhood.
const SIZE: usize = 12;
/// Candidates of a need that are looked at to find its neighbours.
const REACH: usize = 12;

/// Who would like to have whom: the needs that could do better, by supplier.
type Wishes = HashMap<usize, Vec<usize>>;

/// Goes once through the needs that could do better; whether the sum grew.
pub(super) fn refine(search: &mut Search<'_>, effort: &mut usize) -> bool {
    let unhappy: Vec<usize> = (0..search.wanted.len())
        .filter(|need| search.has_regret(*need))
        .collect();
    let mut wishes = Wishes::new();
    for &need in &unhappy {
        for supplier in wished(search, need) {
            wishes.entry(supplier).or_default().push(need);
        }
    }
    let mut grew = false;
    // What was worked out without a gain since the last one.
    let mut tried = HashSet::new();
    for need in unhappy {
        if *effort == 0 {
            break;
        }
        let needs = neighbours(search, &wishes, need);
        let mut key = needs.clone();
        key.sort_unstable();
        if needs.len() < 2 || tried.contains(&key) {
            continue;
        }
        match work_out(search, &needs, effort) {
            Outcome::Better => {
                grew = true;
                tried.clear();
            }
            Outcome::Best => {
                tried.insert(key);
            }
            // From another need, other ways come first.
            Outcome::Unknown => {}
        }
    }
    grew
}

/// The suppliers whom a need would like and can't have: those before the first who is free, or whom it has.
fn wished(search: &Search<'_>, need: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for at in 0..REACH {
        let Some((supplier, _)) = search.candidate(need, at) else {
            break;
        };
        if search.seat(need, supplier).is_some() {
            continue;
        }
        if search.can_take(supplier, need, None) {
            break;
        }
        found.push(supplier);
    }
    found
}

/// Needs that may have to move for this one to do better, itself first: those who have whom it would like, and those who
/// would like the same. Those of whom more than one would have to go come when there is room.
fn neighbours(search: &Search<'_>, wishes: &Wishes, need: usize) -> Vec<usize> {
    let mut found = vec![need];
    let mut places = places(search, need);
    let mut later = VecDeque::new();
    let mut next = 0;
    loop {
        let mut more = Vec::new();
        if let Some(&need) = found.get(next) {
            next += 1;
            for supplier in wished(search, need) {
                let (alone, together) = in_the_way(search, need, supplier);
                more.extend(alone);
                more.extend(wishes.get(&supplier).into_iter().flatten());
                later.extend(together);
            }
        } else if let Some(need) = later.pop_front() {
            more.push(need);
        } else {
            return found;
        }
        for other in more {
            let wider = places + self::places(search, other);
            if !found.contains(&other) && wider <= SIZE {
                places = wider;
                found.push(other);
            }
        }
    }
}

fn places(search: &Search<'_>, need: usize) -> usize {
    search.wanted.get(need).map_or(0, |wanted| wanted.places)
}

/// The needs that a supplier has: those of whom one would have to go for another need, and the others.
fn in_the_way(search: &Search<'_>, need: usize, supplier: usize) -> (Vec<usize>, Vec<usize>) {
    let load = search.load(supplier).iter().copied();
    let movable = load.filter(|other| search.seat(*other, supplier).is_some_and(|s| !s.fixed));
    movable.partition(|other| {
        !search.market.fits(supplier, &[*other, need])
            || search.can_take(supplier, need, Some(*other))
    })
}

/// A place to be filled.
struct Place {
    need: usize,
    /// Which of the need's places.
    nth: usize,
    /// Whom it could have when only the needs outside of the neighbourhood are looked at, the best first.
    options: Vec<(usize, Worth)>,
    /// The most that this place and those after it can come to.
    most: Worth,
}

/// The ways to fill the places of a neighbourhood.
struct Ways<'a, 'b> {
    search: &'a mut Search<'b>,
    places: Vec<Place>,
    /// The option of each place on the way; none where it stays empty.
    way: Vec<Option<usize>>,
    best: Option<Vec<Option<usize>>>,
    worth: Worth,
    left: usize,
}

/// What came of working a neighbourhood out.
enum Outcome {
    /// A better way was found.
    Better,
    /// There is none.
    Best,
    /// There were too many ways to try all, and no better one among those tried.
    Unknown,
}

/// Takes the best of all ways to fill the places of some needs. Where there are too many ways, the best of those that were
/// tried.
fn work_out(search: &mut Search<'_>, needs: &[usize], effort: &mut usize) -> Outcome {
    let before: Vec<(usize, Seat)> = needs
        .iter()
        .flat_map(|need| search.seats(*need).iter().map(move |seat| (*need, *seat)))
        .filter(|(_, seat)| !seat.fixed)
        .collect();
    for (need, seat) in &before {
        search.give_up(*need, seat.supplier);
    }
    let share = SHARE.min(*effort);
    let places = lay_out(search, needs);
    let mut ways = Ways {
        way: Vec::with_capacity(places.len()),
        places,
        best: None,
        worth: before.iter().map(|(_, seat)| seat.worth).sum(),
        left: share,
        search,
    };
    ways.go(Worth::default());
    let left = ways.left;
    *effort -= share - left;
    let Some(best) = ways.best else {
        for (need, seat) in before {
            search.take(need, seat.supplier, seat.worth);
        }
        return if left == 0 {
            Outcome::Unknown
        } else {
            Outcome::Best
        };
    };
    for (place, option) in ways.places.iter().zip(best) {
        if let Some((supplier, worth)) = option.and_then(|option| place.options.get(option)) {
            search.take(place.need, *supplier, *worth);
        }
    }
    Outcome::Better
}

/// The places of some needs that are empty now, those of the most urgent first.
fn lay_out(search: &Search<'_>, needs: &[usize]) -> Vec<Place> {
    let all: usize = needs.iter().map(|need| search.places_left(*need)).sum();
    let mut places = Vec::with_capacity(all);
    for &need in needs {
        // The other places of the neighbourhood can take no more than that many away.
        let options: Vec<(usize, Worth)> = (0..)
            .map_while(|at| search.candidate(need, at))
            .filter(|(supplier, _)| search.can_take(*supplier, need, None))
            .take(all)
            .collect();
        for nth in 0..search.places_left(need) {
            places.push(Place {
                need,
                nth,
                options: options.clone(),
                most: options
                    .get(nth)
                    .map(|(_, worth)| *worth)
                    .unwrap_or_default(),
            });
        }
    }
    let class = |place: &Place| search.wanted.get(place.need).map(|wanted| wanted.class);
    places.sort_by_key(|place| std::cmp::Reverse(class(place)));
    let mut rest = Worth::default();
    for place in places.iter_mut().rev() {
        rest = rest + place.most;
        place.most = rest;
    }
    places
}

impl Ways<'_, '_> {
    /// Tries every way to fill the places from the next one on; `sum` is the worth of those before.
    fn go(&mut self, sum: Worth) {
        let at = self.way.len();
        let Some((need, most)) = self.places.get(at).map(|place| (place.need, place.most)) else {
            if sum > self.worth {
                self.worth = sum;
                self.best = Some(self.way.clone());
            }
            return;
        };
        if sum + most <= self.worth || self.left == 0 {
            return;
        }
        for option in self.first_option(at).into_iter().flatten() {
            let Some((supplier, worth)) = self.option(at, option) else {
                break;
            };
            if sum + worth + self.most_after(at) <= self.worth {
                break;
            }
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            if self.search.can_take(supplier, need, None) {
                self.search.take(need, supplier, worth);
                self.way.push(Some(option));
                self.go(sum + worth);
                self.way.pop();
                self.search.give_up(need, supplier);
            }
        }
        self.way.push(None);
        self.go(sum);
        self.way.pop();
    }

    fn option(&self, at: usize, option: usize) -> Option<(usize, Worth)> {
        self.places.get(at)?.options.get(option).copied()
    }

    fn most_after(&self, at: usize) -> Worth {
        self.places
            .get(at + 1)
            .map(|place| place.most)
            .unwrap_or_default()
    }

    /// The options that a place begins with: places of one need are filled in the order of its candidates, since it is
    /// all the same which one has whom. None when one before it stays empty.
    fn first_option(&self, at: usize) -> Option<std::ops::RangeFrom<usize>> {
        let place = self.places.get(at)?;
        if place.nth == 0 {
            return Some(0..);
        }
        Some(self.way.last().copied().flatten()? + 1..)
    }
}
