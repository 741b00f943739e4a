//! The working day of a broker on the command line, on a real store.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// A folder of interchange files: a resident with one need, and two suppliers of whom one is free.
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let data = desk.path("data");
        fs::create_dir(&data).expect("a folder");
        let write = |name: &str, text: &str| fs::write(data.join(name), text).expect("a file");
        write(
            "streets.csv",
            "code,name_zh,name_en,lon,lat\nS1,安贞街道,Anzhen,116.40,39.97\n",
        );
        write(
            "categories.csv",
            "code,parent,name_zh,name_en,remote,retired,merged_into\ncut,,理发,haircut,,,\n",
        );
        write(
            "suppliers.csv",
            "code,kind,name,sex,phone,street,lon,lat,skills,availability,radius_km\n\
            V1,person,王芳,f,10812345678,S1,116.40,39.97,cut:3,daily 08:00-18:00,5\n\
            V2,person,李强,m,10900001111,S1,116.41,39.97,cut,sat 08:00-12:00,5\n",
        );
        write(
            "residents.csv",
            "code,name,sex,phone,street,lon,lat,circumstances\nR1,赵大爷,m,10700002222,S1,116.40,39.975,living alone\n",
        );
        write(
            "needs.csv",
            "code,resident,category,start,minutes,urgency,opened_at\nN1,R1,cut,2026-11-24T09:00,60,high,2026-11-20T10:00\n",
        );
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, line: &str) -> Output {
        self.run_on(&self.path("store.redb"), line)
    }

    fn run_on(&self, store: &Path, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_matchdesk"))
            .env_clear()
            .env("MATCHDESK_STORE", store)
            .env("MATCHDESK_NOW", "2026-11-23T08:00")
            .env("USER", "somebody else")
            .current_dir(self.folder.path())
            .args(line.split(' '))
            .output()
            .expect("the program runs")
    }

    /// Runs a line that must end with `status`, and gives what it prints.
    fn ends(&self, line: &str, status: i32) -> String {
        let output = self.run(line);
        let err = String::from_utf8_lossy(&output.stderr);
        let out = String::from_utf8(output.stdout.clone()).expect("text");
        assert_eq!(output.status.code(), Some(status), "{line}: {err}{out}");
        out
    }

    /// The one document that a line prints with `--json`.
    fn json(&self, line: &str, status: i32) -> Value {
        let text = self.ends(&format!("{line} --json"), status);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
    }
}

#[test]
fn a_need_goes_from_the_file_to_the_closed_visit() {
    let desk = Desk::new();
    let report = desk.json("import all data", 0);
    assert_eq!(report["files"][2]["added"], 2);

    let queue = desk.json("queue", 0);
    assert_eq!(queue["needs"][0]["need"], "N1");
    assert_eq!(queue["needs"][0]["eligible"], 1);
    assert_eq!(queue["needs"][0]["best"]["supplier"], "V1");

    let ranking = desk.json("candidates N1", 0);
    assert_eq!(ranking["as_of"], "2026-11-23T08:00:00+08:00");
    assert_eq!(ranking["candidates"][0]["name"], "王芳");
    assert_eq!(
        ranking["candidates"][0]["criteria"]["proximity"]["weight"],
        20.0
    );

    let why = desk.json("why N1 V2", 0);
    assert_eq!(why["eligible"], false);
    assert_eq!(why["failed"], serde_json::json!(["availability"]));

    let confirmed = desk.json("confirm N1 V1", 0);
    assert_eq!(confirmed["match"], "N1/V1");
    assert_eq!(confirmed["visits"], serde_json::json!(["2026-11-24T09:00"]));
    let again = desk.json("confirm N1 V1", 1);
    assert!(again["refused"].is_array(), "{again}");
    assert_ne!(again["message"], "");
    assert_eq!(desk.json("queue", 0)["needs"], serde_json::json!([]));

    assert_eq!(
        desk.json("unmatch N1 V1 --reason ill", 0)["freed"][0],
        "2026-11-24T09:00"
    );
    assert_eq!(desk.json("queue", 0)["needs"][0]["need"], "N1");
    desk.ends("confirm N1 V1", 0);
    let closed = desk.json(
        "outcome N1 V1 2026-11-24T09:00 completed --rating 5 --now 2026-11-24T12:00",
        0,
    );
    assert_eq!(closed["rating"], 5);

    let stats = desk.json("stats --by street --now 2026-11-24T12:00", 0);
    assert_eq!(stats["rows"][0]["key"], "S1");
    assert_eq!(stats["rows"][0]["completed"], 1);
    // The kernel says who it was, not the environment.
    let user = matchdesk::station::Peer::own().name;
    let log = desk.json("log --need N1", 0);
    assert!(
        log["entries"]
            .as_array()
            .is_some_and(|entries| entries.len() >= 4),
        "{log}"
    );
    assert!(
        desk.ends("log --need N1", 0)
            .contains(&format!("{user} confirmed 王芳 (V1) for N1"))
    );
    assert!(
        desk.ends("log --need N1 --lang zh", 0)
            .contains(&format!("{user} 确认 王芳（V1）服务 N1"))
    );
    let heads = desk.ends("log --head", 0);
    fs::write(desk.path("heads.txt"), heads).expect("a file");
    assert_eq!(desk.json("verify --since-head heads.txt", 0)["ok"], true);

    desk.ends("backup copy.redb", 0);
    desk.ends("backup copy.redb", 1);
    desk.ends("restore copy.redb", 1);
    fs::remove_file(desk.path("store.redb")).expect("the store");
    desk.ends("restore copy.redb", 0);
    let verified = desk.json("verify --since-head heads.txt", 0);
    assert_eq!(verified["problems"], serde_json::json!([]));
}

#[test]
fn an_export_with_personal_data_imports_into_an_empty_store_and_exports_the_same() {
    let desk = Desk::new();
    desk.ends("import all data", 0);
    desk.ends("confirm N1 V1", 0);
    desk.ends("export all one --with-personal-data", 0);
    let other = desk.path("other.redb");
    assert_eq!(desk.run_on(&other, "import all one").status.code(), Some(0));
    assert_eq!(
        desk.run_on(&other, "export all two --with-personal-data")
            .status
            .code(),
        Some(0)
    );
    for file in fs::read_dir(desk.path("one")).expect("the folder") {
        let file = file.expect("a file");
        let again = fs::read(desk.path("two").join(file.file_name())).expect("the file");
        assert_eq!(
            fs::read(file.path()).expect("the file"),
            again,
            "{:?}",
            file.file_name()
        );
    }
}

#[test]
fn bad_rows_are_refused_with_place_and_reason_and_the_good_ones_are_in() {
    let desk = Desk::new();
    desk.ends("import all data", 0);
    fs::write(desk.path("more.csv"), "code,resident,category,start,minutes\nN2,R1,cut,2026-11-25T09:00,60\nN3,R1,nothing,2026-11-25T09:00,60\n").expect("a file");
    let report = desk.json("import needs more.csv", 1);
    assert_eq!(report["files"][0]["added"], 1);
    assert_eq!(report["files"][0]["rejects"][0]["line"], 3);
    assert_eq!(report["files"][0]["rejects"][0]["column"], "category");
    assert!(desk.path("more.rejects.csv").is_file());
}

#[test]
fn records_are_found_added_changed_and_masked() {
    let desk = Desk::new();
    desk.ends("import all data", 0);
    let list = desk.json("list suppliers --filter wf", 0);
    assert_eq!(list["rows"][0]["code"], "V1");
    assert_eq!(list["rows"][0]["phone"], "108****5678");
    assert_eq!(
        desk.json("show supplier V1", 0)["record"]["phone"],
        "108****5678"
    );
    assert_eq!(
        desk.json("show supplier V1 --reveal calling", 0)["record"]["phone"],
        "10812345678"
    );
    let log = desk.json("log --supplier V1", 0);
    let last = log["entries"].as_array().expect("entries").last();
    assert_eq!(last.expect("an entry")["verb"], "revealed");
    assert_eq!(last.expect("an entry")["reason"], "calling");
    desk.ends("edit supplier V1 --status paused", 0);
    assert_eq!(
        desk.json("why N1 V1", 0)["failed"],
        serde_json::json!(["status"])
    );
    desk.ends("edit supplier V1 --set status=asleep", 1);
    desk.ends("add supplier --code V3 --name 周平 --kind person", 0);
    desk.ends("add supplier --code V3 --name 周平 --kind person", 1);
    desk.ends("cancel N1 --reason moved", 0);
    assert_eq!(desk.json("show need N1", 0)["state"], "cancelled");
}

#[test]
fn what_is_not_there_ends_with_3() {
    let desk = Desk::new();
    desk.ends("import all data", 0);
    for line in [
        "candidates N9",
        "why N1 V9",
        "why N9 V1",
        "confirm N9 V1",
        "show need N9",
        "edit need N9 --note x",
        "cancel N9 --reason x",
    ] {
        desk.ends(line, 3);
    }
}

#[test]
fn an_import_of_a_missing_file_and_a_rehearsal_leave_no_store() {
    let desk = Desk::new();
    desk.ends("import suppliers missing.csv", 1);
    assert!(!desk.path("store.redb").exists());
    desk.ends("import all data --dry-run", 0);
    assert!(!desk.path("store.redb").exists());
}

#[test]
fn roles_are_given_by_a_streets_name_listed_and_taken_back() {
    let desk = Desk::new();
    desk.ends("import all data", 0);
    let given = desk.json("grant wang broker --streets anzhen", 0);
    assert_eq!(given["streets"], serde_json::json!(["S1"]));
    desk.ends("grant wang auditor", 0);
    // No street for a broker, a street for an auditor, a street and a role that do not exist.
    desk.ends("grant li broker", 1);
    desk.ends("grant li auditor --streets S1", 1);
    desk.ends("grant li broker --streets nowhere", 1);
    desk.ends("grant li baker", 2);
    let listed = desk.json("grant", 0);
    let roles: Vec<&str> = listed["grants"]
        .as_array()
        .expect("grants")
        .iter()
        .filter_map(|grant| grant["role"].as_str())
        .collect();
    assert_eq!(roles, ["auditor", "broker"]);
    desk.ends("revoke wang auditor", 0);
    desk.ends("revoke wang auditor", 3);
    desk.ends("revoke wang", 0);
    assert_eq!(desk.json("grant", 0)["grants"], serde_json::json!([]));
    assert!(
        desk.ends("log --lang en", 0)
            .contains("added grant wang/broker: user or @group wang, streets S1")
    );
    assert_eq!(desk.json("whoami", 0)["roles"][0]["role"], "administrator");
}

#[test]
fn a_role_that_is_not_named_and_a_street_that_was_merged_are_said_in_words() {
    let desk = Desk::new();
    desk.ends("import all data", 0);
    let said = |line: &str, status| {
        let output = desk.run(line);
        assert_eq!(output.status.code(), Some(status), "{line}");
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(said("grant wang --lang en", 2).starts_with("say which role wang is given: broker"));
    assert!(said("grant wang --lang zh", 2).starts_with("请写明给 wang 什么角色"));
    desk.ends("add street --code S8 --name-zh 旧街", 0);
    desk.ends("add street --code S9 --name-zh 老街", 0);
    desk.ends("grant wang broker --streets S8,S9", 0);
    desk.ends("edit street S8 --merged-into S1", 0);
    desk.ends("edit street S9 --retired yes", 0);
    // It is not given anew, and the words say for what it can be.
    let refused = said("grant li broker --streets S8 --lang en", 1);
    assert!(
        refused.contains("S8 was merged into S1; choose S1"),
        "{refused}"
    );
    assert!(said("grant li broker --streets S8 --lang zh", 1).contains("已并入 S1"));
    // Who has it keeps it, and hears what it comes to.
    let kept = said("grant wang broker --streets S8,S9 --lang en", 0);
    assert!(
        kept.contains("S8 旧街 was merged into S1") && kept.contains("grant S1"),
        "{kept}"
    );
    assert!(kept.contains("S9 老街 is retired"), "{kept}");
    let kept = said("grant wang broker --streets S8,S9 --lang zh", 0);
    assert!(
        kept.contains("已并入 S1") && kept.contains("已停用"),
        "{kept}"
    );
    assert_eq!(
        said("grant li broker --streets S1 --quiet --lang en", 0),
        ""
    );
}

#[test]
fn a_list_is_filtered_by_words_and_fields() {
    let desk = Desk::new();
    desk.ends("import all data", 0);
    let codes = |line: &str| -> Vec<String> {
        let found = desk.json(&format!("list {line}"), 0);
        let rows = found["rows"].as_array().expect("rows").iter();
        rows.map(|row| row["code"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    for (line, expected) in [
        ("suppliers --filter wf", &["V1"][..]),
        ("suppliers --filter skills:理发", &["V1", "V2"]),
        ("suppliers --filter sex:男", &["V2"]),
        ("suppliers --filter 性别：f", &["V1"]),
        ("suppliers --filter availability:sat", &["V2"]),
        ("suppliers --filter 1111", &["V2"]),
        ("suppliers --filter 1090000", &[]),
        ("needs --filter zhaodaye", &["N1"]),
        ("needs --filter urgency:high", &["N1"]),
        ("categories --filter remote:no", &["cut"]),
        ("residents --filter living", &[]),
    ] {
        assert_eq!(codes(line), expected, "{line}");
    }
    let output = desk.run("list residents --filter circumstances:alone");
    assert_eq!(output.status.code(), Some(2));
    let output = desk.run("list suppliers --filter stauts:paused");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("status"));
}

#[test]
fn weights_are_previewed_set_for_a_category_counted_and_kept_with_the_match() {
    let desk = Desk::new();
    desk.ends("import all data", 0);
    assert_eq!(desk.json("weights", 0)["version"], 1);
    let preview = desk.json("weights --category cut --set proximity=0 --preview", 0);
    assert_eq!(preview["preview"]["open"], 1);
    assert_eq!(preview["preview"]["needs"][0]["new"]["supplier"], "V1");
    assert_eq!(preview["preview"]["changed"], 0);
    assert_eq!(
        desk.json("weights", 0)["version"],
        1,
        "a preview changes nothing"
    );
    let set = desk.json(
        "weights --category cut --set proximity=0,评价=40 --reason trial",
        0,
    );
    assert_eq!(
        (&set["version"], &set["changed"]),
        (&2.into(), &true.into())
    );
    assert_eq!(set["weights"]["rating"], 40.0);
    let ranking = desk.json("candidates N1", 0);
    assert_eq!(ranking["weights_version"], 2);
    assert_eq!(ranking["weights_of"], "cut");
    assert_eq!(
        ranking["candidates"][0]["criteria"]["rating"]["weight"],
        40.0
    );
    assert_eq!(desk.json("why N1 V1", 0)["weights_version"], 2);
    // Until a match has a version, its file has no column for it.
    desk.ends("export matches before.csv", 0);
    let head = |file: &str| {
        let text = fs::read_to_string(desk.path(file)).expect("a file");
        text.lines().next().unwrap_or_default().to_owned()
    };
    assert!(!head("before.csv").contains("weights_version"));
    desk.ends("confirm N1 V1", 0);
    desk.ends("export matches after.csv", 0);
    assert!(head("after.csv").ends_with("weights_version"));
    assert_eq!(desk.json("weights --category cut --clear", 0)["version"], 3);
    let versions = desk.json("weights --history", 0);
    assert_eq!(versions["versions"][1]["reason"], "trial");
    assert_eq!(
        desk.json("weights --show 2", 0)["categories"][0]["category"],
        "cut"
    );
    desk.ends("weights --show 9", 3);
    desk.ends("weights --category nothing --set proximity=1", 3);
    desk.ends("weights --set nearness=1", 2);
    desk.ends("weights --preview", 2);
    desk.ends("verify", 0);
}
