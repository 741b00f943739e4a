//! How well a record answers a query.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::book::{Block, Book};
use super::entry::{HOME, Home, SECTION, is_end, is_named, is_short, number, sections};
use super::field::{Known, Meaning, fields};
use super::query::{Form, Query, Term};
use super::syllables::{self, Unit, Way};
use super::text::fold;
use crate::domain::{Code, Kind};

/// What the records of a kind that others refer to are called.
pub trait Lexicon {
    /// The Chinese and the English name; empty when there is none.
    fn names(&self, kind: Kind, code: &Code) -> (String, String);
}

/// Steps of a score: whatever is found one step higher goes before.
const EXACT: u32 = 8 << 8;
const PREFIX: u32 = 7 << 8;
const LEAD: u32 = 6 << 8;
const RUN: u32 = 5 << 8;
const APART: u32 = 4 << 8;
const INSIDE: u32 = 3 << 8;
const NAMED: u32 = 2 << 8;
const FUZZY: u32 = 1 << 8;
/// Within a step.
const FINEST: usize = 255;

/// Where a term is looked for.
struct Test<'a> {
    term: &'a Term,
    /// The parts of a record's text; a bit each.
    sections: u32,
    /// The typed digits, when they may be a number or its end.
    number: Option<u64>,
    /// What each value of the book is worth; empty when none is worth anything.
    values: Vec<u16>,
    /// Whether the term names a field: then nothing is guessed.
    strict: bool,
}

/// A query made ready for one book.
pub(super) struct Plan<'a> {
    tests: Vec<Test<'a>>,
    /// Which values of the book say that a record may be seen; none when all may.
    seen: Option<Vec<bool>>,
    /// How many values of a record, from the first, are looked at for a term that names no field.
    named: usize,
}

/// What a thread that scores needs for itself.
#[derive(Default)]
pub(super) struct Scratch {
    /// For what only resembles a term; none when that is not looked for.
    matcher: Option<SkimMatcherV2>,
    units: Vec<Unit>,
}

impl Scratch {
    pub(super) fn new(fuzzy: bool) -> Self {
        Self {
            matcher: fuzzy.then(|| SkimMatcherV2::default().ignore_case()),
            units: Vec::new(),
        }
    }
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        book: &Book,
        query: &'a Query,
        lexicon: &dyn Lexicon,
        sees: Option<&dyn Fn(&Home) -> bool>,
    ) -> Self {
        let known = fields(query.kind);
        let tests = query
            .terms
            .iter()
            .map(|term| Test::new(book, term, known, lexicon))
            .collect();
        let homes = book.values().any(|(column, _)| *column == HOME);
        Self {
            tests,
            seen: sees.map(|sees| seen(book, sees)),
            named: known.iter().filter(|known| is_named(known)).count() + usize::from(homes),
        }
    }

    /// Whether a record may be seen.
    pub(super) fn sees(&self, block: &Block, slot: usize) -> bool {
        self.seen.as_ref().is_none_or(|seen| {
            let home = block.values(slot).next();
            home.is_some_and(|home| seen.get(home as usize).copied().unwrap_or_default())
        })
    }

    /// Which values say that a record may be seen.
    pub(super) fn seen(&self) -> Option<&[bool]> {
        self.seen.as_deref()
    }

    /// How well a record answers; 0 for not at all.
    pub(super) fn score(&self, block: &Block, slot: usize, scratch: &mut Scratch) -> u32 {
        let glance = block.glance(slot);
        let may_be = |test: &Test<'_>| {
            !test.values.is_empty()
                || (test.sections != 0 && glance.may_hold(test.term.glance))
                || test.score_number(block.number(slot)) != 0
        };
        if !self.tests.iter().all(may_be) || !self.sees(block, slot) {
            return 0;
        }
        let mut total = 0;
        for test in &self.tests {
            let score = test.score(block, slot, self.named, scratch);
            if score == 0 {
                return 0;
            }
            total += score;
        }
        total
    }
}

/// Which values of a book say that a record may be seen.
fn seen(book: &Book, sees: &dyn Fn(&Home) -> bool) -> Vec<bool> {
    let code = |text: &str| (!text.is_empty()).then(|| Code::composed(text));
    book.values()
        .map(|(column, text)| {
            let home = text.split_once('|').filter(|_| *column == HOME);
            home.is_some_and(|(street, community)| sees(&(code(street), code(community))))
        })
        .collect()
}

impl<'a> Test<'a> {
    fn new(book: &Book, term: &'a Term, known: &[Known], lexicon: &dyn Lexicon) -> Self {
        let field = term.field.and_then(|at| Some((at, known.get(at)?)));
        let digits = number(&term.text);
        let (sections, number) = match field {
            None => (
                u32::MAX,
                (term.form == Form::Digits && !is_short(&term.text)).then_some(digits),
            ),
            Some((_, known)) if matches!(known.meaning, Meaning::Phone) => (0, Some(digits)),
            Some((_, known)) if known.column == "code" => (1, None),
            Some((at, _)) => {
                let place = sections(known).position(|own| own == at);
                (place.map_or(0, |place| 2 << place), None)
            }
        };
        let values = match field {
            Some((at, of)) => worth(book, |column| (column == at).then_some(of), term, lexicon),
            None => worth(
                book,
                |column| known.get(column).filter(|k| is_named(k)),
                term,
                lexicon,
            ),
        };
        Self {
            term,
            sections,
            number,
            values,
            strict: field.is_some(),
        }
    }

    fn score(&self, block: &Block, slot: usize, named: usize, scratch: &mut Scratch) -> u32 {
        let text = if self.sections != 0 && block.glance(slot).may_hold(self.term.glance) {
            self.score_text(block.text(slot), scratch)
        } else {
            0
        };
        let mut best = text.max(self.score_number(block.number(slot)));
        if !self.values.is_empty() {
            let most = if self.strict { usize::MAX } else { named };
            for value in block.values(slot).take(most) {
                let worth = self.values.get(value as usize).copied().unwrap_or_default();
                best = best.max(worth.into());
            }
        }
        best
    }

    fn score_number(&self, stored: u64) -> u32 {
        match self.number {
            Some(typed) if stored == 0 || typed == 0 => 0,
            Some(typed) if typed == stored => EXACT,
            Some(typed) if is_end(typed, stored) => RUN,
            _ => 0,
        }
    }

    fn score_text(&self, text: &str, scratch: &mut Scratch) -> u32 {
        let mut best = 0;
        for (at, part) in text.split(SECTION).enumerate() {
            if self.sections
                & 1_u32
                    .checked_shl(u32::try_from(at).unwrap_or(31))
                    .unwrap_or(0)
                != 0
            {
                let score = if at == 0 {
                    score_code(self.term, part)
                } else {
                    score_part(self.term, part, &mut scratch.units)
                };
                best = best.max(score);
                if best >= PREFIX {
                    break;
                }
            }
        }
        if best == 0 && !self.strict && self.term.form != Form::Digits {
            return score_fuzzy(&self.term.text, text, scratch.matcher.as_ref());
        }
        best
    }
}

/// Less by what is more than was typed.
fn closer(step: u32, spare: usize) -> u32 {
    step + u32::try_from(FINEST - spare.min(FINEST)).unwrap_or_default()
}

/// A code as it stands, in any case. Of digits best where they begin, next best where they end.
fn score_code(term: &Term, code: &str) -> u32 {
    let (typed, code) = (term.text.as_bytes(), code.as_bytes());
    let Some(spare) = code.len().checked_sub(typed.len()) else {
        return 0;
    };
    let mut best = 0;
    let Some(first) = typed.first() else {
        return 0;
    };
    for (at, part) in code.windows(typed.len()).enumerate() {
        let begins = part.first().map(u8::to_ascii_lowercase) == Some(*first);
        if !begins || !part.eq_ignore_ascii_case(typed) {
            continue;
        }
        let is_digits = term.form == Form::Digits;
        let before = at.checked_sub(1).and_then(|before| code.get(before));
        let step = match () {
            () if spare == 0 => EXACT,
            () if at == 0 => PREFIX,
            () if is_digits && at == spare => RUN,
            () if is_digits && !before.is_some_and(u8::is_ascii_digit) => LEAD,
            () => INSIDE,
        };
        best = best.max(closer(step, spare));
        if best >= PREFIX {
            break;
        }
    }
    best
}

/// A name, an address: as it stands, or by its readings.
fn score_part(term: &Term, part: &str, units: &mut Vec<Unit>) -> u32 {
    let typed = &term.text;
    let mut best = 0;
    let (first, bytes) = (typed.as_bytes().first(), part.as_bytes());
    // Most names have not even the first letter in them.
    let places = first
        .filter(|first| bytes.contains(first))
        .map(|_| part.match_indices(typed.as_str()));
    for (at, _) in places.into_iter().flatten() {
        let spare = part.len() - typed.len();
        let begins = at == 0 || part.as_bytes().get(at - 1) == Some(&b' ');
        let step = match (at, spare) {
            (0, 0) => EXACT,
            (0, _) => PREFIX,
            _ if begins => LEAD,
            _ => INSIDE,
        };
        best = best.max(closer(step, spare));
    }
    if best >= LEAD || term.form != Form::Syllables {
        return best;
    }
    syllables::collect(part, units);
    let Some(found) = syllables::find(typed, units) else {
        return best;
    };
    let step = match found.way {
        Way::Lead => LEAD,
        Way::Run => RUN,
        Way::Apart => APART,
    };
    best.max(closer(step, 2 * found.spare + usize::from(!found.usual)))
}

/// The characters of the term in order, with others between them.
fn score_fuzzy(typed: &str, text: &str, matcher: Option<&SkimMatcherV2>) -> u32 {
    let Some(matcher) = matcher else { return 0 };
    let mut rest = text.chars();
    // What can't match at all need not be asked for.
    let may = typed
        .chars()
        .all(|c| rest.any(|other| other.to_ascii_lowercase() == c));
    let score = may.then(|| matcher.fuzzy_match(text, typed)).flatten();
    score.map_or(0, |score| {
        let score = usize::try_from(score.max(0)).unwrap_or_default();
        closer(FUZZY, FINEST - score.min(FINEST))
    })
}

/// What each value is worth to a term; empty when none is worth anything. `of` says of a column which field it is, when
/// the term is looked for there.
fn worth<'k>(
    book: &Book,
    of: impl Fn(usize) -> Option<&'k Known>,
    term: &Term,
    lexicon: &dyn Lexicon,
) -> Vec<u16> {
    let mut any = false;
    let mut units = Vec::new();
    let mut out = Vec::new();
    for (column, value) in book.values() {
        let known = of(usize::from(*column)).filter(|_| *column != HOME);
        let score = known.map_or(0, |known| {
            let score = score_value(term, known, value, lexicon, &mut units);
            match term.field {
                Some(_) => score,
                // A letter inside the English name of a place says nothing.
                None if score < RUN && (score >= APART || term.text.is_ascii()) => 0,
                None => score.min(closer(NAMED, 0)),
            }
        });
        any |= score > 0;
        out.push(u16::try_from(score).unwrap_or(u16::MAX));
    }
    if any { out } else { Vec::new() }
}

fn score_value(
    term: &Term,
    known: &Known,
    value: &str,
    lexicon: &dyn Lexicon,
    units: &mut Vec<Unit>,
) -> u32 {
    let typed = term.text.as_str();
    let begins = |text: &str| match fold(text) {
        text if text == typed => EXACT,
        text if text.starts_with(typed) => PREFIX,
        _ => 0,
    };
    match known.meaning {
        Meaning::Refers(kind) => score_reference(term, kind, value, lexicon, units),
        Meaning::Words(text_of) => text_of(value).map_or(0, |text| {
            begins(value).max(begins(text.zh)).max(begins(text.en))
        }),
        Meaning::Flag => {
            let is = crate::domain::cell::flag(value).ok();
            let asked = crate::domain::cell::flag(typed).ok();
            if is.is_some() && is == asked {
                EXACT
            } else {
                0
            }
        }
        Meaning::Number => {
            let number = |text: &str| text.parse::<f64>().ok();
            match (number(value), number(typed)) {
                (Some(is), Some(asked)) if is.total_cmp(&asked).is_eq() => EXACT,
                _ => 0,
            }
        }
        Meaning::Cell => match value.find(typed) {
            Some(0) if value.len() == typed.len() => EXACT,
            Some(0) => PREFIX,
            Some(_) => INSIDE,
            None => 0,
        },
        Meaning::Text | Meaning::Person | Meaning::Phone | Meaning::Hidden => 0,
    }
}

/// `barber:3` by its code, by the names of what it is the code of, and by what stands after the colon.
fn score_reference(
    term: &Term,
    kind: Kind,
    value: &str,
    lexicon: &dyn Lexicon,
    units: &mut Vec<Unit>,
) -> u32 {
    let (code, more) = value.split_once(':').unwrap_or((value, ""));
    let shorter;
    let (term, asked) = match term.text.split_once(':') {
        Some((typed, asked)) => {
            shorter = Term::new(typed);
            (&shorter, asked)
        }
        None => (term, ""),
    };
    if !more.starts_with(asked) {
        return 0;
    }
    if term.text.is_empty() {
        return INSIDE;
    }
    let (zh, en) = lexicon.names(kind, &Code::composed(code));
    let by_name = |name: &str, units: &mut Vec<Unit>| score_part(term, &fold(name), units);
    score_code(term, code)
        .max(by_name(&zh, units))
        .max(by_name(&en, units))
}

/// How well some texts match what was typed, in any of them: higher is better, none is not at all.
#[must_use]
pub fn matches(texts: &[&str], typed: &str) -> Option<u32> {
    matches_from(texts, typed, 1)
}

/// The same where each typed word begins a text or a word of one: a few letters are inside of nearly everything.
#[must_use]
pub fn matches_beginning(texts: &[&str], typed: &str) -> Option<u32> {
    matches_from(texts, typed, LEAD)
}

fn matches_from(texts: &[&str], typed: &str, least: u32) -> Option<u32> {
    let folded = fold(typed);
    let texts: Vec<String> = texts.iter().map(|text| fold(text)).collect();
    let mut scratch = Scratch::new(true);
    let mut total = 0;
    for term in folded.split_whitespace().map(Term::new) {
        let parts = texts
            .iter()
            .map(|text| score_part(&term, text.trim(), &mut scratch.units));
        let mut best = parts.max().unwrap_or_default();
        if best == 0 && term.form != Form::Digits {
            best = score_fuzzy(&term.text, &texts.join(" "), scratch.matcher.as_ref());
        }
        if best < least {
            return None;
        }
        total += best;
    }
    Some(total)
}
