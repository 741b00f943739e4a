//! What can be wrong with a key map, said with the place and the mend.

use crate::domain::lang::Lang;
use crate::say;

/// One thing wrong with a key map file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeymapError {
    /// The file as the user knows it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
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
    /// A table that names no context; the nearest one.
    UnknownContext(String, &'static str),
    /// Something that names no key.
    UnknownKey(String),
    /// An action that does not exist; the nearest one.
    UnknownAction(String, &'static str),
    /// A value that is not a text, for this key or table.
    NotText(String),
    /// A key bound twice in this context.
    Duplicate(String, String),
    /// A key that also begins a longer sequence of this context.
    Shadowed(String, String),
    /// A plain character bound in a context where it is text.
    TypesText(String, String),
}

impl KeymapError {
    /// The message for the user: file, line, mistake and mend.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let Self { file, line, .. } = self;
        let what = self.problem.say(lang);
        say!(lang, zh: "{file} 第 {line} 行:{what}", en: "{file}, line {line}: {what}")
    }
}

impl Problem {
    fn say(&self, lang: Lang) -> String {
        match self {
            Self::Unreadable(why) => say!(lang,
                zh: "读不了这个文件({why})。请检查文件权限;现在使用默认按键。",
                en: "the file cannot be read ({why}). Check its permissions; the default keys are in use."),
            Self::Syntax(why) => say!(lang,
                zh: "不是正确的 TOML({why})。每行写成 \"按键\" = \"操作\"。",
                en: "not valid TOML ({why}). Write each line as \"key\" = \"action\"."),
            Self::UnknownContext(name, near) => say!(lang,
                zh: "没有名为 [{name}] 的场景。是不是 [{near}]?",
                en: "there is no context [{name}]. Did you mean [{near}]?"),
            Self::UnknownKey(name) => say!(lang,
                zh: "“{name}”不是按键名。可写 ctrl-s、enter、f5、pagedown 或单个字符,连按的键之间空一格。",
                en: "“{name}” names no key. Write ctrl-s, enter, f5, pagedown or one character; part the keys of a sequence by spaces."),
            Self::UnknownAction(name, near) => say!(lang,
                zh: "没有“{name}”这个操作。是不是“{near}”?",
                en: "there is no action “{name}”. Did you mean “{near}”?"),
            Self::NotText(name) => say!(lang,
                zh: "“{name}”的值要用引号写成操作名;写 \"\" 表示取消这个按键。",
                en: "the value of “{name}” must be an action's name in quotes, or \"\" to unbind the key."),
            Self::Duplicate(keys, context) => say!(lang,
                zh: "按键“{keys}”在 [{context}] 里写了两次。请删掉一行。",
                en: "the key “{keys}” is bound twice in [{context}]. Delete one of the lines."),
            Self::Shadowed(keys, longer) => say!(lang,
                zh: "按键“{keys}”又是“{longer}”的开头,后者按不出来。请改其中一个。",
                en: "the key “{keys}” also begins “{longer}”, which can then never be typed. Change one of them."),
            Self::TypesText(keys, context) => say!(lang,
                zh: "[{context}] 里要输入文字,不能占用字符键“{keys}”。请用 ctrl-、alt- 或功能键。",
                en: "text is typed in [{context}], so the character key “{keys}” cannot be bound there. Use ctrl-, alt- or a function key."),
        }
    }
}

/// The candidate that takes the fewest edits to reach from `word`.
pub(super) fn nearest(word: &str, among: &[&'static str]) -> &'static str {
    among
        .iter()
        .min_by_key(|c| distance(word, c))
        .copied()
        .unwrap_or("")
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((j, y), pair) in b.iter().enumerate().zip(row.windows(2)) {
            let [diagonal, above] = *pair else { continue };
            let left = next.get(j).copied().unwrap_or(usize::MAX - 1);
            next.push(
                (diagonal + usize::from(x != *y))
                    .min(above + 1)
                    .min(left + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
