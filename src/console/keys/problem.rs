//! What can be wrong with a key map, said with the place and the mend.

use super::{Key, Unsendable};
use crate::both;
use crate::console::actions::{Action, ScopeId};
use crate::domain::Said;

/// A place in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, counted from 1.
    pub line: usize,
    /// Character of the line, counted from 1.
    pub column: usize,
}

impl Place {
    /// The place of a byte in a text.
    #[must_use]
    pub fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }
}

/// One thing wrong with a key map file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeymapError {
    /// The file as the user knows it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Character of the line, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// The kinds of mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file could not be read; the system's reason.
    Unreadable(String),
    /// Not TOML; the parser's message.
    Syntax(String),
    /// A table that names no scope; the nearest one.
    UnknownScope(String, ScopeId),
    /// Something that names no key.
    UnknownKey(String),
    /// An action that does not exist; the nearest one.
    UnknownAction(String, &'static str),
    /// A value that is not a text, for this key or table.
    NotText(String),
    /// A key bound twice in this scope.
    Duplicate(String, ScopeId),
    /// A key that also begins a longer sequence of this scope.
    Shadowed(String, String),
    /// A plain character bound in a scope where it is text.
    TypesText(String, ScopeId),
    /// An action that means nothing wherever this scope holds.
    NoUse(&'static Action, ScopeId),
    /// Something that changes records at once, on a key of a scope that is not its own, or (true) on one that is held down.
    Dangerous(String, &'static Action, bool),
    /// A key that no terminal hands in.
    Unsendable(Key, Unsendable),
    /// A key of a scope that begins a sequence of a scope further in.
    Hidden(String, ScopeId, String, ScopeId),
}

impl KeymapError {
    /// The message for the user: file, line, column, mistake and mend.
    #[must_use]
    pub fn said(&self) -> Said {
        let Self {
            file, line, column, ..
        } = self;
        let Said { zh, en } = self.problem.said();
        both!(zh: "{file} 第 {line} 行第 {column} 列：{zh}", en: "{file}, line {line}, column {column}: {en}")
    }
}

impl Problem {
    /// The problem at a place of a file.
    #[must_use]
    pub fn at(self, file: &str, place: Place) -> KeymapError {
        KeymapError {
            file: file.to_owned(),
            line: place.line,
            column: place.column,
            problem: self,
        }
    }

    /// Its name for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Syntax(_) => "syntax",
            Self::UnknownScope(..) => "unknown_scope",
            Self::UnknownKey(_) => "unknown_key",
            Self::UnknownAction(..) => "unknown_action",
            Self::NotText(_) => "not_text",
            Self::Duplicate(..) => "duplicate",
            Self::Shadowed(..) => "shadowed",
            Self::TypesText(..) => "types_text",
            Self::NoUse(..) => "no_use",
            Self::Dangerous(..) => "dangerous",
            Self::Unsendable(..) => "unsendable",
            Self::Hidden(..) => "hidden",
        }
    }

    /// What is wrong, and how to mend it.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Unreadable(why) => both!(
                zh: "读不了这个文件（{why}）。请检查文件权限；现在使用内置的按键。",
                en: "the file cannot be read ({why}). Check its permissions; the built-in keys are in use."),
            Self::Syntax(why) => both!(
                zh: "不是正确的 TOML（{why}）。每行写成 \"按键\" = \"操作\"。",
                en: "not valid TOML ({why}). Write each line as \"key\" = \"action\"."),
            Self::UnknownScope(name, near) => both!(
                zh: "没有名为 [{name}] 的场景。是不是 [{near}]？",
                en: "there is no scope [{name}]. Did you mean [{near}]?"),
            Self::UnknownKey(name) => both!(
                zh: "“{name}”不是按键名。可写 ctrl-s、enter、f5、pagedown 或单个字符，连按的键之间空一格。",
                en: "“{name}” names no key. Write ctrl-s, enter, f5, pagedown or one character; part the keys of a sequence by spaces."),
            Self::UnknownAction(name, near) => both!(
                zh: "没有“{name}”这个操作。是不是“{near}”？",
                en: "there is no action “{name}”. Did you mean “{near}”?"),
            Self::NotText(name) => both!(
                zh: "“{name}”的值要用引号写成操作名；写 \"\" 表示取消这个按键。",
                en: "the value of “{name}” must be an action's name in quotes, or \"\" to unbind the key."),
            Self::Duplicate(keys, scope) => both!(
                zh: "按键“{keys}”在 [{scope}] 里写了两次。请删掉一行。",
                en: "the key “{keys}” is bound twice in [{scope}]. Delete one of the lines."),
            Self::Shadowed(keys, longer) => both!(
                zh: "按键“{keys}”又是“{longer}”的开头，后者按不出来。请改其中一个。",
                en: "the key “{keys}” also begins “{longer}”, which can then never be typed. Change one of them."),
            Self::TypesText(keys, scope) => both!(
                zh: "[{scope}] 里要输入文字，不能占用字符键“{keys}”。请用 ctrl-、alt- 或功能键。",
                en: "text is typed in [{scope}], so the character key “{keys}” cannot be bound there. Use ctrl-, alt- or a function key."),
            Self::NoUse(action, scope) => {
                let (id, scopes) = (action.id, scopes(action));
                both!(
                    zh: "“{id}”在 [{scope}] 里没有意义；请写在 {scopes} 里。",
                    en: "“{id}” means nothing in [{scope}]; put it into {scopes}.")
            }
            Self::Dangerous(keys, action, false) => {
                let (id, scopes) = (action.id, scopes(action));
                both!(
                    zh: "“{id}”不经询问就改动记录，按键“{keys}”只能写在 {scopes} 里。这一行没有生效。",
                    en: "“{id}” changes records without asking, so “{keys}” may stand only in {scopes}. The line is left out.")
            }
            Self::Dangerous(keys, action, true) => {
                let id = action.id;
                both!(
                    zh: "“{id}”不经询问就改动记录，不能用“{keys}”这种会连续触发的键。这一行没有生效，请换一个键。",
                    en: "“{id}” changes records without asking and must not sit on “{keys}”, which hands hold down. The line is left out; choose another key.")
            }
            Self::Unsendable(key, Unsendable::Comes(as_key)) => {
                let (name, other) = (key.name(), as_key.name());
                both!(
                    zh: "终端会把“{name}”当作“{other}”发送，收不到这个键。请换一个键，或直接写“{other}”。",
                    en: "terminals send “{name}” as “{other}”, so it never comes. Choose another key, or bind “{other}”.")
            }
            Self::Unsendable(key, Unsendable::Never) => {
                let name = key.name();
                both!(
                    zh: "终端发不出“{name}”。请换一个键。",
                    en: "no terminal sends “{name}”. Choose another key.")
            }
            Self::Hidden(keys, scope, longer, inner) => both!(
                zh: "在 [{inner}] 里“{keys}”要等着看是不是“{longer}”，所以 [{scope}] 的“{keys}”在那里按不出来。请改其中一个。",
                en: "in [{inner}] the key “{keys}” waits for “{longer}”, so the “{keys}” of [{scope}] is never reached there. Change one of them."),
        }
    }
}

/// The scopes of an action as a key map names them.
fn scopes(action: &Action) -> String {
    let names: Vec<String> = action.scopes.iter().map(|id| format!("[{id}]")).collect();
    names.join(" ")
}

/// The candidate that takes the fewest edits to reach from `word`.
#[must_use]
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> &'a str {
    among
        .into_iter()
        .min_by_key(|candidate| strsim::damerau_levenshtein(word, candidate))
        .unwrap_or_default()
}
