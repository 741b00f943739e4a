//! Filling places from lists of candidates: the combinatorial half of a plan.
//!
//! Every place of the most urgent needs is filled first, by augmenting paths; then exchanges raise the sum of scores for
//! as long as they find something. Both searches are bounded, so that a plan for a whole district stays quick.
//! Needs and suppliers are places in the slices that `assign` is given or makes, so that looking one up can't miss.

/// A need with its candidates.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Needs of a higher class are filled before any of a lower one.
    pub class: u8,
    /// Suppliers wanted.
    pub places: usize,
    /// Suppliers and scores, the best first; each supplier once.
    pub candidates: Vec<(usize, f64)>,
}

/// Who goes where: the suppliers of each need, in the order of the needs given.
pub type Assignment = Vec<Vec<usize>>;

/// How far a chain of displacements may go.
const DEPTH: usize = 4;
/// How many of a need's candidates a displaced need is tried on.
const BREADTH: usize = 24;
/// How often all needs are gone through in search of better exchanges.
const ROUNDS: usize = 12;
/// Differences of scores below this are none.
const SMALLEST_GAIN: f64 = 1e-9;

/// Finds an assignment. `fits(supplier, needs)` says whether a supplier can take all of these needs together.
pub fn assign(
    wanted: &[Wanted],
    suppliers: usize,
    fits: &dyn Fn(usize, &[usize]) -> bool,
) -> Assignment {
    let mut search = Search {
        wanted,
        fits,
        taken: vec![Vec::new(); wanted.len()],
        load: vec![Vec::new(); suppliers],
    };
    search.fill();
    for _ in 0..ROUNDS {
        if !search.improve() {
            break;
        }
    }
    search.taken
}

/// A chain of displacements.
struct Chain {
    /// The needs that it has moved, each once.
    moved: Vec<usize>,
    /// The class of which one need may go without, because the first one of the chain did so before.
    spare: Option<u8>,
}

struct Search<'a> {
    wanted: &'a [Wanted],
    fits: &'a dyn Fn(usize, &[usize]) -> bool,
    taken: Assignment,
    load: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// Fills places, the most urgent class first and in it the needs with the fewest candidates first.
    fn fill(&mut self) {
        let mut order: Vec<usize> = (0..self.wanted.len()).collect();
        order.sort_by_key(|need| {
            let wanted = &self.wanted[*need];
            (
                std::cmp::Reverse(wanted.class),
                wanted.candidates.len(),
                *need,
            )
        });
        for need in order {
            while self.taken[need].len() < self.wanted[need].places
                && self.place(need, DEPTH, &mut vec![need])
            {}
        }
    }

    /// Gives a need one more supplier, moving others to other suppliers when there is no other way.
    fn place(&mut self, need: usize, depth: usize, moving: &mut Vec<usize>) -> bool {
        let wanted = self.wanted;
        let candidates = &wanted[need].candidates;
        for (supplier, _) in candidates {
            if self.can_take(*supplier, need, None) {
                self.take(need, *supplier);
                return true;
            }
        }
        depth > 0
            && candidates
                .iter()
                .take(BREADTH)
                .any(|(supplier, _)| self.place_instead(need, *supplier, depth, moving))
    }

    fn place_instead(
        &mut self,
        need: usize,
        supplier: usize,
        depth: usize,
        moving: &mut Vec<usize>,
    ) -> bool {
        if self.taken[need].contains(&supplier) {
            return false;
        }
        for other in self.load[supplier].clone() {
            if moving.contains(&other) || !self.can_take(supplier, need, Some(other)) {
                continue;
            }
            self.give_up(other, supplier);
            self.take(need, supplier);
            moving.push(other);
            let placed = self.place(other, depth - 1, moving);
            moving.pop();
            if placed {
                return true;
            }
            self.give_up(need, supplier);
            self.take(other, supplier);
        }
        false
    }

    /// One round of exchanges that keep every filled place filled; whether any raised the sum.
    fn improve(&mut self) -> bool {
        let mut found = false;
        for need in 0..self.wanted.len() {
            for supplier in self.taken[need].clone() {
                found |= self.exchange(need, Some(supplier));
            }
            if self.taken[need].len() < self.wanted[need].places {
                found |= self.exchange(need, None);
            }
        }
        found
    }

    /// Moves a need from a supplier (or from none) to a better one, if need be in exchange with another need.
    fn exchange(&mut self, need: usize, from: Option<usize>) -> bool {
        let now = from.map_or(0.0, |supplier| self.score(need, supplier));
        if let Some(supplier) = from {
            self.give_up(need, supplier);
        }
        let wanted = self.wanted;
        let spare = from.is_none().then_some(wanted[need].class);
        let mut chain = Chain {
            moved: vec![need],
            spare,
        };
        for (supplier, score) in wanted[need].candidates.iter().take(BREADTH) {
            let gain = score - now;
            if gain > SMALLEST_GAIN && self.can_take(*supplier, need, None) {
                self.take(need, *supplier);
                return true;
            }
            if self.swap_in(need, *supplier, gain, &mut chain) {
                return true;
            }
        }
        if let Some(supplier) = from {
            self.take(need, supplier);
        }
        false
    }

    /// Puts a need in the place of another at a supplier, when where the other then goes leaves a gain. `balance` is what
    /// has been gained so far, the need's own score here included.
    fn swap_in(&mut self, need: usize, supplier: usize, balance: f64, chain: &mut Chain) -> bool {
        if chain.moved.len() > DEPTH || self.taken[need].contains(&supplier) {
            return false;
        }
        for other in self.load[supplier].clone() {
            if chain.moved.contains(&other) || !self.can_take(supplier, need, Some(other)) {
                continue;
            }
            let lost = self.score(other, supplier);
            self.give_up(other, supplier);
            self.take(need, supplier);
            chain.moved.push(other);
            let settled = self.settle(other, balance - lost, chain);
            chain.moved.pop();
            if settled {
                return true;
            }
            self.give_up(need, supplier);
            self.take(other, supplier);
        }
        false
    }

    /// Finds a displaced need a supplier such that all of the chain is a gain. When the first need of the chain stood
    /// empty-handed, a need of the same class may do so instead.
    fn settle(&mut self, need: usize, balance: f64, chain: &mut Chain) -> bool {
        if chain.spare == Some(self.wanted[need].class) && balance > SMALLEST_GAIN {
            return true;
        }
        let wanted = self.wanted;
        for (supplier, score) in wanted[need].candidates.iter().take(BREADTH) {
            let balance = balance + score;
            if balance <= SMALLEST_GAIN {
                return false;
            }
            if self.can_take(*supplier, need, None) {
                self.take(need, *supplier);
                return true;
            }
            if self.swap_in(need, *supplier, balance, chain) {
                return true;
            }
        }
        false
    }

    fn can_take(&self, supplier: usize, need: usize, without: Option<usize>) -> bool {
        if self.taken[need].contains(&supplier) {
            return false;
        }
        let mut needs: Vec<usize> = self.load[supplier]
            .iter()
            .copied()
            .filter(|other| Some(*other) != without)
            .collect();
        needs.push(need);
        (self.fits)(supplier, &needs)
    }

    fn take(&mut self, need: usize, supplier: usize) {
        self.taken[need].push(supplier);
        self.load[supplier].push(need);
    }

    fn give_up(&mut self, need: usize, supplier: usize) {
        self.taken[need].retain(|other| *other != supplier);
        self.load[supplier].retain(|other| *other != need);
    }

    fn score(&self, need: usize, supplier: usize) -> f64 {
        self.wanted[need]
            .candidates
            .iter()
            .find(|(other, _)| *other == supplier)
            .map_or(0.0, |(_, score)| *score)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The places filled of each class, the most urgent first, and the sum of scores.
    fn worth(wanted: &[Wanted], assignment: &Assignment) -> ([usize; 4], f64) {
        let mut filled = [0; 4];
        let mut sum = 0.0;
        for (need, suppliers) in wanted.iter().zip(assignment) {
            filled[3 - usize::from(need.class)] += suppliers.len();
            sum += suppliers
                .iter()
                .map(|s| need.candidates.iter().find(|(c, _)| c == s).unwrap().1)
                .sum::<f64>();
        }
        (filled, sum)
    }

    /// The best worth of all assignments in which each supplier takes one need at most.
    fn best(
        wanted: &[Wanted],
        need: usize,
        used: &mut Vec<bool>,
        chosen: &mut Assignment,
    ) -> ([usize; 4], f64) {
        let Some(next) = wanted.get(need) else {
            return worth(wanted, chosen);
        };
        let mut top = best(wanted, need + 1, used, chosen);
        for (supplier, _) in &next.candidates {
            if !used[*supplier] {
                used[*supplier] = true;
                chosen[need].push(*supplier);
                let found = best(wanted, need + 1, used, chosen);
                if found.0 > top.0 || (found.0 == top.0 && found.1 > top.1) {
                    top = found;
                }
                chosen[need].pop();
                used[*supplier] = false;
            }
        }
        top
    }

    fn need(class: u8, candidates: &[(usize, f64)]) -> Wanted {
        Wanted {
            class,
            places: 1,
            candidates: candidates.to_vec(),
        }
    }

    #[test]
    fn who_has_nobody_else_gets_the_only_one() {
        let wanted = [need(1, &[(0, 90.0), (1, 40.0)]), need(1, &[(0, 50.0)])];
        assert_eq!(
            assign(&wanted, 2, &|_, needs| needs.len() == 1),
            vec![vec![1], vec![0]]
        );
    }

    #[test]
    fn the_more_urgent_need_comes_first_whatever_the_scores() {
        let wanted = [need(1, &[(0, 90.0)]), need(3, &[(0, 10.0)])];
        assert_eq!(
            assign(&wanted, 1, &|_, needs| needs.len() == 1),
            vec![vec![], vec![0]]
        );
    }

    #[test]
    fn a_need_for_two_gets_two_different_suppliers() {
        let wanted = [Wanted {
            class: 1,
            places: 2,
            candidates: vec![(0, 9.0), (1, 8.0)],
        }];
        assert_eq!(assign(&wanted, 2, &|_, _| true), vec![vec![0, 1]]);
    }

    proptest! {
        #[test]
        fn as_many_places_are_filled_as_can_be_and_the_sum_is_close_to_the_best(
            needs in prop::collection::vec((0_u8..4, prop::collection::btree_map(0_usize..5, 1_u32..100, 0..4)), 1..6)
        ) {
            let wanted: Vec<Wanted> = needs.into_iter().map(|(class, scores)| {
                let mut candidates: Vec<(usize, f64)> = scores.into_iter().map(|(s, score)| (s, f64::from(score))).collect();
                candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                Wanted { class, places: 1, candidates }
            }).collect();
            let found = assign(&wanted, 5, &|_, needs| needs.len() == 1);
            let (filled, sum) = worth(&wanted, &found);
            let (best_filled, best_sum) = best(&wanted, 0, &mut vec![false; 5], &mut vec![Vec::new(); wanted.len()]);
            prop_assert_eq!(filled, best_filled);
            prop_assert!(sum >= best_sum - 1e-6, "{} of {}", sum, best_sum);
        }
    }
}
