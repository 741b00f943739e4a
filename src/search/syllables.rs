//! Reading a typed term as syllables, at their starts only: `wxy`, `wangxiuying`, `wangxy` and `王xy` all are 王秀英, `ngx` is not.

use std::borrow::Cow;

use super::readings;
use super::readings::OR;
use super::text::{is_han, units};

/// Longer terms are not read as syllables.
const LONGEST: usize = 62;

/// How a term is found among syllables; the first is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// From the first character on, one after another.
    Lead,
    /// One after another.
    Run,
    /// In order, with others between them.
    Apart,
}

/// A term found among syllables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) way: Way,
    /// How many characters stand before or behind it, or between.
    pub(super) spare: usize,
    /// Whether it takes no unusual reading.
    pub(super) usual: bool,
}

/// A Chinese character with its readings.
pub(super) type Unit = (char, Cow<'static, str>);

/// The Chinese characters of a text with their readings, into a list that is used again.
pub(super) fn collect(text: &str, into: &mut Vec<Unit>) {
    into.clear();
    let han = units(text).filter(|(_, c)| is_han(*c));
    into.extend(han.map(|(first, c)| (c, readings::of(first, c))));
}

/// The best way in which a term reads as beginnings of syllables, in order.
pub(super) fn find(term: &str, units: &[Unit]) -> Option<Found> {
    if term.is_empty() || term.len() > LONGEST {
        return None;
    }
    let (way, spare) = walk(term, units, false)?;
    Some(Found {
        way,
        spare,
        usual: walk(term, units, true).is_some_and(|(usual, _)| usual == way),
    })
}

fn walk(term: &str, units: &[Unit], usual: bool) -> Option<(Way, usize)> {
    let done = 1_u64 << term.len();
    for start in 0..units.len() {
        let mut reached = 1;
        for (at, unit) in units.iter().enumerate().skip(start) {
            reached = step(term, reached, unit, usual);
            if reached & done != 0 {
                let way = if start == 0 { Way::Lead } else { Way::Run };
                return Some((way, units.len() - (at + 1 - start)));
            }
            if reached == 0 {
                break;
            }
        }
    }
    let mut reached = 1;
    for (at, unit) in units.iter().enumerate() {
        reached |= step(term, reached, unit, usual);
        if reached & done != 0 {
            return Some((Way::Apart, at));
        }
    }
    None
}

/// How many bytes of the term may be used up after one more character, which is used; a bit for each number.
fn step(term: &str, reached: u64, (han, readings): &Unit, usual: bool) -> u64 {
    let mut next = 0;
    let mut left = reached;
    while left != 0 {
        let used = left.trailing_zeros() as usize;
        left &= left - 1;
        let Some(rest) = term.get(used..).filter(|rest| !rest.is_empty()) else {
            continue;
        };
        if rest.starts_with(*han) {
            next |= 1 << (used + han.len_utf8());
        }
        for reading in readings.split(OR).take(if usual { 1 } else { usize::MAX }) {
            let same = rest
                .bytes()
                .zip(reading.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            // Every beginning of the reading with which the rest begins.
            next |= ((1_u64 << same) - 1) << (used + 1);
        }
    }
    next
}
