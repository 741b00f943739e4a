//! What was typed into the search line.

use super::key::{SearchKey, fold, term_mask};
use super::syllables;
use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

/// How a term is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Digits only: part of a code or a telephone number, as it stands. Fuzzy digits would find nearly everything.
    Digits,
    /// Letters, maybe with Chinese: in the text, or as pinyin.
    Pinyin,
    /// Anything else: in the text.
    Text,
}

/// How many digits of a private number's end lists show (`domain::mask`).
const SHOWN: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    text: String,
    mask: u64,
    kind: Kind,
}

impl Term {
    fn new(text: &str) -> Self {
        let digit = |b: u8| b.is_ascii_digit();
        let kind = if text.bytes().all(digit) {
            Kind::Digits
        } else if text.bytes().any(|b| b.is_ascii_lowercase()) && !text.bytes().any(digit) {
            Kind::Pinyin
        } else {
            Kind::Text
        };
        Self {
            text: text.to_owned(),
            mask: term_mask(text),
            kind,
        }
    }

    /// Whether it may be a number that is found whole, or its end: then a shorter one did not find it.
    fn may_be_whole(&self) -> bool {
        self.kind == Kind::Digits && self.text.len() >= SHOWN
    }

    /// Whether whatever this term finds, `old` found too.
    fn narrows(&self, old: &Self) -> bool {
        self.text.starts_with(&old.text)
            && (old.kind != Kind::Digits || self.kind == Kind::Digits)
            && !self.may_be_whole()
    }
}

/// A query: terms of which every one must be found. An empty query finds all.
pub struct Query {
    terms: Vec<Term>,
    matcher: SkimMatcherV2,
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Query").field(&self.terms).finish()
    }
}

impl Query {
    /// The terms of `typed`, split on spaces; full-width typing counts as half-width, upper case as lower.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        Self {
            terms: fold(typed).split_whitespace().map(Term::new).collect(),
            matcher: SkimMatcherV2::default().ignore_case(),
        }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// How well `key` matches: higher is better, `None` is not at all.
    #[must_use]
    pub fn score(&self, key: &SearchKey) -> Option<i64> {
        if !self.terms.iter().all(|term| key.may_hold(term.mask)) {
            return None;
        }
        let (text, syllables, whole) = key.parts();
        self.terms
            .iter()
            .map(|term| {
                self.score_term(term, text, syllables)
                    .max(score_whole(term, whole))
            })
            .sum()
    }

    /// Whether everything that this query finds, `old` found too.
    #[must_use]
    pub fn narrows(&self, old: &Self) -> bool {
        self.terms.len() >= old.terms.len()
            && self
                .terms
                .iter()
                .zip(&old.terms)
                .all(|(new, old)| new.narrows(old))
    }

    fn score_term(&self, term: &Term, text: &str, syllables: &str) -> Option<i64> {
        if term.kind != Kind::Digits && text.starts_with(&term.text) {
            // What the matcher would give, near enough, without its work: the first letter of a code is in every key.
            let length = i64::try_from(term.text.chars().count()).unwrap_or(i64::MAX / 32);
            return Some(24 * length + 8);
        }
        match term.kind {
            Kind::Digits => score_digits(&term.text, text),
            Kind::Text => self.matcher.fuzzy_match(text, &term.text),
            Kind::Pinyin => syllables::score(&term.text, text, syllables)
                .max(self.matcher.fuzzy_match(text, &term.text)),
        }
    }
}

/// Digits as they stand; best where a word begins, next best where one ends (the tail of a telephone number).
fn score_digits(digits: &str, text: &str) -> Option<i64> {
    let places = text.match_indices(digits).map(|(at, _)| {
        let (before, from) = text.split_at(at);
        let begins = !before.ends_with(|c: char| c.is_ascii_digit());
        let ends = from[digits.len()..].chars().next().is_none_or(|c| c == ' ');
        16 * i64::from(begins) + 8 * i64::from(ends)
    });
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX / 32);
    places.max().map(|bonus| 16 * length + bonus)
}

/// A private number: whole, or the end of it that is shown.
fn score_whole(term: &Term, whole: &str) -> Option<i64> {
    let is_it = term.may_be_whole()
        && (term.text == whole || (term.text.len() == SHOWN && whole.ends_with(&term.text)));
    let length = i64::try_from(term.text.len()).unwrap_or(i64::MAX / 32);
    is_it.then_some(16 * length + 24)
}

/// How well `key` matches `query`: higher is better, `None` is not at all. For many keys, make the [`Query`] once.
#[must_use]
pub fn matches(key: &SearchKey, query: &str) -> Option<i64> {
    Query::new(query).score(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_number_is_found_whole_or_by_its_end_and_never_by_another_part() {
        let key = SearchKey::with_number(&["V0001090", "王秀英"], "13801234567");
        for found in ["13801234567", "4567", "wxy 4567", "王 13801234567"] {
            assert!(matches(&key, found).is_some(), "{found}");
        }
        for not in [
            "138",
            "1380123456",
            "01234567",
            "34567",
            "2345",
            "138-4567",
            "v13801234567",
        ] {
            assert!(matches(&key, not).is_none(), "{not}");
        }
        let (short, long) = (Query::new("1380123456"), Query::new("13801234567"));
        assert!(!long.narrows(&short));
    }

    fn key() -> SearchKey {
        SearchKey::new(&["V0001090", "王秀英", "13801234567"])
    }

    #[track_caller]
    fn finds(key: &SearchKey, query: &str) {
        assert!(matches(key, query).is_some(), "{query} should find");
    }

    #[track_caller]
    fn misses(key: &SearchKey, query: &str) {
        assert!(matches(key, query).is_none(), "{query} should not find");
    }

    #[test]
    fn a_person_is_found_by_name_pinyin_initials_code_and_telephone() {
        for query in [
            "wxy",
            "wangxiuying",
            "wangxy",
            "秀英",
            "王xy",
            "V00010",
            "v1090",
            "1090",
            "0123",
            "4567",
        ] {
            finds(&key(), query);
        }
    }

    #[test]
    fn several_terms_are_all_required_in_any_order() {
        finds(&key(), "xiuy wang");
        finds(&key(), "  英 v00  138 ");
        misses(&key(), "wang li");
        finds(&key(), "");
        finds(&key(), "   ");
    }

    #[test]
    fn surnames_are_found_by_every_reading() {
        let hero = SearchKey::new(&["单雄信"]);
        for query in ["danxiongxin", "shanxiongxin", "chanxx", "sxx", "dxx"] {
            finds(&hero, query);
        }
        for (name, typed) in [
            ("仇和", "qiu"),
            ("曾国藩", "zenggf"),
            ("查良镛", "zha"),
            ("解缙", "xie"),
            ("区桃", "ou"),
            ("盖叫天", "ge"),
            ("朴树", "piao"),
            ("覃冬", "qin"),
            ("尉迟恭", "yuchi"),
            ("万俟卨", "moqi"),
            ("长孙无忌", "zhangsun"),
        ] {
            finds(&SearchKey::new(&[name]), typed);
        }
    }

    #[test]
    fn the_umlaut_is_typed_v() {
        let lu = SearchKey::new(&["吕布"]);
        finds(&lu, "lv");
        finds(&lu, "lvbu");
        finds(&lu, "lü");
        misses(&SearchKey::new(&["鲁肃"]), "lv");
    }

    #[test]
    fn pinyin_matches_at_syllable_starts_only() {
        for query in ["ngx", "ang", "iu", "angxiuying", "wgxy"] {
            misses(&key(), query);
        }
    }

    #[test]
    fn full_width_typing_counts_as_half_width() {
        finds(&key(), "Ｖ００　ｗｘｙ");
        finds(&SearchKey::new(&["ＡＢＣ１２"]), "abc12");
    }

    #[test]
    fn digits_are_looked_for_as_they_stand() {
        misses(&key(), "1830");
        assert!(matches(&key(), "138") > matches(&key(), "380"));
    }

    #[test]
    fn whole_syllables_in_a_row_score_higher() {
        let near = SearchKey::new(&["王英"]);
        let far = SearchKey::new(&["王秀英"]);
        assert!(matches(&near, "wangying") > matches(&far, "wangying"));
    }

    #[test]
    fn characters_without_a_reading_do_not_shift_the_others() {
        let key = SearchKey::new(&["〇𠮷王英"]);
        finds(&key, "wy");
        finds(&key, "wangying");
    }
}
