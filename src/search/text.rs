//! Text as it is searched, and what can be said of it in a few bits.

use super::readings::{self, OR};
use crate::domain::printable::half_width;

/// Half width, lower case, ü as v, control characters as spaces.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().map(half_width) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'ü' | 'Ü' => out.push('v'),
            c if c.is_control() || c.is_whitespace() => out.push(' '),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Whether `c` is a Chinese character, which may be typed by its reading.
#[inline]
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// What a text may hold: tested before the text itself is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Glance {
    /// A bit for each letter and digit, of readings too, and 28 bits shared by all other characters.
    pub(super) chars: u64,
    /// The letters with which something can begin that is typed in letters: a reading, or a letter of the text itself.
    pub(super) starts: u32,
}

impl Glance {
    /// Of a text whose parts are set apart by [`SECTION`](super::entry::SECTION).
    pub(super) fn of(text: &str) -> Self {
        let mut glance = Self::default();
        for (first, c) in units(text) {
            glance.add(first, c);
        }
        glance
    }

    /// Of a term of a query.
    pub(super) fn of_term(term: &str) -> Self {
        let chars = term.chars().fold(0, |mask, c| mask | bit(c));
        let starts = term.chars().next().map_or(0, letter);
        Self { chars, starts }
    }

    /// Whether a text of this glance may hold a term of that.
    #[inline]
    pub(super) fn may_hold(self, term: Self) -> bool {
        self.chars & term.chars == term.chars && self.starts & term.starts == term.starts
    }

    fn add(&mut self, first: bool, c: char) {
        let c = c.to_ascii_lowercase();
        self.chars |= bit(c);
        self.starts |= letter(c);
        if !is_han(c) {
            return;
        }
        for reading in readings::of(first, c).split(OR) {
            self.chars = reading.chars().fold(self.chars, |mask, c| mask | bit(c));
            self.starts |= reading.chars().next().map_or(0, letter);
        }
    }
}

/// The characters of a text, each with whether it is the first Chinese one of its word, where a surname stands.
pub(super) fn units(text: &str) -> impl Iterator<Item = (bool, char)> {
    let mut first = true;
    text.chars().map(move |c| {
        let was = first;
        if is_han(c) {
            first = false;
        } else if c == ' ' || c.is_control() {
            first = true;
        }
        (was, c)
    })
}

fn letter(c: char) -> u32 {
    match c {
        'a'..='z' => 1 << (u32::from(c) - u32::from('a')),
        _ => 0,
    }
}

fn bit(c: char) -> u64 {
    let code = u32::from(c);
    1 << match c {
        'a'..='z' => code - u32::from('a'),
        '0'..='9' => 26 + code - u32::from('0'),
        _ => 36 + (code.wrapping_mul(0x9E37_79B1) >> 16) % 28,
    }
}
