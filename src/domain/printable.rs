//! Characters as they are typed and as they may be shown.

use std::fmt::Write as _;

/// The half-width form of a full-width character (`Ａ` → `A`, `　` → space); any other character as it is.
#[must_use]
pub fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// `text` with everything that could steer a terminal made visible: C0, DEL and C1 controls, line separators, and the characters that
/// turn the direction of writing or are not seen at all.
///
/// `\n`, `\r`, `\t` appear as those two characters each, the others as `\u{1b}`.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if steers(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        assert_eq!(printable("\u{1b}[2J王\u{9b}31m"), "\\u{1b}[2J王\\u{9b}31m");
        assert_eq!(printable("a\r\n\tb\u{7f}"), "a\\r\\n\\tb\\u{7f}");
        assert_eq!(printable("x\u{202e}y\u{2066}z"), "x\\u{202e}y\\u{2066}z");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        assert_eq!(printable("王秀英 V0001090，é"), "王秀英 V0001090，é");
    }

    #[test]
    fn full_width_typing_becomes_half_width() {
        let typed: String = "ＡＢＣ　１２～王".chars().map(half_width).collect();
        assert_eq!(typed, "ABC 12~王");
    }

    proptest! {
        #[test]
        fn nothing_that_steers_a_terminal_is_left(text in any::<String>()) {
            prop_assert!(!printable(&text).chars().any(steers));
        }
    }
}
