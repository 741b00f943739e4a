//! What may let too many through lets nobody out, and what it is sure of is so.

use proptest::prelude::*;

use super::*;

fn point() -> impl Strategy<Value = Point> {
    let near = (116.3..116.6, 39.8..40.1);
    let far = (-180.0..180.0, -90.0..90.0);
    prop_oneof![4 => near, 1 => far].prop_map(|(lon, lat)| Point { lon, lat })
}

fn radius() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        8 => (0.0..10.0).prop_map(Some),
        1 => (0.0..20_000.0).prop_map(Some),
        2 => Just(None)
    ]
}

fn entry(id: u32) -> Entry {
    Entry {
        id,
        ..Entry::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Nobody who reaches the point is left out, before and after packing and taking out; who is said to reach it surely
    /// does, and nobody is nearer than is said.
    #[test]
    fn nobody_within_reach_is_missed(
        people in prop::collection::vec((prop::option::weighted(0.95, point()), radius()), 1..300),
        from in point(),
        extra in prop_oneof![Just(0.0), 0.0..5.0],
    ) {
        let mut postings = Postings::default();
        for (id, (point, radius)) in (0..).zip(&people) {
            postings.put(entry(id), *point, *radius);
        }
        for round in 0..3_u32 {
            let gone = |id: u32| round > 0 && id.is_multiple_of(3);
            if round == 1 {
                for (id, (point, radius)) in (0..).zip(&people) {
                    if gone(id) {
                        postings.take(id, *point, *radius);
                    }
                }
            }
            if round == 2 {
                postings.pack();
            }
            let mut found = Vec::new();
            postings.near(Some(from), extra, &Sought::default(), &mut found);
            let all = found.len();
            found.sort_unstable_by_key(|hit| hit.id);
            found.dedup_by_key(|hit| hit.id);
            prop_assert_eq!(all, found.len());
            for (id, (point, radius)) in (0..).zip(&people) {
                let km = point.map(|point| point.distance_km(from));
                // As the rule of distance has it.
                let reaches = radius.is_none_or(|radius| km.is_some_and(|km| km <= radius + extra));
                let hit = found.binary_search_by_key(&id, |hit| hit.id).ok().map(|at| found[at]);
                if gone(id) {
                    prop_assert!(hit.is_none());
                    continue;
                }
                prop_assert!(hit.is_some() || !reaches, "{id} {point:?} {radius:?}");
                if let Some(hit) = hit {
                    prop_assert!(reaches || !hit.sure, "{id} {point:?} {radius:?} {hit:?}");
                    if let Some(km) = km {
                        prop_assert!(f64::from(hit.km) <= km, "{id} {point:?} {km} {hit:?}");
                    }
                }
            }
        }
    }
}
