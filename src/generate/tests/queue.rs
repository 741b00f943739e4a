//! The queue that made-up needs give, and who can serve them, by plain loops.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Timelike};

use super::{AS_OF, Files, Row, day, demo, list, made, moment, number, small, visits, windows};
use crate::generate::demo::STORY_NEED;

/// The open needs of SPEC §3's queue, with the visits considered at the beginning of `as_of`.
fn queue(files: &Files, as_of: NaiveDate) -> Vec<(&Row, Vec<NaiveDateTime>)> {
    let now = as_of.and_hms_opt(0, 0, 0).expect("midnight");
    let needs = files
        .of("needs")
        .iter()
        .filter(|row| row["cancelled_at"].is_empty());
    needs
        .filter_map(|need| {
            let coming: Vec<NaiveDateTime> = visits(need, moment(&need["start"]))
                .into_iter()
                .filter(|visit| *visit >= now)
                .collect();
            let end = *coming.first()? + Days::new(28);
            let booked = |visit: &NaiveDateTime| {
                let text = visit.format("%Y-%m-%dT%H:%M").to_string();
                files
                    .of("matches")
                    .iter()
                    .filter(|row| {
                        row["need"] == need["code"] && list(row, "visits").any(|one| one == text)
                    })
                    .count()
            };
            let people: usize = number(&need["people"]).unwrap_or(1);
            let considered: Vec<NaiveDateTime> = coming
                .into_iter()
                .filter(|visit| *visit < end && booked(visit) < people)
                .collect();
            (!considered.is_empty()).then_some((need, considered))
        })
        .collect()
}

/// Who can serve a need by category, sex, capability, availability, distance and blocking.
fn candidates<'a>(files: &'a Files, need: &Row, considered: &[NaiveDateTime]) -> Vec<&'a Row> {
    let resident = files.by_code("residents")[need["resident"].as_str()];
    let branch = branch(files, &need["category"]);
    let remote = files.by_code("categories")[need["category"].as_str()]["remote"] == "yes";
    let last = considered.last().expect("a visit").date();
    files
        .of("suppliers")
        .iter()
        .filter(|row| row["status"] == "active")
        .filter(|row| {
            list(row, "skills")
                .any(|skill| branch.contains(skill.split(':').next().unwrap_or(skill)))
        })
        .filter(|row| need["sex"].is_empty() || row["sex"] == need["sex"] || row["sex"] == "any")
        .filter(|row| {
            list(need, "capabilities")
                .all(|wanted| list(row, "capabilities").any(|held| holds(held, wanted, last)))
        })
        .filter(|row| !list(resident, "blocked").any(|code| code == row["code"]))
        .filter(|row| {
            remote
                || number::<f64>(&row["radius_km"])
                    .is_none_or(|radius| distance(files, row, resident) <= radius)
        })
        .filter(|row| is_free(row, need, considered))
        .collect()
}

fn holds(held: &str, wanted: &str, last: NaiveDate) -> bool {
    match held.split_once(':') {
        Some((code, ends)) => code == wanted && day(ends) >= last,
        None => held == wanted,
    }
}

fn branch<'a>(files: &'a Files, top: &str) -> BTreeSet<&'a str> {
    let mut branch = BTreeSet::new();
    for row in files.of("categories") {
        if row["code"] == top || branch.contains(row["parent"].as_str()) {
            branch.insert(row["code"].as_str());
        }
    }
    branch
}

fn is_free(supplier: &Row, need: &Row, considered: &[NaiveDateTime]) -> bool {
    let slots = windows(&supplier["availability"]);
    let minutes: u32 = number(&need["minutes"]).expect("minutes");
    considered.iter().all(|visit| {
        let start = visit.hour() * 60 + visit.minute();
        let weekday = visit.weekday().num_days_from_monday();
        let away = list(supplier, "away").filter_map(|range| range.split_once('/'));
        (start / 30..(start + minutes).div_ceil(30)).all(|slot| slots.contains(&(weekday, slot)))
            && !away
                .map(|(first, last)| day(first)..=day(last))
                .any(|range| range.contains(&visit.date()))
    })
}

/// Kilometres, by the haversine.
fn distance(files: &Files, from: &Row, to: &Row) -> f64 {
    let communities = files.by_code("communities");
    let point = |row: &Row| {
        let row = if row["lon"].is_empty() {
            communities[row["community"].as_str()]
        } else {
            row
        };
        let radians = |column: &str| number::<f64>(&row[column]).expect("degrees").to_radians();
        (radians("lon"), radians("lat"))
    };
    let ((lon, lat), (lon_to, lat_to)) = (point(from), point(to));
    let h = ((lat_to - lat) / 2.0).sin().powi(2)
        + lat.cos() * lat_to.cos() * ((lon_to - lon) / 2.0).sin().powi(2);
    2.0 * 6371.0088 * h.sqrt().asin()
}

#[test]
fn a_hundred_and_twenty_needs_are_open_and_nearly_all_have_candidates() {
    for as_of in [AS_OF, "2027-02-28", "2027-08-07"] {
        let (_dir, _, files) = demo(as_of);
        let queue = queue(&files, day(as_of));
        assert_eq!(queue.len(), 120);
        let met = queue
            .iter()
            .filter(|(need, visits)| !candidates(&files, need, visits).is_empty())
            .count();
        assert!((108..120).contains(&met), "{met} on {as_of}");
    }
}

#[test]
fn nearly_all_open_needs_of_a_district_have_candidates() {
    let size = small();
    let (dir, _) = made(&size);
    let files = Files::read(dir.path());
    let queue = queue(&files, size.as_of);
    assert!(queue.len() > 400, "{}", queue.len());
    let met = queue
        .iter()
        .filter(|(need, visits)| !candidates(&files, need, visits).is_empty())
        .count();
    assert!(met * 10 >= queue.len() * 9, "{met} of {}", queue.len());
}

#[test]
fn the_old_man_s_need_is_near_the_top_with_five_barbers_at_least() {
    for as_of in [AS_OF, "2026-11-24", "2027-01-30", "2027-04-29"] {
        let (_dir, _, files) = demo(as_of);
        let today = day(as_of);
        let mut queue = queue(&files, today);
        let rank = |need: &Row| {
            ["urgent", "high", "normal", "low"]
                .iter()
                .position(|known| *known == need["urgency"])
        };
        queue.sort_by_key(|(need, visits)| (rank(need), visits[0], need["opened_at"].clone()));
        let place = queue
            .iter()
            .position(|(need, _)| need["code"] == STORY_NEED)
            .expect("in the queue");
        assert!(place < 15, "{place} on {as_of}");
        let (need, visits) = &queue[place];
        assert_eq!(
            (
                need["sex"].as_str(),
                need["capabilities"].as_str(),
                need["category"].as_str()
            ),
            ("m", "strong", "barber")
        );
        assert!(need["recurrence"].starts_with("FREQ=MONTHLY;BYDAY="));
        let old_man = files.by_code("residents")[need["resident"].as_str()];
        assert_eq!(old_man["name"], "赵德山");
        assert_eq!(today.years_since(day(&old_man["birth_date"])), Some(84));
        let barbers = candidates(&files, need, visits);
        let away: BTreeSet<String> = barbers
            .iter()
            .map(|row| format!("{:.2}", distance(&files, row, old_man)))
            .collect();
        assert!(away.len() >= 5, "{away:?} on {as_of}");
        let booked = |row: &&Row| {
            files
                .of("matches")
                .iter()
                .any(|one| one["supplier"] == row["code"])
        };
        assert!(barbers.iter().filter(|row| !booked(row)).count() >= 5);
    }
}
