//! What of a record goes where, so that it can be found.

use super::field::{Known, Meaning, fields};
use super::text::fold;
use crate::domain::record::{Need, Resident};
use crate::domain::{AnyRecord, Code, Kind, Record};
use crate::with_record;

/// Between the parts of a record's text.
pub(super) const SECTION: char = '\u{0}';

/// The column of the value that says where somebody lives; fields have the numbers before it.
pub(super) const HOME: u8 = u8::MAX;

/// The street and the community of somebody.
pub type Home = (Option<Code>, Option<Code>);

/// How many digits of a private number's end lists show (`domain::mask`).
const SHOWN: usize = 4;

/// What is known beside a record of those that it names.
pub trait Beside {
    /// The name of a person, an organisation or a need; empty when it has none or is not told.
    fn name(&self, kind: Kind, code: &Code) -> String;

    /// Where a resident lives.
    fn home(&self, resident: &Code) -> Home;
}

/// The searchable form of one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The key as it stands, then a part for each field of text, folded; set apart by [`SECTION`].
    pub(super) text: String,
    /// Its telephone number, see [`number`].
    pub(super) number: u64,
    /// Its other values, each with the place of its field. Where somebody lives comes first, then what has a name.
    pub(super) values: Vec<(u8, String)>,
}

impl Entry {
    /// What a record is found by.
    #[must_use]
    pub fn of(record: &AnyRecord, beside: &dyn Beside) -> Self {
        let known = fields(record.kind());
        let mut entry = Self {
            text: record.key().to_string(),
            ..Self::default()
        };
        if let Some((street, community)) = home_of(record, beside) {
            let code = |code: Option<Code>| code.map(|code| code.to_string()).unwrap_or_default();
            let value = format!("{}|{}", code(street), code(community));
            entry.values.push((HOME, value));
        }
        let mut named = entry.values.len();
        for (at, known) in known.iter().enumerate() {
            if matches!(known.meaning, Meaning::Hidden) {
                continue;
            }
            let cell = with_record!(record, record => cell(record, at));
            let at = u8::try_from(at).unwrap_or(HOME);
            match known.meaning {
                Meaning::Text if known.column == "code" => {}
                Meaning::Text => entry.push_text(&cell),
                Meaning::Person => entry.push_person(known.column, &cell, beside),
                Meaning::Phone => entry.number = number(&cell),
                Meaning::Hidden => {}
                Meaning::Flag if cell.is_empty() => entry.values.push((at, "no".to_owned())),
                _ if is_named(known) => {
                    for part in parts(&cell) {
                        entry.values.insert(named, (at, part.to_owned()));
                        named += 1;
                    }
                }
                Meaning::Refers(_) => {
                    let parts = parts(&cell).map(|part| (at, part.to_owned()));
                    entry.values.extend(parts);
                }
                _ => entry
                    .values
                    .extend(parts(&cell).map(|part| (at, fold(part)))),
            }
        }
        entry
    }

    fn push_text(&mut self, cell: &str) {
        self.text.push(SECTION);
        self.text.push_str(fold(cell).trim());
    }

    fn push_person(&mut self, column: &str, cell: &str, beside: &dyn Beside) {
        let kind = match column {
            "resident" => Kind::Resident,
            "supplier" => Kind::Supplier,
            _ => Kind::Need,
        };
        let name = match kind {
            Kind::Need => String::new(),
            _ => beside.name(kind, &Code::composed(cell)),
        };
        self.push_text(&format!("{name} {cell}"));
    }
}

/// Whether a value of the field is also found by a name without naming the field: that is what records are shown with.
pub(super) fn is_named(known: &Known) -> bool {
    matches!(known.column, "street" | "community" | "category" | "parent")
}

/// The fields that are text, in the order of the parts of an entry's text after the first, which is the key.
pub(super) fn sections(fields: &[Known]) -> impl Iterator<Item = usize> {
    let is_section = |known: &Known| match known.meaning {
        Meaning::Text => known.column != "code",
        Meaning::Person => true,
        _ => false,
    };
    let places = fields.iter().enumerate();
    places.filter_map(move |(at, known)| is_section(known).then_some(at))
}

/// The cell of a field by its place in the table.
fn cell<R: Record>(record: &R, at: usize) -> String {
    let field = R::fields().get(at);
    field.map(|field| (field.get)(record)).unwrap_or_default()
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    let parts = cell.split(';').map(str::trim);
    parts.filter(|part| !part.is_empty())
}

/// Where those live whose streets decide who may see a record; none for kinds that everybody sees.
fn home_of(record: &AnyRecord, beside: &dyn Beside) -> Option<Home> {
    match record {
        AnyRecord::Resident(Resident {
            street, community, ..
        }) => Some((street.clone(), community.clone())),
        AnyRecord::Need(Need { resident, .. }) => Some(beside.home(resident)),
        _ => None,
    }
}

/// The digits of a private number as one: those at the end and whether there are more. 0 for none.
pub(super) fn number(text: &str) -> u64 {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    let (kept, head) = match digits.len() {
        0 => return 0,
        length @ 1..=18 => (length, 1),
        _ => (18, 2),
    };
    let end = digits.iter().skip(digits.len() - kept);
    end.fold(head, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// Whether typed digits are too few to name a number.
pub(super) fn is_short(digits: &str) -> bool {
    digits.len() < SHOWN
}

/// Whether a number of typed digits is the end of another that lists show.
pub(super) fn is_end(typed: u64, number: u64) -> bool {
    // As many digits as are shown, with the head that every number has.
    let is_as_shown = (10_000..20_000).contains(&typed);
    is_as_shown && number >= 20_000 && number % 10_000 == typed % 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_whole_and_by_its_end_and_not_confused_with_another() {
        let whole = number("138-0123-4567");
        assert_eq!(whole, number("13801234567"));
        assert_ne!(whole, number("013801234567"));
        assert_ne!(number("0123"), number("123"));
        assert!(is_end(number("4567"), whole));
        assert!(is_end(number("4567"), number("10000000004567")));
        assert!(!is_end(number("4567"), number("4567")), "that is the whole");
        assert!(!is_end(number("34567"), whole));
        assert!(!is_end(number("567"), whole));
        assert_ne!(number("123456789012345678"), number("9123456789012345678"));
        assert_eq!(number("none"), 0);
    }
}
