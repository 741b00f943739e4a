//! The scale and the spread of the demonstration.

use std::collections::BTreeSet;

use super::{AS_OF, Row, day, demo, list};

#[test]
fn the_demonstration_has_the_real_scale_of_the_community() {
    let (_dir, summary, files) = demo(AS_OF);
    assert_eq!(
        (summary.suppliers, summary.residents, summary.services),
        (900, 1200, 9000)
    );
    assert_eq!((summary.streets, summary.capabilities), (43, 12));
    assert!(
        files
            .of("residents")
            .iter()
            .all(|row| row["community"] == "110105008001")
    );
    let last_birth = day(AS_OF) - chrono::Months::new(60 * 12);
    assert!(
        files
            .of("residents")
            .iter()
            .all(|row| day(&row["birth_date"]) <= last_birth)
    );
    let of_kind = |kind| {
        files
            .of("suppliers")
            .iter()
            .filter(|row| row["kind"] == kind)
            .count()
    };
    assert!(of_kind("person") > 820 && of_kind("organisation") > 10 && of_kind("unit") > 5);
    let in_anzhen = files
        .of("suppliers")
        .iter()
        .filter(|row| row["street"] == "110105008")
        .count();
    assert!(in_anzhen > 650, "{in_anzhen}");
    let first = files
        .of("services")
        .iter()
        .map(|row| row["start"].clone())
        .min();
    assert!(first.is_some_and(|start| start.as_str() < "2025-12-15"));
}

#[test]
fn outcomes_and_ratings_are_spread_as_in_life() {
    let (_dir, _, files) = demo(AS_OF);
    let share = |test: &dyn Fn(&&Row) -> bool| files.of("services").iter().filter(test).count();
    assert!((7600..8300).contains(&share(&|row| row["outcome"] == "completed")));
    let rated = share(&|row| !row["rating"].is_empty());
    let good = share(&|row| ["4", "5"].contains(&row["rating"].as_str()));
    assert!(good * 10 > rated * 7 && good < rated);
    assert!(share(&|row| !row["need"].is_empty()) > 200);
}

#[test]
fn the_demonstration_has_visits_today_and_some_that_await_their_outcome() {
    let (_dir, _, files) = demo(AS_OF);
    let served: BTreeSet<(&str, &str)> = files
        .of("services")
        .iter()
        .map(|row| (row["need"].as_str(), row["start"].as_str()))
        .collect();
    let booked: Vec<(&str, &str)> = files
        .of("matches")
        .iter()
        .flat_map(|row| list(row, "visits").map(|visit| (row["need"].as_str(), visit)))
        .collect();
    let today = booked
        .iter()
        .filter(|(_, visit)| visit.starts_with(AS_OF))
        .count();
    let awaiting = booked
        .iter()
        .filter(|(_, visit)| *visit < AS_OF)
        .filter(|pair| !served.contains(pair))
        .count();
    assert!(today >= 5, "{today}");
    assert!((5..60).contains(&awaiting), "{awaiting}");
}
