//! The key table of the README, made from the registry and a key map.

use std::fmt::Write as _;

use super::{ACTIONS, Danger, SCOPES};
use crate::console::keys::Keymap;

/// The table in Markdown: a row for each action in each scope where it has keys of its own.
#[must_use]
pub fn markdown(keymap: &Keymap) -> String {
    let mut out = String::new();
    for scope in SCOPES {
        let mut rows = String::new();
        for action in ACTIONS {
            let keys = keymap.keys_in(scope.id, action.id);
            if keys.is_empty() {
                continue;
            }
            let keys: Vec<String> = keys.iter().map(|keys| format!("`{keys}`")).collect();
            let (keys, dots) = (keys.join(" "), dots(action.danger));
            let (id, text) = (action.id, action.text);
            let (zh, en) = (text.zh, text.en);
            // A text is written into a string: this can't fail.
            let _ = writeln!(rows, "| {keys} | {en}{dots} | {zh}{dots} | {id} |");
        }
        if !rows.is_empty() {
            let (id, zh, en) = (scope.id, scope.text.zh, scope.text.en);
            let _ = writeln!(
                out,
                "\n{en} · {zh} · `[{id}]`\n\n| keys | does | 作用 | name |\n| --- | --- | --- | --- |\n{}",
                rows.trim_end()
            );
        }
    }
    out
}

/// What asks before it changes something ends in dots.
fn dots(danger: Danger) -> &'static str {
    match danger {
        Danger::Asks => "…",
        Danger::Harmless | Danger::AtOnce => "",
    }
}
