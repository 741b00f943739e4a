//! The built program: what scripts and shells can rely on.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program on a store, at a fixed time, in English unless the arguments say otherwise.
fn matchdesk(store: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchdesk"))
        .env_clear()
        .env("MATCHDESK_STORE", store)
        .args(args)
        .output()
        .expect("the program runs")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn nowhere() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store.redb");
    (folder, store)
}

/// Lines that every verb which does not make a store is tried with.
const READERS: &[&[&str]] = &[
    &["queue"],
    &["candidates", "N1"],
    &["candidates", "--open"],
    &["why", "N1", "V1"],
    &["confirm", "N1", "V1"],
    &["unmatch", "N1", "V1", "--reason", "x"],
    &["outcome", "N1", "V1", "2026-11-24T09:00", "completed"],
    &["stats", "--by", "street"],
    &["show", "need", "N1"],
    &["list", "suppliers"],
    &["edit", "supplier", "V1", "--name", "x"],
    &["cancel", "N1", "--reason", "x"],
    &["log"],
    &["export", "suppliers", "suppliers.csv"],
];

#[test]
fn without_a_store_every_reading_verb_says_so_and_makes_nothing() {
    let (folder, store) = nowhere();
    for args in READERS {
        let output = matchdesk(&store, args);
        assert_eq!(output.status.code(), Some(5), "{args:?}: {}", err(&output));
        assert!(err(&output).contains("there is no store"), "{args:?}");
        assert_eq!(out(&output), "", "{args:?}");
    }
    let left = std::fs::read_dir(folder.path())
        .expect("the folder")
        .count();
    assert_eq!(left, 0);
}

#[test]
fn with_json_a_missing_store_is_one_document_on_standard_output() {
    let (_folder, store) = nowhere();
    let output = matchdesk(&store, &["queue", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&out(&output)).expect("one document");
    assert_eq!(document["error"][0], "store_unavailable");
}

#[test]
fn wrong_usage_ends_with_2_and_nothing_on_standard_output() {
    let (_folder, store) = nowhere();
    let wrong: &[&[&str]] = &[
        &["frobnicate"],
        &["confirm", "N1"],
        &["queue", "--now", "yesterday"],
        &["list", "frobs"],
        &["stats", "--by", "colour"],
        &["outcome", "N1", "V1", "today", "completed"],
        &["outcome", "N1", "V1", "2026-11-24T09:00", "fine"],
        &[
            "outcome",
            "N1",
            "V1",
            "2026-11-24T09:00",
            "completed",
            "--rating",
            "6",
        ],
        &["stats", "--by", "street", "--from", "soon"],
        &["queue", "--lang", "fr"],
    ];
    for args in wrong {
        for lang in ["en", "zh"] {
            let mut args = args.to_vec();
            if !args.contains(&"--lang") {
                args.extend(["--lang", lang]);
            }
            let output = matchdesk(&store, &args);
            assert_eq!(output.status.code(), Some(2), "{args:?}");
            assert_eq!(out(&output), "", "{args:?}");
            assert_ne!(err(&output), "", "{args:?}");
        }
    }
}

#[test]
fn every_verb_explains_itself_with_examples_in_both_languages() {
    let (_folder, store) = nowhere();
    let root = out(&matchdesk(&store, &["--help"]));
    let verbs: Vec<&str> = root
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(verbs.len() > 15, "{root}");
    for verb in verbs {
        let english = out(&matchdesk(&store, &[verb, "--help"]));
        assert!(english.contains("Examples:\n  matchdesk "), "{verb}");
        let chinese = out(&matchdesk(&store, &[verb, "--help", "--lang", "zh"]));
        assert!(chinese.contains("示例:\n  matchdesk "), "{verb}");
        assert!(chinese.contains("用法："), "{verb}");
        assert!(!chinese.contains("Options:"), "{verb}");
    }
}

#[test]
fn the_locale_chooses_the_language_and_the_option_wins() {
    let help = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_matchdesk"))
            .env_clear()
            .env("LANG", "zh_CN.UTF-8")
            .args(args)
            .output()
            .expect("the program runs");
        out(&output)
    };
    assert!(help(&["--help"]).contains("用法："));
    assert!(help(&["--help", "--lang", "en"]).contains("Usage: "));
}

#[test]
fn the_version_is_told() {
    let (_folder, store) = nowhere();
    let output = matchdesk(&store, &["--version"]);
    assert_eq!(
        out(&output),
        concat!("matchdesk ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn shells_get_completions_and_man_gets_a_page_a_verb() {
    let (folder, store) = nowhere();
    for shell in ["bash", "zsh", "fish"] {
        let output = matchdesk(&store, &["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(out(&output).contains("candidates"), "{shell}");
    }
    let pages = folder.path().join("man");
    let output = matchdesk(&store, &["man", pages.to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    for page in ["matchdesk.1", "matchdesk-confirm.1", "matchdesk-import.1"] {
        assert!(pages.join(page).is_file(), "{page}");
    }
}
