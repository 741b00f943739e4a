//! Whether rows are what SPEC §2 has.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, NaiveDateTime, Timelike};

use super::{AS_OF, Files, Row, day, list, moment, number, visits, windows};

/// Checks every row around a day.
pub(super) fn check_all(files: &Files, as_of: NaiveDate) {
    check_suppliers(files);
    check_residents(files);
    check_needs(files, as_of);
    check_matches(files, as_of);
    check_services(files, as_of);
}

fn check_person(row: &Row) {
    assert!(!row["name"].is_empty());
    assert!(row["phone"].starts_with("1004") && row["phone"].len() == 11);
    let number = &row["id_number"];
    if !number.is_empty() {
        assert!(number.starts_with("1199") && number.len() == 18, "{number}");
        assert_eq!(number[6..14], row["birth_date"].replace('-', ""));
        assert_eq!(number.chars().last(), Some(check_character(number)));
    }
}

/// ISO 7064 MOD 11-2, as its text has it.
fn check_character(number: &str) -> char {
    let mut sum = 0;
    for digit in number.chars().take(17) {
        sum = (sum + digit.to_digit(10).expect("a digit")) * 2 % 11;
    }
    match (12 - sum) % 11 {
        10 => 'X',
        value => char::from_digit(value, 10).expect("a digit"),
    }
}

fn check_place(files: &Files, row: &Row) {
    assert!(
        files
            .of("streets")
            .iter()
            .any(|street| street["code"] == row["street"])
    );
    let community = files
        .of("communities")
        .iter()
        .find(|one| one["code"] == row["community"]);
    assert_eq!(community.map(|one| &one["street"]), Some(&row["street"]));
    if !row["lon"].is_empty() {
        let (lon, lat): (f64, f64) = (
            row["lon"].parse().expect("degrees"),
            row["lat"].parse().expect("degrees"),
        );
        assert!((116.3..116.7).contains(&lon) && (39.8..40.15).contains(&lat));
    }
}

fn check_suppliers(files: &Files) {
    let (categories, capabilities) = (files.codes("categories"), files.codes("capabilities"));
    files.codes("suppliers");
    for row in files.of("suppliers") {
        check_person(row);
        check_place(files, row);
        assert!(["person", "organisation", "unit"].contains(&row["kind"].as_str()));
        assert!(["m", "f", "any", ""].contains(&row["sex"].as_str()));
        assert!(["active", "paused", "withdrawn"].contains(&row["status"].as_str()));
        assert_eq!(row["status"] == "active", row["status_since"].is_empty());
        assert!(row["kind"] != "person" || row["capacity"] == "1");
        let skills: Vec<&str> = list(row, "skills").collect();
        assert!(!skills.is_empty());
        for skill in skills {
            let (code, level) = skill.split_once(':').unwrap_or((skill, "2"));
            assert!(categories.contains(code) && ["1", "2", "3"].contains(&level));
        }
        for held in list(row, "capabilities") {
            let (code, ends) = held.split_once(':').unwrap_or((held, AS_OF));
            assert!(capabilities.contains(code));
            day(ends);
        }
        for away in list(row, "away") {
            let (first, last) = away.split_once('/').expect("a range");
            assert!(day(first) <= day(last));
        }
        assert!(!windows(&row["availability"]).is_empty());
        day(&row["joined_on"]);
    }
}

fn check_residents(files: &Files) {
    let suppliers = files.codes("suppliers");
    files.codes("residents");
    for row in files.of("residents") {
        check_person(row);
        check_place(files, row);
        assert!(["m", "f"].contains(&row["sex"].as_str()));
        assert!(
            list(row, "blocked")
                .chain(list(row, "preferred"))
                .all(|code| suppliers.contains(code))
        );
        assert!(row["blocked"].is_empty() || row["blocked"] != row["preferred"]);
    }
}

fn check_needs(files: &Files, as_of: NaiveDate) {
    let (categories, capabilities, residents) = (
        files.codes("categories"),
        files.codes("capabilities"),
        files.codes("residents"),
    );
    files.codes("needs");
    for row in files.of("needs") {
        assert!(
            categories.contains(row["category"].as_str())
                && residents.contains(row["resident"].as_str())
        );
        assert!(list(row, "capabilities").all(|code| capabilities.contains(code)));
        assert!(["low", "normal", "high", "urgent"].contains(&row["urgency"].as_str()));
        check_length(row);
        let start = moment(&row["start"]);
        assert_eq!(visits(row, start).first(), Some(&start), "{row:?}");
        let opened = moment(&row["opened_at"]);
        assert!(opened < start && opened.date() < as_of, "{row:?}");
        if !row["cancelled_at"].is_empty() {
            let cancelled = moment(&row["cancelled_at"]);
            assert!(
                opened < cancelled && cancelled.date() < as_of && !row["cancel_reason"].is_empty(),
                "{row:?}"
            );
        }
    }
}

fn check_length(row: &Row) {
    let start = moment(&row["start"]);
    let minutes: u32 = row["minutes"].parse().expect("minutes");
    assert!((15..=1440).contains(&minutes));
    assert!(start.hour() * 60 + start.minute() + minutes <= 1440);
}

fn check_matches(files: &Files, as_of: NaiveDate) {
    let (needs, suppliers) = (files.by_code("needs"), files.codes("suppliers"));
    let mut pairs = BTreeSet::new();
    for row in files.of("matches") {
        assert!(suppliers.contains(row["supplier"].as_str()));
        assert!(
            pairs.insert((&row["need"], &row["supplier"])),
            "a match is there once"
        );
        let need = needs[row["need"].as_str()];
        let (opened, confirmed) = (moment(&need["opened_at"]), moment(&row["confirmed_at"]));
        let start = moment(&need["start"]);
        assert!(
            opened < confirmed && confirmed < start && confirmed.date() < as_of,
            "{row:?}"
        );
        let given: BTreeSet<NaiveDateTime> = visits(need, start).into_iter().collect();
        let booked: Vec<NaiveDateTime> = list(row, "visits").map(moment).collect();
        assert!(
            !booked.is_empty() && booked.iter().all(|visit| given.contains(visit)),
            "{row:?}"
        );
        assert!(booked.is_sorted());
        assert!(!row["confirmed_by"].is_empty());
        assert!((0.0..=100.0).contains(&row["score"].parse::<f64>().expect("a score")));
        assert_eq!(row["ended_at"].is_empty(), row["end_reason"].is_empty());
        assert!(
            row["ended_at"].is_empty()
                || booked.iter().all(|visit| *visit < moment(&row["ended_at"]))
        );
    }
}

fn check_services(files: &Files, as_of: NaiveDate) {
    let (needs, suppliers, residents) = (
        files.by_code("needs"),
        files.by_code("suppliers"),
        files.codes("residents"),
    );
    let categories = files.codes("categories");
    let booked: BTreeSet<(&str, &str, &str)> = files
        .of("matches")
        .iter()
        .flat_map(|row| {
            list(row, "visits").map(|visit| (row["need"].as_str(), row["supplier"].as_str(), visit))
        })
        .collect();
    files.codes("services");
    for row in files.of("services") {
        assert!(
            residents.contains(row["resident"].as_str())
                && categories.contains(row["category"].as_str())
        );
        assert!(suppliers.contains_key(row["supplier"].as_str()));
        let outcomes = [
            "completed",
            "no_show",
            "cancelled_by_resident",
            "cancelled_by_supplier",
        ];
        assert!(outcomes.contains(&row["outcome"].as_str()));
        assert!(
            row["rating"].is_empty()
                || row["outcome"] == "completed"
                    && (1..=5).contains(&number(&row["rating"]).unwrap_or(0))
        );
        check_length(row);
        let start = moment(&row["start"]);
        assert!(start.date() < as_of && start.date() >= as_of - Days::new(366));
        if !row["need"].is_empty() {
            let need = needs[row["need"].as_str()];
            assert_eq!(
                (&need["resident"], &need["category"]),
                (&row["resident"], &row["category"])
            );
            assert!(booked.contains(&(
                row["need"].as_str(),
                row["supplier"].as_str(),
                row["start"].as_str()
            )));
        }
    }
}
