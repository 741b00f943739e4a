//! What may let too many through lets nobody out.

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
        1 => Just(None)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Nobody who reaches the point is left out, before and after packing and taking out.
    #[test]
    fn nobody_within_reach_is_missed(
        people in prop::collection::vec((prop::option::weighted(0.95, point()), radius()), 1..300),
        from in point(),
        extra in prop_oneof![Just(0.0), 0.0..5.0],
    ) {
        let mut postings = Postings::default();
        for (id, (point, radius)) in (0..).zip(&people) {
            postings.put(Hit { id, level: 1 }, Glance::default(), *point, *radius);
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
            postings.near(Some(from), extra, Glance::default(), &mut found);
            let all = found.len();
            let mut found: Vec<u32> = found.iter().map(|hit| hit.id).collect();
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(all, found.len());
            for (id, (point, radius)) in (0..).zip(&people) {
                let reaches = match (point, radius) {
                    (Some(point), Some(radius)) => point.distance_km(from) <= radius + extra,
                    _ => true,
                };
                if gone(id) {
                    prop_assert!(!found.contains(&id));
                } else if reaches {
                    prop_assert!(found.contains(&id), "{id} {point:?} {radius:?}");
                }
            }
        }
    }
}
