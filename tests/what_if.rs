//! What scripts can ask about what is not, and make true: near misses, parts of a series, relaxations, substitutes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

struct Story {
    folder: tempfile::TempDir,
}

impl Story {
    /// The district of the stories; 周淑华 is away on the third date of the weekly cleaning, and the society has paused.
    fn begin() -> Self {
        let story = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/story");
        let data = story.folder.path().join("data");
        fs::create_dir(&data).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), data.join(entry.file_name())).unwrap();
        }
        story.done(&["import", "all", data.to_str().unwrap()]);
        story.done(&[
            "edit",
            "supplier",
            "V0000183",
            "--away",
            "2026-12-09/2026-12-09",
        ]);
        story.done(&["edit", "supplier", "O0000012", "--status", "paused"]);
        story
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_matchdesk"))
            .env_clear()
            .env("MATCHDESK_STORE", self.folder.path().join("store.redb"))
            .env("MATCHDESK_NOW", "2026-11-23T08:00")
            .args(["--lang", "en"])
            .args(args)
            .output()
            .unwrap()
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let line: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.done(&line)).unwrap()
    }

    #[track_caller]
    fn refused(&self, args: &[&str]) -> (i32, Value) {
        let line: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let output = self.run(&line);
        let status = output.status.code().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

#[test]
fn who_can_take_most_of_a_series_is_named_with_what_is_missing_and_confirmed_for_the_rest() {
    let story = Story::begin();
    let found = story.json(&["candidates", "N0000103", "--partial"]);
    assert_eq!(found["eligible"], 0);
    let part = &found["partial"]["suppliers"][0];
    assert_eq!(found["partial"]["count"], 1);
    assert_eq!(part["supplier"], "V0000183");
    assert_eq!(part["missing"][0]["visit"], "2026-12-09T14:00");
    assert_eq!(part["missing"][0]["failed"][0], "availability");
    let shown = story.done(&["candidates", "N0000103", "--partial"]);
    assert!(shown.contains("3 of 4, not 2026-12-09 14:00"), "{shown}");

    let (status, refused) = story.refused(&["confirm", "N0000103", "V0000183"]);
    assert_eq!(
        (status, &refused["refused"][0]),
        (1, &"availability".into())
    );
    let made = story.json(&["confirm", "N0000103", "V0000183", "--partial"]);
    assert_eq!(made["visits"].as_array().unwrap().len(), 3);
    let queue = story.json(&["queue"]);
    let left = queue["needs"].as_array().unwrap().iter();
    let left = left.filter(|row| row["need"] == "N0000103");
    assert_eq!(
        left.map(|row| &row["first_visit"]).collect::<Vec<_>>(),
        ["2026-12-09T14:00"]
    );
}

#[test]
fn a_part_that_somebody_took_stands_for_the_visits_to_come() {
    let story = Story::begin();
    story.done(&["confirm", "N0000103", "V0000183", "--partial"]);
    let later = story.run(&["queue", "--now", "2026-12-01T08:00", "--json"]);
    assert!(later.status.success());
    let shown = story
        .json(&["show", "match", "N0000103/V0000183"])
        .to_string();
    assert!(shown.contains("2026-12-23T14:00"), "{shown}");
}

#[test]
fn confirming_a_part_of_nothing_says_which_rules_refuse() {
    let story = Story::begin();
    let (status, refused) = story.refused(&["confirm", "N0000103", "V0000131", "--partial"]);
    assert_eq!(status, 1);
    assert!(
        refused["refused"]
            .as_array()
            .unwrap()
            .contains(&"category".into())
    );
}

#[test]
fn near_misses_stand_by_rule_with_what_the_rule_says() {
    let story = Story::begin();
    let found = story.json(&["candidates", "N0000101", "--near", "--top", "2"]);
    let near = found["near"].as_array().unwrap();
    let rules: Vec<&str> = near.iter().map(|g| g["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["status", "sex", "availability"]);
    assert_eq!(near[1]["suppliers"][0]["supplier"], "V0000152");
    assert_eq!(near[1]["suppliers"][0]["detail"], "the need asks for m");
    let shown = story.done(&["candidates", "N0000101", "--near"]);
    assert!(shown.contains("Only sex refuses: 1"), "{shown}");
}

#[test]
fn a_relaxation_is_made_true_by_its_number_with_a_reason_that_the_journal_keeps() {
    let story = Story::begin();
    let found = story.json(&["relax", "N0000106"]);
    let all = found["relaxations"].as_array().unwrap();
    let chosen = &all[0];
    let line = [
        "relax",
        "N0000106",
        "--apply",
        "1",
        "--reason",
        "agreed by telephone",
    ];
    let made = story.json(&line);
    assert_eq!(&made["applied"]["set"], &chosen["set"]);
    assert_eq!(made["eligible"], chosen["eligible"]);
    let again = story.json(&["candidates", "N0000106"]);
    assert_eq!(again["eligible"], chosen["eligible"]);
    let log = story.done(&["log", "--need", "N0000106"]);
    assert!(log.contains("agreed by telephone"), "{log}");
}

#[test]
fn a_relaxation_needs_a_reason_and_a_number_of_the_list() {
    let story = Story::begin();
    assert_eq!(
        story
            .run(&["relax", "N0000106", "--apply", "1"])
            .status
            .code(),
        Some(2)
    );
    let blank = ["relax", "N0000106", "--apply", "1", "--reason", " "];
    assert_eq!(story.run(&blank).status.code(), Some(2));
    let beyond = ["relax", "N0000106", "--apply", "0", "--reason", "x"];
    assert_eq!(story.refused(&beyond).0, 3);
    let need = story.json(&["show", "need", "N0000106"]).to_string();
    assert!(
        need.contains("2026-11-27T06:00") && need.contains("driver"),
        "{need}"
    );
}

#[test]
fn a_distance_is_given_by_the_supplier_who_goes_farther() {
    let story = Story::begin();
    for supplier in ["V0000177", "V0000190"] {
        story.done(&["edit", "supplier", supplier, "--radius-km", "0.1"]);
    }
    let found = story.json(&["relax", "N0000102"]);
    let all = found["relaxations"].as_array().unwrap();
    let at = all
        .iter()
        .position(|r| r["set"]["extra_km"] == 0.5)
        .unwrap()
        + 1;
    let number = at.to_string();
    let line = [
        "relax",
        "N0000102",
        "--apply",
        &number,
        "--reason",
        "they agreed",
    ];
    let made = story.json(&line);
    assert_eq!(made["changed"][0]["kind"], "suppliers");
    assert_eq!(made["eligible"], 1);
    let supplier = made["changed"][0]["code"].as_str().unwrap();
    let log = story.done(&["log", "--supplier", supplier]);
    assert!(log.contains("they agreed"), "{log}");
}

#[test]
fn one_visit_is_given_to_a_substitute_and_the_match_stays() {
    let story = Story::begin();
    story.done(&["edit", "supplier", "V0000183", "--away", ""]);
    story.done(&["edit", "supplier", "O0000012", "--status", "active"]);
    story.done(&["confirm", "N0000103", "V0000183"]);
    let visit = ["substitute", "N0000103", "V0000183", "2026-12-09T14:00"];
    let found = story.json(&visit);
    assert_eq!(found["candidates"][0]["supplier"], "O0000012");
    let (status, _) = story.refused(&[&visit[..], &["--by", "V0000183"]].concat());
    assert_eq!(status, 1, "nobody stands in for themselves");
    let made = story.json(&[&visit[..], &["--by", "O0000012"]].concat());
    assert_eq!(made["instead_of"], "V0000183");
    assert_eq!(made["visits"][0], "2026-12-09T14:00");
    let queue = story.json(&["queue"]).to_string();
    assert!(!queue.contains("N0000103"), "every visit is covered");
    let (status, refused) = story.refused(&[&visit[..], &["--by", "O0000012"]].concat());
    assert_eq!((status, &refused["refused"][0]), (1, &"closed".into()));
    story.done(&["verify"]);
}
