//! `keys`, `config` and `doctor`: what a user's own files say, and what is wrong around the program.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A home with files of the user's own.
fn home(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("matchdesk");
    fs::create_dir(&folder).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    home
}

fn matchdesk(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchdesk"))
        .env_clear()
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("MATCHDESK_STORE", home.join("store.redb"))
        .env("LANG", "C.UTF-8")
        .args(args)
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn keys_lists_what_is_in_effect() {
    let home = home(&[
        ("config.toml", "keymap = \"vim\"\n"),
        ("keymap.toml", "[global]\n\"Q Q\" = \"quit\"\n"),
    ]);
    let listed = matchdesk(home.path(), &["keys"]);
    assert_eq!(listed.status.code(), Some(0), "{}", err(&listed));
    let text = out(&listed);
    for line in [
        "[queue]  match queue",
        "Q Q  Z Z  q",
        "^D  PgDn  ^F",
        "unmatch",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(
        text.lines()
            .any(|line| line.contains("confirm") && line.ends_with('…'))
    );
    let listed = json(&matchdesk(
        home.path(),
        &["keys", "--map", "emacs", "--json"],
    ));
    assert_eq!(listed["map"], "emacs");
    let forms = listed["scopes"].as_array().unwrap();
    let form = forms.iter().find(|scope| scope["scope"] == "form").unwrap();
    let keys = form["keys"].as_array().unwrap();
    assert!(
        keys.iter()
            .any(|key| key["keys"] == "ctrl-x ctrl-s" && key["action"] == "save")
    );
}

#[test]
fn keys_check_tells_line_column_and_mend_and_ends_with_1() {
    let home = home(&[(
        "keymap.toml",
        "[list]\n\"x\" = \"qit\"\n  \"ctrl-m\" = \"top\"\n",
    )]);
    let checked = matchdesk(home.path(), &["keys", "check"]);
    assert_eq!(checked.status.code(), Some(1));
    let text = out(&checked);
    assert!(
        text.contains(
            "keymap.toml, line 2, column 1: there is no action “qit”. Did you mean “quit”?"
        ),
        "{text}"
    );
    assert!(
        text.contains("line 3, column 3: terminals send “ctrl-m” as “enter”"),
        "{text}"
    );
    let checked = matchdesk(home.path(), &["keys", "check", "--json"]);
    assert_eq!(checked.status.code(), Some(1));
    let problems = &json(&checked)["problems"];
    assert_eq!(
        (&problems[0]["line"], &problems[0]["code"]),
        (&2.into(), &"unknown_action".into())
    );
    assert_eq!(problems[1]["code"], "unsendable");
    let chinese = out(&matchdesk(home.path(), &["keys", "check", "--lang", "zh"]));
    assert!(
        chinese.contains("第 2 行第 1 列：没有“qit”这个操作。是不是“quit”？"),
        "{chinese}"
    );
}

#[test]
fn keys_check_takes_another_file_and_is_content_with_a_sound_one() {
    let home = home(&[]);
    let none = matchdesk(home.path(), &["keys", "check"]);
    assert_eq!(none.status.code(), Some(0));
    assert!(
        out(&none).contains("the built-in default is in effect"),
        "{}",
        out(&none)
    );
    let file = home.path().join("mine.toml");
    fs::write(&file, "[list]\n\"ctrl-d\" = \"page-down\"\n").unwrap();
    let file = file.to_str().unwrap();
    let sound = matchdesk(home.path(), &["keys", "check", file]);
    assert_eq!(sound.status.code(), Some(0));
    assert!(out(&sound).contains("nothing is wrong"));
    let missing = matchdesk(home.path(), &["keys", "check", "nowhere.toml"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(err(&missing).contains("there is no file nowhere.toml"));
    for map in ["default", "vim", "emacs"] {
        let listed = matchdesk(home.path(), &["keys", "check", file, "--map", map]);
        assert_eq!(listed.status.code(), Some(0), "{map}: {}", out(&listed));
    }
}

#[test]
fn the_configured_language_counts_and_a_wrong_setting_is_an_error_with_the_nearest() {
    let home = home(&[("config.toml", "language = \"zh\"\n")]);
    let shown = matchdesk(home.path(), &["config"]);
    assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));
    assert!(out(&shown).contains("界面语言"), "{}", out(&shown));
    let home = self::home(&[("config.toml", "keymap = \"vim\"\nlangage = \"zh\"\n")]);
    let shown = matchdesk(home.path(), &["config"]);
    assert_eq!(shown.status.code(), Some(1));
    let text = out(&shown);
    assert!(
        text.contains("line 2, column 1: there is no setting “langage”. Did you mean “language”?"),
        "{text}"
    );
    let shown = json(&matchdesk(home.path(), &["config", "--json"]));
    assert_eq!(shown["settings"]["keymap"], "vim");
    assert_eq!(shown["settings"]["language"], Value::Null);
    assert_eq!(shown["problems"][0]["line"], 2);
    // Other commands go on, and say it beside their answer.
    let other = matchdesk(home.path(), &["keys", "--json"]);
    assert_eq!(other.status.code(), Some(0));
    assert!(err(&other).contains("Did you mean “language”?"));
    assert_eq!(json(&other)["map"], "vim");
}

#[test]
fn the_schema_names_every_setting_and_its_words() {
    let home = home(&[]);
    let schema = json(&matchdesk(home.path(), &["config", "--schema"]));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["keymap"]["enum"][1], "vim");
    assert!(schema["properties"]["borders"]["description"].is_string());
}

#[test]
fn doctor_says_what_is_wrong_and_what_to_do() {
    let home = home(&[("keymap.toml", "[list]\n\"x\" = \"qit\"\n")]);
    fs::write(home.path().join("store.redb"), "no store\n at all").unwrap();
    let seen = matchdesk(home.path(), &["doctor"]);
    assert_eq!(seen.status.code(), Some(1));
    let text = out(&seen);
    for line in [
        "! terminal: standard input or output is no terminal",
        "✓ locale: LANG=C.UTF-8",
        "✗ settings and keys: ",
        "Did you mean “quit”?",
        "is no store of matchdesk; look at --store",
        "✓ station: none runs; the first session starts one",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let seen = json(&matchdesk(
        home.path(),
        &["doctor", "--json", "--now", "2026-11-23T08:00"],
    ));
    let of = |check: &str| {
        let checks = seen["checks"].as_array().unwrap();
        let found = checks.iter().find(|found| found["check"] == check).unwrap();
        found["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        ["terminal", "locale", "settings", "store", "socket", "clock"].map(of),
        ["warning", "good", "bad", "bad", "good", "warning"]
    );
}

#[test]
fn doctor_is_content_where_nothing_is_wrong_and_makes_nothing() {
    let home = home(&[]);
    let seen = matchdesk(home.path(), &["doctor"]);
    assert_eq!(seen.status.code(), Some(0), "{}", out(&seen));
    assert!(out(&seen).contains("there is no store at"));
    assert!(!home.path().join("store.redb").exists());
    let quiet = matchdesk(home.path(), &["doctor", "--quiet"]);
    assert!(!out(&quiet).contains('✓'), "{}", out(&quiet));
}
