//! Out, in and out again.

use std::fs;

use matchdesk::desk::{Actor, ImportRow};
use matchdesk::domain::field::Shape;
use matchdesk::domain::{Kind, Record};
use matchdesk::exchange::ImportOptions;
use matchdesk::for_kind;
use proptest::prelude::*;
use proptest::sample::select;

use super::World;

/// Records of each kind.
const EACH: usize = 3;

fn code(kind: Kind, number: usize) -> String {
    format!("{}-{number}", kind.singular())
}

/// Columns that must be filled by place: keys and references upwards, which must not go in circles.
fn fixed(kind: Kind, column: &str, number: usize) -> Option<String> {
    let upwards = || {
        number
            .checked_sub(1)
            .map_or(String::new(), |above| code(kind, above))
    };
    Some(match (kind, column) {
        (Kind::Match, "need") => code(Kind::Need, number / 2),
        (Kind::Match, "supplier") => code(Kind::Supplier, 1),
        (Kind::Match, "confirmed_at") => format!("2026-11-0{}T08:00:07", number + 1),
        (Kind::Match, "ended_at") if number.is_multiple_of(2) => "2026-11-09T08:00".to_owned(),
        (_, "code") => code(kind, number),
        (_, "parent") => upwards(),
        (_, "merged_into") if number == 2 => upwards(),
        (Kind::Match, "ended_at") | (_, "merged_into") => String::new(),
        _ => return None,
    })
}

fn one_of(kind: Kind) -> BoxedStrategy<String> {
    (0..EACH).prop_map(move |number| code(kind, number)).boxed()
}

fn maybe(strategy: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), strategy].boxed()
}

fn words(words: &[&'static str]) -> BoxedStrategy<String> {
    select(words.to_vec()).prop_map(str::to_owned).boxed()
}

fn time() -> BoxedStrategy<String> {
    (1..=28u8, 0..20u8, 0..60u8)
        .prop_map(|(day, hour, minute)| format!("2026-11-{day:02}T{hour:02}:{minute:02}"))
        .boxed()
}

fn day() -> BoxedStrategy<String> {
    (1..=28u8)
        .prop_map(|day| format!("1950-02-{day:02}"))
        .boxed()
}

fn cell(kind: Kind, column: &str, shape: Shape) -> BoxedStrategy<String> {
    let decimal = || {
        (0..90_000_000u32)
            .prop_map(|n| (f64::from(n) / 1_000_003.0).to_string())
            .boxed()
    };
    match (kind, column) {
        (_, "name" | "name_zh") => "[王=+@'\"-]\\PC{0,5}[a王,\"]".boxed(),
        (_, "street") if kind != Kind::Street => one_of(Kind::Street),
        (_, "community") => maybe(one_of(Kind::Community)),
        (_, "resident") => one_of(Kind::Resident),
        (_, "supplier") => one_of(Kind::Supplier),
        (_, "category") => one_of(Kind::Category),
        (Kind::Service, "need") => maybe(one_of(Kind::Need)),
        (_, "blocked" | "preferred") => maybe(one_of(Kind::Supplier)),
        (_, "kind") => words(&["person", "unit", "organisation"]),
        (_, "sex") => words(&["", "m", "f"]),
        (_, "birth_date" | "joined_on" | "status_since") => maybe(day()),
        (_, "id_number") => words(&["", "11010519491231002x"]),
        (_, "lon" | "lat" | "radius_km" | "max_hours_week" | "score") => decimal(),
        (_, "skills") => maybe(
            (one_of(Kind::Category), 1..4u8)
                .prop_map(|(c, n)| format!("{c}:{n}"))
                .boxed(),
        ),
        (Kind::Supplier, "capabilities") => words(&["", "capability-0:2027-03-01;capability-1"]),
        (Kind::Need, "capabilities") => maybe(one_of(Kind::Capability)),
        (_, "availability") => words(&[
            "",
            "weekdays 18:00-21:00; sat,sun 08:00-24:00",
            "daily 00:00-24:00",
        ]),
        (_, "capacity" | "people" | "rank") => (1..9u8).prop_map(|n| n.to_string()).boxed(),
        (_, "status") => words(&["", "active", "paused", "withdrawn"]),
        (_, "away") => words(&["", "2026-12-01/2026-12-10;2027-01-01/2027-01-01"]),
        (_, "start" | "visits" | "opened_at") => time(),
        (_, "cancelled_at") => maybe(time()),
        (_, "minutes") => (15..200u16).prop_map(|n| n.to_string()).boxed(),
        (_, "recurrence") => words(&["", "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;INTERVAL=2"]),
        (_, "urgency") => words(&["", "low", "urgent"]),
        (_, "outcome") => words(&["completed", "no_show", "cancelled_by_resident"]),
        (_, "rating") => words(&["", "1", "5"]),
        (_, "standing") => words(&["", "no"]),
        (_, "remote" | "retired") => words(&["", "yes"]),
        (_, "circumstances") => words(&["", "=独居;失独", "独居"]),
        _ if shape == Shape::Text => "\\PC{0,6}|['=+@,\"\n王 -]{0,6}".boxed(),
        _ => Just(String::new()).boxed(),
    }
}

fn row(kind: Kind, number: usize) -> BoxedStrategy<ImportRow> {
    let columns: Vec<(&'static str, Shape)> =
        for_kind!(kind, R => R::fields().iter().map(|field| (field.column, field.shape)).collect());
    let cells: Vec<BoxedStrategy<(&'static str, String)>> = columns
        .into_iter()
        .map(|(column, shape)| {
            let strategy = match fixed(kind, column, number) {
                Some(text) => Just(text).boxed(),
                None => cell(kind, column, shape),
            };
            strategy.prop_map(move |text| (column, text)).boxed()
        })
        .collect();
    let line = number as u64;
    cells
        .prop_map(move |cells| ImportRow { line, cells })
        .boxed()
}

fn rows() -> Vec<BoxedStrategy<Vec<ImportRow>>> {
    Kind::FILES
        .into_iter()
        .map(|kind| {
            (0..EACH)
                .map(|number| row(kind, number))
                .collect::<Vec<_>>()
                .boxed()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn an_export_into_an_empty_store_exports_the_same_bytes(all in rows()) {
        let first = World::new();
        for (kind, rows) in Kind::FILES.into_iter().zip(&all) {
            let imported = first.desk.import(&Actor::desk(), kind, rows.as_slice(), "test").unwrap();
            prop_assert_eq!(imported.rejected, vec![]);
        }
        let files = first.everything();
        let second = World::new();
        let dir = second.path("in");
        fs::create_dir(&dir).unwrap();
        for (name, text) in &files {
            fs::write(dir.join(name), text).unwrap();
        }
        for report in second.import_folder(&dir, &ImportOptions::default()).unwrap() {
            prop_assert_eq!((report.rejected, report.rows, report.added), (vec![], 3, 3));
        }
        prop_assert_eq!(&second.everything(), &files);
        for report in second.import_folder(&dir, &ImportOptions::default()).unwrap() {
            prop_assert_eq!(report.unchanged, 3);
        }
    }
}
