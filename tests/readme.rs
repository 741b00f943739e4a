//! README.md says what is true: its screen, its files, its commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use matchdesk::console::actions::guide;
use matchdesk::console::config::SETTINGS;
use matchdesk::console::keys::{Base, Keymap};
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

/// Two tests may want to write at once.
static FILE: Mutex<()> = Mutex::new(());

/// Holds what stands between two marks against what should; with `UPDATE_README=1` puts it in anew.
fn holds(mark: &str, wanted: &str) {
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    let _only = FILE.lock();
    let text = readme();
    let (before, rest) = text.split_once(&begin).unwrap();
    let (shown, after) = rest.split_once(&end).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        let text = format!("{before}{begin}{wanted}{end}{after}");
        fs::write(root().join("README.md"), text).unwrap();
        return;
    }
    assert!(
        shown == wanted,
        "{mark}: run UPDATE_README=1 cargo test --test readme\n{wanted}"
    );
}

#[test]
fn the_screen_is_that_of_the_snapshot() {
    let snapshot = fs::read_to_string(root().join(SCREEN)).unwrap();
    let screen = snapshot.splitn(3, "---\n").nth(2).unwrap().trim_end();
    holds("screen", &format!("\n```\n{screen}\n```\n\n"));
}

#[test]
fn the_keys_are_those_of_the_registry_and_the_default_key_map() {
    let (keymap, _) = Keymap::with_user(Base::Default, None);
    holds("keys", &format!("{}\n", guide::markdown(&keymap)));
}

#[test]
fn the_settings_are_those_that_are_read() {
    let rows: Vec<String> = SETTINGS
        .iter()
        .map(|setting| {
            let (key, unset, text) = (setting.key, setting.unset.en, setting.text.en);
            let values: Vec<String> = setting.values.iter().map(|v| format!("`{v}`")).collect();
            format!("| `{key}` | {} | {unset} | {text} |", values.join(" "))
        })
        .collect();
    let head =
        "| setting | values | when it is not there | what it is |\n| --- | --- | --- | --- |";
    let wanted = format!("\n{head}\n{}\n", rows.join("\n"));
    holds("settings", &format!("{wanted}\n"));
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
