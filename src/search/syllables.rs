//! Matching a typed term with syllables, at syllable starts only: `wxy`, `wangxiuying`, `wangxy` and `王xy` all are 王秀英, `ngx` is not.

use super::key::{NEXT, OR, is_han};

/// Longer terms are not read as pinyin.
const LONGEST: usize = 63;
/// In the units of fuzzy-matcher, so that both kinds of score can be compared.
const PER_LETTER: i32 = 16;
const AT_START: i32 = 8;
const WHOLE: i32 = 8;
const SKIPPED: i32 = 3;
const UNUSUAL: i32 = 4;
const NONE: i32 = i32::MIN / 2;

/// Best scores by number of bytes of the term that are used up.
type Scores = [i32; LONGEST + 1];

/// The best score of reading `term` as beginnings of syllables, in order, of the Chinese characters in `text`; `None` if it cannot be.
pub(super) fn score(term: &str, text: &str, syllables: &str) -> Option<i64> {
    if syllables.is_empty() || term.len() > LONGEST || !may_begin(term, syllables) {
        return None;
    }
    let mut adjacent: Scores = [NONE; LONGEST + 1];
    let mut apart: Scores = [NONE; LONGEST + 1];
    let mut best = NONE;
    let units = text.chars().filter(|&c| is_han(c));
    for (index, (han, readings)) in units.zip(syllables.split(NEXT)).enumerate() {
        let lead = i32::try_from(index).unwrap_or(i32::MAX).min(6);
        apart[0] = apart[0].max(-SKIPPED * lead);
        let next = step(term, han, readings, &adjacent, &apart);
        for (far, near) in apart.iter_mut().zip(&adjacent) {
            *far = (*far).max(near - SKIPPED);
        }
        adjacent = next;
        best = best.max(adjacent.get(term.len()).copied().unwrap_or(NONE));
    }
    (best > NONE / 2).then(|| i64::from(best))
}

/// Cheap test: the first character begins some syllable, or is itself Chinese.
fn may_begin(term: &str, syllables: &str) -> bool {
    let Some(first) = term.chars().next() else {
        return false;
    };
    is_han(first)
        || syllables
            .split([NEXT, OR])
            .any(|syllable| syllable.starts_with(first))
}

/// The scores after one more character, which is used.
fn step(term: &str, han: char, readings: &str, adjacent: &Scores, apart: &Scores) -> Scores {
    let mut next: Scores = [NONE; LONGEST + 1];
    for (used, (near, far)) in adjacent.iter().zip(apart).take(term.len()).enumerate() {
        let base = *near.max(far);
        if base <= NONE / 2 {
            continue;
        }
        let Some(rest) = term.get(used..) else {
            continue;
        };
        if rest.starts_with(han) {
            let score = base + 2 * PER_LETTER + AT_START + WHOLE;
            raise(&mut next, used + han.len_utf8(), score);
        }
        for (nth, reading) in readings.split(OR).enumerate() {
            let unusual = if nth > 0 { UNUSUAL } else { 0 };
            begin(&mut next, used, rest, reading, base - unusual);
        }
    }
    next
}

/// Every beginning of `reading` with which `rest` begins.
fn begin(next: &mut Scores, used: usize, rest: &str, reading: &str, base: i32) {
    let mut score = base + AT_START;
    let same = rest
        .bytes()
        .zip(reading.bytes())
        .take_while(|(a, b)| a == b);
    for (letters, _) in same.enumerate() {
        score += PER_LETTER;
        let whole = if letters + 1 == reading.len() {
            WHOLE
        } else {
            0
        };
        raise(next, used + letters + 1, score + whole);
    }
}

fn raise(scores: &mut Scores, at: usize, score: i32) {
    if let Some(slot) = scores.get_mut(at) {
        *slot = (*slot).max(score);
    }
}
