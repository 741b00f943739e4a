//! The architecture's invariants (docs/architecture.md), held against the source itself.

use std::fs;
use std::path::{Path, PathBuf};

/// Each folder of `src` and the folders that it may import.
const LAYERS: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("matching", &["domain"]),
    ("figures", &["domain"]),
    ("search", &["domain"]),
    ("store", &["domain"]),
    ("generate", &["domain"]),
    (
        "desk",
        &["domain", "matching", "figures", "search", "store"],
    ),
    ("exchange", &["domain", "store", "desk"]),
    ("station", &["domain", "desk", "exchange"]),
    (
        "console",
        &[
            "domain", "matching", "figures", "search", "store", "desk", "station",
        ],
    ),
    (
        "cli",
        &[
            "domain", "matching", "figures", "search", "store", "generate", "desk", "exchange",
            "station", "console",
        ],
    ),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The code of a file without its tests and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap()
        .to_owned();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The files of some folders whose code has one of the words in it, tests left out.
fn offenders(folders: &[&str], words: &[&str], allowed: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for path in folders
        .iter()
        .flat_map(|folder| sources(&root().join(folder)))
    {
        let name = path
            .strip_prefix(root())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let is_test = name.contains("test") || name.contains("contract");
        let text = code(&path);
        for word in words {
            if !is_test && !allowed(&name) && text.contains(word) {
                found.push(format!("{name}: {word}"));
            }
        }
    }
    found
}

#[test]
fn each_layer_imports_only_those_below_it() {
    let all: Vec<&str> = LAYERS.iter().map(|(layer, _)| *layer).collect();
    let mut wrong = Vec::new();
    for (layer, below) in LAYERS {
        let above: Vec<String> = all
            .iter()
            .filter(|other| **other != layer && !below.contains(other))
            .map(|other| format!("crate::{other}::"))
            .collect();
        let words: Vec<&str> = above.iter().map(String::as_str).collect();
        wrong.extend(offenders(&[layer], &words, |_| false));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn thinking_does_no_io_and_reads_no_clock() {
    let words = [
        "std::fs",
        "std::net",
        "std::process",
        "std::env",
        "Utc::now",
        "Local::now",
        "Instant::now",
        "SystemTime",
    ];
    let wrong = offenders(&["domain", "matching", "figures", "search"], &words, |_| {
        false
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_redb_engine_names_redb() {
    let all: Vec<&str> = LAYERS.iter().map(|(layer, _)| *layer).collect();
    let wrong = offenders(
        &all,
        &["use redb", "redb::Database", "redb::Error", "redb::Read"],
        |name| name.starts_with("store/redb"),
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_term_folder_touches_the_terminal() {
    let words = [
        "crossterm::terminal",
        "crossterm::execute",
        "crossterm::queue",
        "enable_raw_mode",
        "stdout()",
    ];
    let wrong = offenders(&["console"], &words, |name| {
        name.starts_with("console/term")
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn panes_never_write() {
    let wrong = offenders(
        &["console/panes", "console/widgets"],
        &[".execute(", "std::fs"],
        |_| false,
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}
