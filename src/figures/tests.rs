use proptest::prelude::*;

use super::made_up::Dice;
use super::naive::{Asked, World};
use super::*;
use crate::domain::record::{Category, Match, Need, Resident, Service, Street, Supplier};
use crate::domain::{Code, Minute, Outcome, Recurrence, Status};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn at(text: &str) -> Minute {
    Minute::parse(text).unwrap()
}

fn stamp(text: &str) -> Stamp {
    at(text).stamp()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn november() -> Period {
    Period {
        from: Some(day("2026-11-01")),
        to: Some(day("2026-11-30")),
    }
}

const NOW: &str = "2026-11-24T08:00";

/// Two streets, one resident and one supplier each, one category.
fn small() -> World {
    let mut world = World::default();
    for n in ["1", "2"] {
        world.streets.push(Street {
            code: code(&format!("s{n}")),
            name_zh: format!("街{n}"),
            ..Street::default()
        });
        world.residents.push(Resident {
            code: code(&format!("r{n}")),
            street: Some(code(&format!("s{n}"))),
            ..Resident::default()
        });
        world.suppliers.push(Supplier {
            code: code(&format!("v{n}")),
            name: format!("人{n}"),
            street: Some(code(&format!("s{n}"))),
            joined_on: Some(day("2026-01-01")),
            ..Supplier::default()
        });
    }
    world.categories.push(Category {
        code: code("c1"),
        ..Category::default()
    });
    world
}

fn need(start: &str, people: u16) -> Need {
    Need {
        code: code("n1"),
        resident: code("r1"),
        category: code("c1"),
        start: at(start),
        minutes: 60,
        people,
        opened_at: stamp("2026-11-02T08:00"),
        ..Need::default()
    }
}

fn matched(supplier: &str, visits: &[&str], confirmed: &str) -> Match {
    Match {
        need: code("n1"),
        supplier: code(supplier),
        visits: visits.iter().map(|start| at(start)).collect(),
        confirmed_at: stamp(confirmed),
        ..Match::default()
    }
}

fn row(supplier: &str, start: &str, outcome: Outcome) -> Service {
    Service {
        code: code("x"),
        resident: code("r1"),
        supplier: code(supplier),
        category: code("c1"),
        start: at(start),
        minutes: 45,
        outcome,
        ..Service::default()
    }
}

fn facts(world: &World) -> Facts {
    let mut facts = Facts::default();
    for record in world.records() {
        facts.load(&record);
    }
    facts
}

fn all(world: &World) -> Figures {
    total(&facts(world), november(), stamp(NOW))
}

#[test]
fn a_booking_and_its_row_are_one_visit_and_the_row_wins() {
    let mut world = small();
    world.needs.push(need("2026-11-10T09:00", 1));
    world
        .matches
        .push(matched("v1", &["2026-11-10T09:00"], "2026-11-03T08:00"));
    let open = all(&world);
    assert_eq!((open.visits_due, open.awaiting_outcome), (1, 1));
    world.services.push(Service {
        need: Some(code("n1")),
        rating: Some(4),
        ..row("v1", "2026-11-10T09:00", Outcome::Completed)
    });
    let closed = all(&world);
    assert_eq!((closed.visits_due, closed.awaiting_outcome), (1, 0));
    assert_eq!((closed.completed, closed.minutes_served), (1, 45));
    assert_eq!(closed.completion_rate, Some(1.0));
    assert_eq!(closed.satisfaction, Some(4.0));
}

#[test]
fn a_visit_is_due_at_its_end_and_not_a_minute_before() {
    let mut world = small();
    world.needs.push(need("2026-11-24T07:00", 1));
    world
        .matches
        .push(matched("v1", &["2026-11-24T07:00"], "2026-11-03T08:00"));
    let facts = facts(&world);
    let due = |now: Stamp| total(&facts, november(), now).awaiting_outcome;
    assert_eq!((due(stamp(NOW)), due(Stamp(stamp(NOW).0 - 1))), (1, 0));
}

#[test]
fn what_a_resident_cancels_is_not_due() {
    let mut world = small();
    world.services = vec![
        row("v1", "2026-11-10T09:00", Outcome::CancelledByResident),
        row("v1", "2026-11-11T09:00", Outcome::CancelledBySupplier),
        row("v1", "2026-11-12T09:00", Outcome::NoShow),
        row("v1", "2026-10-31T23:00", Outcome::Completed),
    ];
    let figures = all(&world);
    assert_eq!(figures.visits_due, 2);
    assert_eq!(
        (
            figures.cancelled_by_resident,
            figures.cancelled_by_supplier,
            figures.no_show,
            figures.completed
        ),
        (1, 1, 1, 0)
    );
    assert_eq!(
        (figures.completion_rate, figures.satisfaction),
        (Some(0.0), None)
    );
}

#[test]
fn each_missing_place_of_a_passed_occurrence_counts() {
    let mut world = small();
    world.needs.push(Need {
        recurrence: Recurrence::parse("FREQ=WEEKLY").ok(),
        ..need("2026-11-03T09:00", 2)
    });
    world
        .matches
        .push(matched("v1", &["2026-11-10T09:00"], "2026-11-03T08:00"));
    // 3rd: two missing; 10th: one; 17th: two; the 24th has not ended.
    assert_eq!(all(&world).visits_unfilled, 5);
    world.services.push(Service {
        need: Some(code("n1")),
        ..row("v1", "2026-11-10T09:00", Outcome::CancelledBySupplier)
    });
    assert_eq!(all(&world).visits_unfilled, 6);
    world.services.push(Service {
        need: Some(code("n1")),
        ..row("v2", "2026-11-17T09:00", Outcome::CancelledByResident)
    });
    assert_eq!(all(&world).visits_unfilled, 4);
    world.needs[0].cancelled_at = Some(stamp("2026-11-10T09:00"));
    assert_eq!(all(&world).visits_unfilled, 2);
}

#[test]
fn the_wait_ends_with_the_confirmation_that_first_filled_the_need() {
    let mut world = small();
    world.needs.push(need("2026-11-28T09:00", 2));
    world.matches.push(matched("v1", &[], "2026-11-02T10:00"));
    assert_eq!((all(&world).needs_matched, all(&world).backlog), (0, 1));
    world.matches.push(matched("v2", &[], "2026-11-02T20:00"));
    let filled = all(&world);
    assert_eq!(
        (filled.needs_opened, filled.needs_matched, filled.backlog),
        (1, 1, 0)
    );
    assert_eq!(filled.median_hours_to_match, Some(12.0));
    world.matches[1].ended_at = Some(stamp("2026-11-05T08:00"));
    let reopened = all(&world);
    assert_eq!((reopened.needs_matched, reopened.backlog), (1, 1));
}

#[test]
fn the_median_of_two_waits_lies_between_them() {
    let mut world = small();
    world.needs.push(need("2026-11-28T09:00", 1));
    world.needs.push(Need {
        code: code("n2"),
        ..need("2026-11-28T09:00", 1)
    });
    world.matches.push(matched("v1", &[], "2026-11-02T09:00"));
    world.matches.push(Match {
        need: code("n2"),
        ..matched("v1", &[], "2026-11-02T12:00")
    });
    assert_eq!(all(&world).median_hours_to_match, Some(2.5));
}

#[test]
fn a_need_leaves_the_backlog_when_it_lapses_or_is_cancelled() {
    let mut world = small();
    world.needs.push(need("2026-11-24T08:00", 1));
    assert_eq!(all(&world).backlog, 1, "it starts at this moment");
    world.needs[0].start = at("2026-11-24T07:59");
    assert_eq!(all(&world).backlog, 0);
    world.needs[0].start = at("2026-11-28T07:59");
    world.needs[0].cancelled_at = Some(stamp(NOW));
    assert_eq!(all(&world).backlog, 0);
}

#[test]
fn who_was_active_at_the_periods_end_is_registered() {
    let mut world = small();
    world.suppliers[0].status = Status::Paused;
    world.suppliers[0].status_since = Some(day("2026-12-01"));
    assert_eq!(all(&world).suppliers_registered, 2, "paused only later");
    world.suppliers[0].status_since = Some(day("2026-11-30"));
    world.services = vec![row("v2", "2026-11-10T09:00", Outcome::Completed)];
    let figures = all(&world);
    assert_eq!(figures.suppliers_registered, 1);
    assert_eq!(figures.participation_rate, Some(1.0));
    world.suppliers[1].joined_on = Some(day("2026-12-01"));
    assert_eq!(all(&world).participation_rate, None);
}

#[test]
fn a_supplier_takes_part_at_home_wherever_the_visit_was() {
    let mut world = small();
    world.services = vec![row("v2", "2026-11-10T09:00", Outcome::Completed)];
    let rows = stats(&facts(&world), By::Street, november(), stamp(NOW));
    let rates: Vec<_> = rows
        .iter()
        .map(|row| (row.figures.completed, row.figures.participation_rate))
        .collect();
    assert_eq!(rates, [(1, Some(0.0)), (0, Some(1.0))]);
}

#[test]
fn months_between_are_shown_and_merged_and_empty_retired_places_are_not() {
    let mut world = small();
    world.services = vec![
        row("v1", "2026-08-10T09:00", Outcome::Completed),
        row("v1", "2026-10-10T09:00", Outcome::NoShow),
    ];
    world.streets[0].merged_into = Some(code("s2"));
    world.streets.push(Street {
        code: code("s3"),
        retired: true,
        ..Street::default()
    });
    let facts = facts(&world);
    let keys = |by| {
        let rows = stats(&facts, by, Period::default(), stamp(NOW));
        rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(By::Month), ["2026-08", "2026-09", "2026-10"]);
    assert_eq!(keys(By::Street), ["s2"]);
    assert_eq!(keys(By::Supplier), ["v1"]);
}

#[test]
fn what_has_no_street_counts_under_the_empty_key() {
    let mut world = small();
    world.residents[0].street = None;
    world.services = vec![row("v1", "2026-11-10T09:00", Outcome::Completed)];
    let rows = stats(&facts(&world), By::Street, november(), stamp(NOW));
    assert_eq!(rows[0].key, "");
    assert_eq!(
        (rows[0].name_zh.as_str(), rows[0].figures.completed),
        ("未填写", 1)
    );
}

#[test]
fn figures_are_written_by_the_names_of_the_specification() {
    let json = serde_json::to_string(&Figures::default()).unwrap();
    assert!(json.starts_with(
        r#"{"needs_opened":0,"needs_matched":0,"median_hours_to_match":null,"visits_due":0,"visits_unfilled":0,"completed":0"#
    ));
}

/// The keys that a grouping can have in a made-up world.
fn keys(by: By) -> Vec<String> {
    let some = |letter: &str, count| (0..count).map(|n| format!("{letter}{n}")).collect();
    match by {
        By::Street => [some("s", 3), vec![String::new()]].concat(),
        By::Community => [some("m", 3), vec![String::new()]].concat(),
        By::Category => some("c", 3),
        By::Supplier => some("v", 4),
        By::Month => (9..=12).map(|month| format!("2026-{month:02}")).collect(),
    }
}

fn ask(by: Option<By>, key: &str, period: Period, now: Stamp) -> Asked<'_> {
    let mut ask = Asked {
        by,
        key,
        from: period.from.unwrap_or(day("1900-01-01")),
        to: period.to.unwrap_or(now.day()),
        now,
    };
    if by == Some(By::Month) {
        let first = day(&format!("{key}-01"));
        ask.from = ask.from.max(first);
        ask.to = ask.to.min(lens::month_end(lens::month_of(first)));
    }
    ask
}

fn shown(figures: &Figures) -> bool {
    Figures {
        suppliers_registered: 0,
        participation_rate: None,
        backlog: 0,
        ..*figures
    } != Figures::default()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn figures_are_what_plain_loops_over_the_records_give(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let world = dice.world();
        let facts = facts(&world);
        let now = dice.start().stamp();
        let period = Period {
            from: (dice.roll(2) == 0).then(|| dice.day()),
            to: (dice.roll(2) == 0).then(|| dice.day()),
        };
        for by in By::ALL {
            let rows = stats(&facts, *by, period, now);
            prop_assert!(rows.iter().all(|row| keys(*by).contains(&row.key)));
            for key in keys(*by) {
                let naive = world.figures(&ask(Some(*by), &key, period, now));
                match rows.iter().find(|row| row.key == key) {
                    Some(row) => prop_assert_eq!(row.figures, naive, "{} {}", by, key),
                    None => prop_assert!(!shown(&naive), "{} {} {:?}", by, key, naive),
                }
            }
        }
        prop_assert_eq!(total(&facts, period, now), world.figures(&ask(None, "", period, now)));
    }
}
