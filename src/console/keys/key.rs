//! One key press, its name in a key map, and its short name in a hint.

use serde::{Deserialize, Serialize};

/// What was pressed, without modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those on the keys")]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// A key with its modifiers. Shift is part of a character, so `A` has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The key itself.
    pub code: Code,
    /// Whether Ctrl was held.
    pub ctrl: bool,
    /// Whether Alt was held.
    pub alt: bool,
    /// Whether Shift was held; never set for characters and `BackTab`.
    pub shift: bool,
}

/// Characters that are one byte with Ctrl, the one that the terminal's reader names first and the ones people write.
const TWINS: &[&[char]] = &[
    &['4', '\\'],
    &['5', ']'],
    &['6', '^'],
    &['7', '_', '/'],
    &[' ', '@', '2'],
];

/// What a key with Ctrl is called by people.
fn twin(c: char) -> char {
    let twins = TWINS.iter().find(|twins| twins.first() == Some(&c));
    twins.and_then(|twins| twins.get(1)).copied().unwrap_or(c)
}

/// Why a terminal never hands in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsendable {
    /// It comes as this other key.
    Comes(Key),
    /// It comes as something else or not at all.
    Never,
}

/// Names in a key map (the first for each key is the one printed), and the short name in hints.
const NAMES: &[(&str, &str, Code)] = &[
    ("enter", "Enter", Code::Enter),
    ("return", "Enter", Code::Enter),
    ("esc", "Esc", Code::Esc),
    ("escape", "Esc", Code::Esc),
    ("tab", "Tab", Code::Tab),
    ("backtab", "S-Tab", Code::BackTab),
    ("space", "Space", Code::Char(' ')),
    ("backspace", "Bksp", Code::Backspace),
    ("delete", "Del", Code::Delete),
    ("insert", "Ins", Code::Insert),
    ("up", "↑", Code::Up),
    ("down", "↓", Code::Down),
    ("left", "←", Code::Left),
    ("right", "→", Code::Right),
    ("home", "Home", Code::Home),
    ("end", "End", Code::End),
    ("pageup", "PgUp", Code::PageUp),
    ("pagedown", "PgDn", Code::PageDown),
];

impl Key {
    /// The key alone.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// A plain character.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::new(Code::Char(c))
    }

    /// A character with Ctrl.
    #[must_use]
    pub const fn ctrl(c: char) -> Self {
        Self {
            ctrl: true,
            ..Self::char(c)
        }
    }

    /// The one way to write each key: shift goes into the character, Ctrl makes it lower case. With Ctrl some characters
    /// are one byte at a terminal, which comes as the first of each line of `TWINS`.
    #[must_use]
    pub fn normal(mut self) -> Self {
        match self.code {
            Code::Tab if self.shift => self.code = Code::BackTab,
            Code::Char(c) if self.ctrl => {
                let twins = TWINS.iter().find(|twins| twins.contains(&c));
                let c = twins.map_or(c, |twins| twins[0]);
                self.code = Code::Char(c.to_ascii_lowercase());
            }
            Code::Char(c) if self.shift => self.code = Code::Char(c.to_ascii_uppercase()),
            _ => {}
        }
        if matches!(self.code, Code::Char(_) | Code::BackTab) {
            self.shift = false;
        }
        self
    }

    /// The character that this key types into a text, if it types one.
    #[must_use]
    pub fn text(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// The same key with a full-width character made ASCII: what an input method typed where a command was meant.
    #[must_use]
    pub fn folded(mut self) -> Self {
        if let Code::Char(c) = self.code {
            self.code = Code::Char(fold(c));
        }
        self
    }

    /// Reads a key's name: `ctrl-s`, `shift-tab`, `f5`, `pagedown`, `?`.
    ///
    /// Returns `None` for what names no key.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut key = Self::char(' ');
        let mut rest = name;
        loop {
            let lower = rest.to_ascii_lowercase();
            let (flag, len) = if lower.starts_with("ctrl-") {
                (&mut key.ctrl, 5)
            } else if lower.starts_with("alt-") {
                (&mut key.alt, 4)
            } else if lower.starts_with("shift-") {
                (&mut key.shift, 6)
            } else {
                break;
            };
            *flag = true;
            rest = rest.get(len..)?;
        }
        key.code = code(rest)?;
        Some(key.normal().folded())
    }

    /// Why no terminal hands this key in, if none does. Without an extended keyboard protocol, which few terminals and no
    /// multiplexer have by default, Ctrl is one bit of a byte.
    #[must_use]
    pub fn unsendable(self) -> Option<Unsendable> {
        let lone = Self {
            ctrl: false,
            alt: false,
            shift: false,
            ..self
        };
        let plain = |code| matches!(code, Code::Enter | Code::Tab | Code::Esc | Code::Backspace);
        match self.code {
            Code::Char('i') if self.ctrl => Some(Unsendable::Comes(Self::new(Code::Tab))),
            Code::Char('m') if self.ctrl => Some(Unsendable::Comes(Self::new(Code::Enter))),
            Code::Char('[') if self.ctrl => Some(Unsendable::Comes(Self::new(Code::Esc))),
            Code::Char('[' | 'O') if self.alt && !self.ctrl => Some(Unsendable::Never),
            Code::Char(c) if self.ctrl => {
                let is_byte = c.is_ascii_lowercase() || c == ' ' || "4567".contains(c);
                (!is_byte).then_some(Unsendable::Never)
            }
            Code::Esc if self.alt => Some(Unsendable::Never),
            code if plain(code) && (self.ctrl || self.shift) => Some(Unsendable::Comes(lone)),
            Code::BackTab if self.ctrl => Some(Unsendable::Comes(lone)),
            _ => None,
        }
    }

    /// Whether a hand holds this key down, so that it comes many times: a dangerous action has no place on it.
    #[must_use]
    pub fn is_held(self) -> bool {
        matches!(
            self.code,
            Code::Up
                | Code::Down
                | Code::Left
                | Code::Right
                | Code::PageUp
                | Code::PageDown
                | Code::Home
                | Code::End
                | Code::Backspace
                | Code::Delete
                | Code::Tab
                | Code::BackTab
                | Code::Char(' ')
        )
    }

    /// The name in a key map, as [`Key::parse`] reads it.
    #[must_use]
    pub fn name(self) -> String {
        let base = match self.code {
            Code::Char(' ') => "space".to_owned(),
            Code::Char(c) if self.ctrl => twin(c).to_string(),
            Code::Char(c) => c.to_string(),
            Code::F(n) => format!("f{n}"),
            other => named(other).map_or_else(String::new, |n| n.0.to_owned()),
        };
        let mark = |on, text| if on { text } else { "" };
        let (ctrl, alt, shift) = (
            mark(self.ctrl, "ctrl-"),
            mark(self.alt, "alt-"),
            mark(self.shift, "shift-"),
        );
        format!("{ctrl}{alt}{shift}{base}")
    }

    /// The short name for a hint: `^S`, `M-x`, `Enter`.
    #[must_use]
    pub fn show(self) -> String {
        let base = match self.code {
            Code::Char(c) if c != ' ' && self.ctrl => twin(c).to_ascii_uppercase().to_string(),
            Code::Char(c) if c != ' ' => c.to_string(),
            Code::F(n) => format!("F{n}"),
            other => named(other).map_or_else(String::new, |n| n.1.to_owned()),
        };
        let mark = |on, text| if on { text } else { "" };
        let (ctrl, alt, shift) = (
            mark(self.ctrl, "^"),
            mark(self.alt, "M-"),
            mark(self.shift, "S-"),
        );
        format!("{ctrl}{alt}{shift}{base}")
    }
}

fn named(code: Code) -> Option<&'static (&'static str, &'static str, Code)> {
    NAMES.iter().find(|n| n.2 == code)
}

fn code(name: &str) -> Option<Code> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control() && c != ' ').then_some(Code::Char(c));
    }
    let lower = name.to_ascii_lowercase();
    if let Some(entry) = NAMES.iter().find(|n| n.0 == lower) {
        return Some(entry.2);
    }
    let number: u8 = lower.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(Code::F(number))
}

/// Full-width forms, and the Chinese punctuation that sits on the same keys, as ASCII.
fn fold(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '、' => '/',
        '。' => '.',
        '《' | '〈' => '<',
        '》' | '〉' => '>',
        '【' => '[',
        '】' => ']',
        '「' => '{',
        '」' => '}',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '￥' => '$',
        '…' => '^',
        '—' => '_',
        '·' => '`',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Reads a sequence of keys parted by spaces; `None` when a part names no key or there is none.
#[must_use]
pub fn parse_sequence(text: &str) -> Option<Vec<Key>> {
    let keys: Option<Vec<Key>> = text.split_whitespace().map(Key::parse).collect();
    keys.filter(|k| !k.is_empty())
}

/// A sequence as hints show it: `g g`, `^S`.
#[must_use]
pub fn show_sequence(keys: &[Key]) -> String {
    let parts: Vec<String> = keys.iter().map(|k| k.show()).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_name_reads_back() {
        for name in [
            "ctrl-s",
            "alt-x",
            "f5",
            "backtab",
            "space",
            "ctrl-space",
            "?",
            "-",
            "ctrl-_",
            "ctrl-\\",
            "shift-up",
            "A",
        ] {
            assert_eq!(Key::parse(name).map(Key::name).as_deref(), Some(name));
        }
        assert_eq!(Key::parse("shift-tab"), Some(Key::new(Code::BackTab)));
        assert_eq!(Key::parse("shift-a"), Some(Key::char('A')));
        assert_eq!(Key::parse("Ctrl-S"), Some(Key::ctrl('s')));
        for bad in ["", "entr", "f13", "ctrl-", "hyper-x"] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_no_terminal_sends_is_known() {
        let of = |name: &str| Key::parse(name).unwrap().unsendable();
        for (name, comes) in [
            ("ctrl-i", "tab"),
            ("ctrl-m", "enter"),
            ("ctrl-[", "esc"),
            ("ctrl-enter", "enter"),
            ("shift-enter", "enter"),
            ("ctrl-tab", "tab"),
        ] {
            let comes = Key::parse(comes).unwrap();
            assert_eq!(of(name), Some(Unsendable::Comes(comes)), "{name}");
        }
        for name in ["ctrl-1", "ctrl-,", "ctrl-.", "ctrl-需", "alt-["] {
            assert_eq!(of(name), Some(Unsendable::Never), "{name}");
        }
        for name in [
            "ctrl-a",
            "ctrl-/",
            "ctrl-_",
            "ctrl-\\",
            "ctrl-space",
            "ctrl-@",
            "alt-x",
            "alt-enter",
            "ctrl-alt-d",
            "ctrl-up",
            "shift-up",
            "shift-f5",
            "backtab",
            "ctrl-4",
            "?",
            "需",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }

    #[test]
    fn keys_that_are_one_byte_are_one_key() {
        let key = |name| Key::parse(name).unwrap();
        assert_eq!(key("ctrl-/"), key("ctrl-_"));
        assert_eq!(key("ctrl-/"), key("ctrl-7"));
        assert_eq!(key("ctrl-@"), key("ctrl-space"));
        assert_eq!(key("ctrl-/").show(), "^_");
        assert_eq!(key("？"), key("?"));
    }

    #[test]
    fn hints_name_keys_shortly() {
        let shown = |s| parse_sequence(s).map(|k| show_sequence(&k));
        assert_eq!(shown("ctrl-s").as_deref(), Some("^S"));
        assert_eq!(shown("g g").as_deref(), Some("g g"));
        assert_eq!(shown("enter").as_deref(), Some("Enter"));
    }

    #[test]
    fn full_width_characters_mean_their_ascii_keys() {
        for (wide, plain) in [
            ('：', ':'),
            ('／', '/'),
            ('？', '?'),
            ('ｎ', 'n'),
            ('１', '1'),
            ('　', ' '),
            ('，', ','),
            ('。', '.'),
            ('！', '!'),
            ('、', '/'),
            ('％', '%'),
            ('￥', '$'),
            ('Ｚ', 'Z'),
        ] {
            assert_eq!(Key::char(wide).folded(), Key::char(plain));
        }
    }
}
