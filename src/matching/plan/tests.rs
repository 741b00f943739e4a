//! Assignments beside the best of all, which a table over all states of all needs finds, supplier by supplier.

use proptest::prelude::*;

use super::assign::{Assignment, assign};
use super::market::{Market, Wanted, Worth};

/// A need with what of it keeps a supplier from another: when it is, and how long.
#[derive(Clone, Debug)]
struct Need {
    class: u8,
    places: usize,
    slots: Vec<u32>,
    hours: u32,
    candidates: Vec<(usize, f64)>,
}

/// A supplier: how many needs at a time, and hours in all.
#[derive(Clone, Copy, Debug)]
struct Supplier {
    capacity: usize,
    hours: u32,
}

#[derive(Clone, Debug)]
struct World {
    needs: Vec<Need>,
    suppliers: Vec<Supplier>,
}

impl Market for World {
    fn candidate(&self, need: usize, at: usize) -> Option<(usize, f64)> {
        self.needs[need].candidates.get(at).copied()
    }

    fn fits(&self, supplier: usize, needs: &[usize]) -> bool {
        let Supplier { capacity, hours } = self.suppliers[supplier];
        let crowded = needs.iter().any(|need| {
            self.needs[*need].slots.iter().any(|slot| {
                let others = needs.iter().filter(|other| *other != need);
                others
                    .filter(|o| self.needs[**o].slots.contains(slot))
                    .count()
                    >= capacity
            })
        });
        let total: u32 = needs.iter().map(|need| self.needs[*need].hours).sum();
        !crowded && (needs.len() < 2 || total <= hours)
    }
}

impl World {
    fn wanted(&self) -> Vec<Wanted> {
        let wanted = |need: &Need| Wanted {
            class: need.class,
            places: need.places,
            fixed: Vec::new(),
        };
        self.needs.iter().map(wanted).collect()
    }

    fn worth(&self, need: usize, supplier: usize) -> Option<Worth> {
        let need = &self.needs[need];
        let found = need.candidates.iter().find(|(other, _)| *other == supplier);
        found.map(|(_, score)| Worth::of(need.class, *score))
    }

    /// The worth of an assignment, which must be one.
    fn sum(&self, assignment: &Assignment) -> Worth {
        for (need, given) in assignment.iter().enumerate() {
            assert!(given.len() <= self.needs[need].places);
            assert!(
                given
                    .iter()
                    .enumerate()
                    .all(|(at, s)| !given[..at].contains(s))
            );
        }
        for supplier in 0..self.suppliers.len() {
            let needs: Vec<usize> = (0..assignment.len())
                .filter(|need| assignment[*need].contains(&supplier))
                .collect();
            assert!(
                self.fits(supplier, &needs),
                "{supplier} can't take {needs:?}"
            );
        }
        let pairs = assignment.iter().enumerate();
        pairs
            .flat_map(|(need, given)| given.iter().map(move |s| self.worth(need, *s).unwrap()))
            .sum()
    }

    /// The highest worth of all assignments.
    fn best(&self) -> Worth {
        let mut steps = Vec::new();
        let mut states = 1;
        for need in &self.needs {
            steps.push(states);
            states *= need.places + 1;
        }
        let left = |state: usize, need: usize| {
            self.needs[need].places - state / steps[need] % (self.needs[need].places + 1)
        };
        let mut table: Vec<Option<Worth>> = vec![None; states];
        table[0] = Some(Worth::default());
        for supplier in 0..self.suppliers.len() {
            let able: Vec<usize> = (0..self.needs.len())
                .filter(|need| self.worth(*need, supplier).is_some())
                .collect();
            let sets: Vec<Vec<usize>> = (1_usize..1 << able.len())
                .map(|set| {
                    (0..able.len())
                        .filter(|n| set >> n & 1 == 1)
                        .map(|n| able[n])
                        .collect()
                })
                .filter(|set: &Vec<usize>| self.fits(supplier, set))
                .collect();
            let before = table.clone();
            for (state, sum) in before.iter().enumerate() {
                let Some(sum) = *sum else { continue };
                for set in sets
                    .iter()
                    .filter(|set| set.iter().all(|n| left(state, *n) > 0))
                {
                    let to = state + set.iter().map(|n| steps[*n]).sum::<usize>();
                    let more: Worth = set.iter().map(|n| self.worth(*n, supplier).unwrap()).sum();
                    table[to] = table[to].max(Some(sum + more));
                }
            }
        }
        table.into_iter().flatten().max().unwrap()
    }
}

fn worlds(
    needs: std::ops::Range<usize>,
    suppliers: usize,
    most_places: usize,
) -> impl Strategy<Value = World> {
    let places = prop_oneof![3 => Just(1), 1 => 1..=most_places];
    let scores = prop::collection::btree_map(0..suppliers, 1_u32..1000, 0..=suppliers);
    let slots = prop::collection::vec(0_u32..6, 1..3);
    let need = (0_u8..4, places, slots, 1_u32..4, scores).prop_map(
        |(class, places, slots, hours, scores)| {
            let mut candidates: Vec<(usize, f64)> = scores
                .into_iter()
                .map(|(s, score)| (s, f64::from(score) / 10.0))
                .collect();
            candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            Need {
                class,
                places,
                slots,
                hours,
                candidates,
            }
        },
    );
    let supplier = (prop_oneof![3 => Just(1_usize), 1 => 2_usize..4], 1_u32..9)
        .prop_map(|(capacity, hours)| Supplier { capacity, hours });
    (
        prop::collection::vec(need, needs),
        prop::collection::vec(supplier, suppliers),
    )
        .prop_map(|(needs, suppliers)| World { needs, suppliers })
}

fn need(class: u8, places: usize, candidates: &[(usize, f64)]) -> Need {
    Need {
        class,
        places,
        slots: vec![0],
        hours: 1,
        candidates: candidates.to_vec(),
    }
}

fn ones(count: usize) -> Vec<Supplier> {
    vec![
        Supplier {
            capacity: 1,
            hours: 40
        };
        count
    ]
}

fn given(needs: &[Need], suppliers: usize) -> Assignment {
    let world = World {
        needs: needs.to_vec(),
        suppliers: ones(suppliers),
    };
    assign(&world.wanted(), &world)
}

#[test]
fn who_has_nobody_else_gets_the_only_one() {
    let needs = [
        need(1, 1, &[(0, 90.0), (1, 40.0)]),
        need(1, 1, &[(0, 50.0)]),
    ];
    assert_eq!(given(&needs, 2), [[1], [0]]);
}

#[test]
fn the_more_urgent_need_comes_first_whatever_the_scores() {
    let needs = [need(1, 1, &[(0, 90.0)]), need(3, 1, &[(0, 10.0)])];
    assert_eq!(given(&needs, 1), [vec![], vec![0]]);
}

#[test]
fn a_need_for_two_gets_two_different_suppliers() {
    let needs = [need(1, 2, &[(0, 9.0), (1, 8.0)])];
    assert_eq!(given(&needs, 2), [[0, 1]]);
}

#[test]
fn a_chain_of_any_length_makes_room() {
    let mut needs: Vec<Need> = (0..60)
        .map(|n| need(1, 1, &[(n, 90.0), (n + 1, 80.0)]))
        .collect();
    needs.push(need(1, 1, &[(0, 10.0)]));
    let found = given(&needs, 61);
    assert!(found.iter().all(|given| given.len() == 1), "{found:?}");
}

/// Needs of which each has the supplier that the one after it would take, too; the first has `first`, and it is at `slot`.
fn in_a_row(first: usize, slot: u32, others: std::ops::Range<usize>) -> Vec<Need> {
    let suppliers: Vec<usize> = [first].into_iter().chain(others).collect();
    let pairs = suppliers.windows(2);
    pairs
        .map(|pair| Need {
            slots: vec![slot],
            ..need(1, 1, &[(pair[0], 90.0), (pair[1], 80.0)])
        })
        .collect()
}

#[test]
fn several_make_room_for_one_when_each_has_to_push_others() {
    let mut needs = [
        in_a_row(0, 0, 1..8),
        in_a_row(0, 1, 8..15),
        in_a_row(0, 2, 15..22),
    ]
    .concat();
    needs.push(Need {
        slots: vec![0, 1, 2],
        ..need(1, 1, &[(0, 10.0)])
    });
    let found = given(&needs, 22);
    assert!(found.iter().all(|given| given.len() == 1), "{found:?}");
}

#[test]
fn one_makes_room_for_several_who_are_worth_more_together() {
    let long = Need {
        slots: (0..30).collect(),
        ..need(1, 1, &[(0, 90.0)])
    };
    let short = (0..30).map(|slot| Need {
        slots: vec![slot],
        ..need(1, 1, &[(0, 50.0)])
    });
    let needs: Vec<Need> = [long].into_iter().chain(short).collect();
    let found = given(&needs, 1);
    assert_eq!(found.iter().flatten().count(), 30, "{found:?}");
}

#[test]
fn what_is_fixed_stays_and_the_rest_goes_around_it() {
    let needs = [
        need(1, 1, &[(0, 90.0), (1, 40.0)]),
        need(3, 1, &[(0, 50.0)]),
    ];
    let world = World {
        needs: needs.to_vec(),
        suppliers: ones(2),
    };
    let mut wanted = world.wanted();
    wanted[0].fixed.push(0);
    assert_eq!(assign(&wanted, &world), [vec![0], vec![]]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn where_suppliers_take_one_need_each_the_plan_is_the_best(mut world in worlds(1..10, 7, 1)) {
        for need in &mut world.needs {
            need.slots = vec![0];
        }
        for supplier in &mut world.suppliers {
            supplier.capacity = 1;
        }
        let found = assign(&world.wanted(), &world);
        prop_assert_eq!(world.sum(&found), world.best());
    }

    #[test]
    fn where_suppliers_take_several_needs_the_plan_is_the_best(world in worlds(1..8, 5, 2)) {
        let found = assign(&world.wanted(), &world);
        prop_assert_eq!(world.sum(&found), world.best());
    }

    #[test]
    fn where_there_are_too_few_suppliers_the_plan_is_the_best(world in worlds(6..11, 3, 1)) {
        let found = assign(&world.wanted(), &world);
        prop_assert_eq!(world.sum(&found), world.best());
    }
}
