//! What is kept of a record so that it can be found.

use super::readings;
use crate::domain::printable::half_width;

/// Between the folded text and its syllables.
const SYLLABLES: char = '\u{0}';
/// Between what can be found in part and a number that can't.
const WHOLE: char = '\u{3}';
/// Between the syllables of two characters.
pub(super) const NEXT: char = '\u{1}';
/// Between two readings of one character.
pub(super) const OR: char = '\u{2}';

/// The searchable form of one record: one allocation, 24 bytes beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchKey {
    /// Which characters occur at all, see [`mask_of`].
    mask: u64,
    /// Folded text, [`SYLLABLES`], then the readings of each Chinese character in order.
    all: Box<str>,
}

impl SearchKey {
    /// The key of a record with these fields (code, name, telephone …), in the order in which they are shown.
    #[must_use]
    pub fn new(fields: &[&str]) -> Self {
        let mut all = String::new();
        for field in fields.iter().map(|field| fold(field)) {
            let field = field.trim();
            if !all.is_empty() && !field.is_empty() {
                all.push(' ');
            }
            all.push_str(field);
        }
        let text_end = all.len();
        let mut syllables = String::new();
        for word in all.split(' ') {
            push_syllables(word, &mut syllables);
        }
        // Each syllable is followed by NEXT; the last one need not be.
        syllables.pop();
        if !syllables.is_empty() {
            all.push(SYLLABLES);
            all.push_str(&syllables);
        }
        let mask = mask_of(&all, text_end);
        Self {
            mask,
            all: all.into_boxed_str(),
        }
    }

    /// The key of a record with these fields and a private number, which is found when it is typed whole or by the end that
    /// lists show of it: found piece by piece, it could be guessed piece by piece.
    #[must_use]
    pub fn with_number(fields: &[&str], number: &str) -> Self {
        let key = Self::new(fields);
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return key;
        }
        let mask = key.mask | term_mask(&digits);
        let mut all = String::from(key.all);
        all.push(WHOLE);
        all.push_str(&digits);
        Self {
            mask,
            all: all.into_boxed_str(),
        }
    }

    /// Bytes that this key occupies, without what the allocator adds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.all.len()
    }

    /// Whether every character of a term with this mask may be in the key.
    #[inline]
    pub(super) fn may_hold(&self, mask: u64) -> bool {
        self.mask & mask == mask
    }

    /// The folded text, the readings of its Chinese characters, and the number that is found whole.
    #[inline]
    pub(super) fn parts(&self) -> (&str, &str, &str) {
        let (all, whole) = self.all.split_once(WHOLE).unwrap_or((&self.all, ""));
        let (text, syllables) = all.split_once(SYLLABLES).unwrap_or((all, ""));
        (text, syllables, whole)
    }
}

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

/// Whether `c` is a Chinese character, which is exactly when the key holds a syllable (maybe an empty one) for it.
#[inline]
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn push_syllables(word: &str, out: &mut String) {
    for (nth, c) in word.chars().filter(|&c| is_han(c)).enumerate() {
        readings::push(nth == 0, c, out);
        out.push(NEXT);
    }
}

/// A bit for each letter and digit, 28 bits shared by all other characters. Syllables stand after `text_end`.
fn mask_of(all: &str, text_end: usize) -> u64 {
    let (text, syllables) = all.split_at(text_end);
    text.chars()
        .chain(syllables.chars().filter(char::is_ascii_lowercase))
        .fold(0, |mask, c| mask | bit(c))
}

/// The mask of a term of a query.
pub(super) fn term_mask(term: &str) -> u64 {
    term.chars().fold(0, |mask, c| mask | bit(c))
}

fn bit(c: char) -> u64 {
    let code = u32::from(c);
    1 << match c {
        'a'..='z' => code - u32::from('a'),
        '0'..='9' => 26 + code - u32::from('0'),
        _ => 36 + (code.wrapping_mul(0x9E37_79B1) >> 16) % 28,
    }
}
