//! README.md says what is true: its screen, its files, its commands.

use std::fs;
use std::path::{Path, PathBuf};

use matchdesk::domain::kinds::Word;
use matchdesk::domain::{Kind, Record, field::Shape};
use matchdesk::for_kind;

const SCREEN: &str = "tests/console/snapshots/console__console__pictures__queue_120x40_en.snap";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// With `UPDATE_README=1` the screen is put in anew.
#[test]
fn the_screen_is_that_of_the_snapshot() {
    let snapshot = fs::read_to_string(root().join(SCREEN)).unwrap();
    let screen = snapshot.splitn(3, "---\n").nth(2).unwrap().trim_end();
    let text = readme();
    let (before, rest) = text.split_once("<!-- screen -->\n").unwrap();
    let (shown, after) = rest.split_once("<!-- /screen -->").unwrap();
    let wanted = format!("\n```\n{screen}\n```\n\n");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(
            root().join("README.md"),
            format!("{before}<!-- screen -->\n{wanted}<!-- /screen -->{after}"),
        )
        .unwrap();
        return;
    }
    assert_eq!(
        shown, wanted,
        "run: UPDATE_README=1 cargo test --test readme"
    );
}

#[test]
fn the_columns_of_every_file_are_those_that_are_read() {
    for kind in Kind::FILES {
        let columns = for_kind!(kind, R => {
            let listed = R::fields().iter().filter(|field| field.shape != Shape::Extra);
            listed.map(|field| field.column).collect::<Vec<_>>().join(", ")
        });
        let row = format!("| {}.csv | {columns} |", kind.word());
        assert!(readme().contains(&row), "{row}");
    }
}

#[test]
fn every_command_that_it_names_exists() {
    let text = readme();
    let blocks = text.split("```").skip(1).step_by(2);
    // In blocks at the beginning of a line, in sentences between backquotes.
    let commands = blocks
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("matchdesk "))
        .chain(text.split("`matchdesk ").skip(1));
    let mut named = 0;
    for verb in commands
        .filter_map(|rest| rest.split([' ', '`', '\n']).next())
        .filter(|verb| !verb.is_empty() && verb.chars().all(char::is_lowercase))
    {
        let help = std::process::Command::new(env!("CARGO_BIN_EXE_matchdesk"))
            .args([verb, "--help"])
            .output()
            .unwrap();
        assert!(help.status.success(), "{verb}");
        named += 1;
    }
    assert!(named >= 3, "the README shows how to import and export");
}
