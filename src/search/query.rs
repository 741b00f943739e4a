//! What was typed into a search line.

use super::entry::is_short;
use super::field::{Known, Meaning, QueryError, fields, named};
use super::text::{Glance, fold};
use crate::domain::Kind;

/// How a term is looked for in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Digits only: part of a code, as it stands. Fuzzy digits would find nearly everything.
    Digits,
    /// Letters, maybe with Chinese: in the text, or as syllables.
    Syllables,
    /// Anything else: in the text.
    Other,
}

/// One thing that must be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// The place of the field in which it must be found; none for any field that is found without being named.
    pub(super) field: Option<usize>,
    /// Folded.
    pub(super) text: String,
    pub(super) form: Form,
    pub(super) glance: Glance,
    /// Whether a longer one may find what this one does not.
    whole: bool,
}

impl Term {
    /// A term for any field.
    pub(super) fn new(text: &str) -> Self {
        let digit = |b: u8| b.is_ascii_digit();
        let form = if text.bytes().all(digit) {
            Form::Digits
        } else if text.bytes().any(|b| b.is_ascii_lowercase()) && !text.bytes().any(digit) {
            Form::Syllables
        } else {
            Form::Other
        };
        Self {
            field: None,
            text: text.to_owned(),
            form,
            glance: Glance::of_term(text),
            whole: form == Form::Digits && !is_short(text),
        }
    }

    fn of_field(at: usize, known: &Known, text: &str) -> Self {
        let whole = match known.meaning {
            Meaning::Number | Meaning::Flag | Meaning::Phone => true,
            // A level or a date after a colon begins something of its own.
            Meaning::Refers(_) => text.contains(':'),
            _ => false,
        };
        Self {
            field: Some(at),
            whole,
            ..Self::new(text)
        }
    }

    /// Whether whatever this term finds, `old` found too.
    fn narrows(&self, old: &Self) -> bool {
        *self == *old
            || (self.field == old.field
                && self.text.starts_with(&old.text)
                && (old.form != Form::Digits || self.form == Form::Digits)
                && !self.whole
                && !old.whole)
    }
}

/// A query over one kind of record: terms of which every one must be found. An empty query finds all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub(super) kind: Kind,
    pub(super) terms: Vec<Term>,
}

impl Query {
    /// Reads what was typed: terms apart by spaces, each looked for everywhere or, after a field's name and a colon, in
    /// that field. What stands in quotes is one term. Full-width typing counts as half-width, upper case as lower.
    ///
    /// # Errors
    /// When it names a field that the kind has not, or that nobody is found by.
    pub fn new(kind: Kind, typed: &str) -> Result<Self, QueryError> {
        let known = fields(kind);
        let mut terms = Vec::new();
        for (name, text) in words(&fold(typed)) {
            let Some(name) = name else {
                terms.push(Term::new(&text));
                continue;
            };
            let at = named(known, &name)?;
            // A field without a value yet asks for nothing.
            if let Some(known) = known.get(at).filter(|_| !text.is_empty()) {
                terms.push(Term::of_field(at, known, &text));
            }
        }
        Ok(Self { kind, terms })
    }

    /// A query over several kinds: what only some of them have is looked for in those.
    ///
    /// # Errors
    /// When no kind has a field that it names.
    pub fn over(kinds: &[Kind], typed: &str) -> Result<Vec<Self>, QueryError> {
        let (mut queries, mut wrong) = (Vec::new(), None);
        for kind in kinds {
            match Self::new(*kind, typed) {
                Ok(query) => queries.push(query),
                Err(error) => wrong = Some(QueryError::nearer(wrong, error)),
            }
        }
        match wrong {
            Some(wrong) if queries.is_empty() => Err(wrong),
            _ => Ok(queries),
        }
    }

    /// Of which kind of record.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether everything that this query finds, `old` found too.
    pub(super) fn narrows(&self, old: &Self) -> bool {
        self.kind == old.kind
            && self.terms.len() >= old.terms.len()
            && self
                .terms
                .iter()
                .zip(&old.terms)
                .all(|(new, old)| new.narrows(old))
    }
}

/// The words of a folded text, each with the name of the field before its colon. `09:00` names no field: no field's name
/// begins with a digit.
fn words(folded: &str) -> Vec<(Option<String>, String)> {
    let mut words = Vec::new();
    let (mut name, mut word) = (None, String::new());
    let (mut quoted, mut was_quoted) = (false, false);
    for c in folded.chars().chain([' ']) {
        match c {
            '"' | '“' | '”' => {
                quoted = !quoted;
                was_quoted = true;
            }
            ' ' if !quoted => {
                if name.is_some() || !word.trim().is_empty() {
                    let text = std::mem::take(&mut word).trim().to_owned();
                    words.push((name.take(), text));
                }
                word.clear();
                was_quoted = false;
            }
            ':' if !quoted && name.is_none() && may_name(&word) => {
                name = Some(std::mem::take(&mut word));
                was_quoted = false;
            }
            c => word.push(c),
        }
    }
    // A quote that is not closed yet goes to the end.
    if quoted && was_quoted {
        let text = word.trim().to_owned();
        if name.is_some() || !text.is_empty() {
            words.push((name, text));
        }
    }
    words
}

fn may_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_alphabetic)
        && chars.all(|c| c.is_alphabetic() || matches!(c, ' ' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Vec<(Option<String>, String)> {
        words(&fold(typed))
    }

    fn plain(text: &str) -> (Option<String>, String) {
        (None, text.to_owned())
    }

    fn of(name: &str, text: &str) -> (Option<String>, String) {
        (Some(name.to_owned()), text.to_owned())
    }

    #[test]
    fn words_are_apart_by_spaces_and_fields_before_colons() {
        assert_eq!(read("  wxy　安贞 "), [plain("wxy"), plain("安贞")]);
        assert_eq!(read("状态：暂停 wxy"), [of("状态", "暂停"), plain("wxy")]);
        assert_eq!(read("start:09:00"), [of("start", "09:00")]);
        assert_eq!(read("09:00"), [plain("09:00")]);
        assert_eq!(read("status:"), [of("status", "")]);
        assert_eq!(
            read("\"a:b c\" name:\"li  lei\" \"date of birth\":1940 x:\"y z"),
            [
                plain("a:b c"),
                of("name", "li  lei"),
                of("date of birth", "1940"),
                of("x", "y z")
            ]
        );
        assert_eq!(read("\"\""), []);
    }

    #[test]
    fn fields_are_named_by_column_or_label_in_either_language() {
        let named = |typed: &str| Query::new(Kind::Supplier, typed).map(|q| q.terms[0].field);
        let status = named("status:paused").unwrap();
        for typed in ["状态:paused", "STATUS：paused", "Status:p"] {
            assert_eq!(named(typed).unwrap(), status, "{typed}");
        }
        assert_eq!(named("birth_date:1"), named("birthdate:1"));
        let error = named("stauts:paused").unwrap_err();
        assert!(error.said().en.contains("status"), "{error:?}");
        assert!(named("地扯:x").is_err_and(|e| e.said().zh.contains("最接近")));
        assert!(matches!(
            named("id_number:1"),
            Err(QueryError::Hidden { .. })
        ));
        assert!(Query::new(Kind::Resident, "circumstances:x").is_err());
        assert!(Query::new(Kind::Resident, "address:x").is_ok());
        assert!(
            Query::new(Kind::Need, "note:x").is_ok(),
            "a need's note is for whoever serves it"
        );
    }

    #[test]
    fn of_several_kinds_those_are_searched_that_have_the_field() {
        let over = |typed: &str| {
            let queries = Query::over(&[Kind::Supplier, Kind::Resident, Kind::Need], typed);
            queries.map(|queries| queries.iter().map(Query::kind).collect::<Vec<_>>())
        };
        assert_eq!(over("status:paused"), Ok(vec![Kind::Supplier]));
        assert_eq!(over("phone:1"), Ok(vec![Kind::Supplier, Kind::Resident]));
        let nearest = |typed: &str| over(typed).unwrap_err().said().en;
        assert!(nearest("adress:x").contains("address"));
        assert!(nearest("urgncy:x").contains("urgency"));
        assert!(nearest("skils:x").contains("skills"));
        assert!(nearest("id_number:1").contains("private"));
    }

    #[test]
    fn a_longer_query_narrows_unless_it_may_find_more() {
        let narrows = |new: &str, old: &str| {
            let query = |typed| Query::new(Kind::Supplier, typed).unwrap();
            query(new).narrows(&query(old))
        };
        assert!(narrows("wxy", "wx"));
        assert!(narrows("wxy status:paused", "wxy status:pau"));
        assert!(!narrows("wx", "wxy"));
        assert!(
            !narrows("13801234567", "1380123456"),
            "a number is found whole"
        );
        assert!(!narrows("capacity:12", "capacity:1"));
        assert!(!narrows("status:p", "phone:p"));
        assert!(!narrows("1a", "1"));
    }
}
