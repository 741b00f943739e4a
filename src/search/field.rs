//! The fields that a query can name: those of a kind's table, by column or by label in either language.

use std::sync::OnceLock;

use super::text::fold;
use crate::both;
use crate::domain::field::Privacy;
use crate::domain::kinds::{Outcome, Role, Sex, Status, SupplierKind, Urgency, Word};
use crate::domain::lang::Text;
use crate::domain::{Kind, Record, Said};
use crate::for_kind;

/// How the values of a field are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// As text, also by its readings: a code, a name, an address.
    Text,
    /// As text: the code and the name of somebody else.
    Person,
    /// A private number: whole, or by the end that lists show.
    Phone,
    /// The code of a record of this kind, or a name of it; after a colon what is said of it.
    Refers(Kind),
    /// One of a closed list, by its word or what it is called.
    Words(fn(&str) -> Option<Text>),
    /// Yes or no.
    Flag,
    /// A number, equal.
    Number,
    /// Part of what stands in the file: dates, times, windows.
    Cell,
    /// Not at all.
    Hidden,
}

/// A field that a query can name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) column: &'static str,
    pub(super) label: Text,
    pub(super) meaning: Meaning,
}

/// The fields of a kind, in the order of its table.
pub(super) fn fields(kind: Kind) -> &'static [Known] {
    static ALL: OnceLock<Vec<(Kind, Vec<Known>)>> = OnceLock::new();
    let all = ALL.get_or_init(|| Kind::ALL.iter().map(|kind| (*kind, table(*kind))).collect());
    let own = all.iter().find(|(of, _)| *of == kind);
    own.map_or(&[], |(_, fields)| fields)
}

fn table(kind: Kind) -> Vec<Known> {
    for_kind!(kind, R => R::fields().iter().map(|field| Known {
        column: field.column,
        label: field.label,
        meaning: meaning(kind, field.column, field.privacy),
    }).collect())
}

/// What is private of people is not found by it, but for a telephone number and an address, which somebody who calls says:
/// what can be found can be guessed, and to be shown it takes a reason that the journal keeps.
fn meaning(kind: Kind, column: &str, privacy: Privacy) -> Meaning {
    let is_private = privacy == Privacy::Masked && kind.is_of_people();
    match column {
        "phone" => Meaning::Phone,
        "code" | "name" | "name_zh" | "name_en" | "address" | "holder" => Meaning::Text,
        "lon" | "lat" if kind.is_of_people() => Meaning::Hidden,
        _ if is_private || column == "id_number" => Meaning::Hidden,
        "resident" | "supplier" | "need" => Meaning::Person,
        "street" | "streets" => Meaning::Refers(Kind::Street),
        "community" => Meaning::Refers(Kind::Community),
        "category" | "parent" | "skills" => Meaning::Refers(Kind::Category),
        "capabilities" => Meaning::Refers(Kind::Capability),
        "blocked" | "preferred" => Meaning::Refers(Kind::Supplier),
        "merged_into" => Meaning::Refers(kind),
        "kind" => Meaning::Words(text_of::<SupplierKind>),
        "sex" => Meaning::Words(text_of::<Sex>),
        "status" => Meaning::Words(text_of::<Status>),
        "urgency" => Meaning::Words(text_of::<Urgency>),
        "outcome" => Meaning::Words(text_of::<Outcome>),
        "role" => Meaning::Words(text_of::<Role>),
        "remote" | "retired" | "revoked" | "trial" => Meaning::Flag,
        "radius_km" | "max_hours_week" | "capacity" | "minutes" | "people" | "rating" | "rank"
        | "score" => Meaning::Number,
        _ => Meaning::Cell,
    }
}

/// What a word of a closed list is called.
fn text_of<W: Word>(word: &str) -> Option<Text> {
    W::parse(word).ok().map(Word::text)
}

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// It names a field that there is not.
    Unknown {
        /// What was typed.
        typed: String,
        /// The column that comes nearest, with its label.
        nearest: (&'static str, Text),
    },
    /// It names a field that nobody is found by.
    Hidden {
        /// Its column.
        column: &'static str,
        /// Its label.
        label: Text,
    },
}

impl QueryError {
    /// Of two the one that says more.
    pub(super) fn nearer(one: Option<Self>, other: Self) -> Self {
        let likeness = |error: &Self| match error {
            Self::Hidden { .. } => f64::INFINITY,
            Self::Unknown {
                typed,
                nearest: (column, label),
            } => likeness(&[*column, label.zh, label.en].map(plain), &plain(typed)),
        };
        match one {
            Some(one) if likeness(&one) >= likeness(&other) => one,
            _ => other,
        }
    }

    /// What is wrong and how to mend it.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Unknown {
                typed,
                nearest: (column, label),
            } => {
                let (zh, en) = (label.zh, label.en);
                both!(
                    zh: "没有“{typed}”这一项，最接近的是 {column}（{zh}）；查找含冒号的文字请加引号",
                    en: "there is no field {typed}; the nearest is {column} ({en}). Quote a text that has a colon in it"
                )
            }
            Self::Hidden { column, label } => {
                let (zh, en) = (label.zh, label.en);
                both!(
                    zh: "{column}（{zh}）是个人信息，不能用来查找；请按姓名、编码、电话或地址查找",
                    en: "nobody is found by {column} ({en}), which is private; search by name, code, telephone or address"
                )
            }
        }
    }
}

/// The place of the field with this name among the fields of a kind.
pub(super) fn named(fields: &[Known], typed: &str) -> Result<usize, QueryError> {
    let plain = plain(typed);
    let is_it = |known: &Known| names(known).contains(&plain);
    let at = fields.iter().position(is_it).ok_or_else(|| {
        let nearest =
            nearest(fields, &plain).unwrap_or(("code", crate::text!(zh: "编码", en: "code")));
        QueryError::Unknown {
            typed: typed.to_owned(),
            nearest,
        }
    })?;
    match fields.get(at) {
        Some(Known {
            column,
            label,
            meaning: Meaning::Hidden,
        }) => Err(QueryError::Hidden {
            column,
            label: *label,
        }),
        _ => Ok(at),
    }
}

fn nearest(fields: &[Known], plain: &str) -> Option<(&'static str, Text)> {
    let likeness = |known: &Known| likeness(&names(known), plain);
    fields
        .iter()
        .filter(|known| !matches!(known.meaning, Meaning::Hidden))
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .map(|known| (known.column, known.label))
}

/// How much a text is like the name that it is most like.
fn likeness(names: &[String], plain: &str) -> f64 {
    let names = names.iter();
    names
        .map(|name| strsim::jaro_winkler(name, plain))
        .fold(0.0, f64::max)
}

fn names(known: &Known) -> [String; 3] {
    [known.column, known.label.zh, known.label.en].map(plain)
}

/// `Date of birth`, `date_of_birth` and `date-of-birth` are the same name.
fn plain(name: &str) -> String {
    let mut name = fold(name);
    name.retain(|c| !matches!(c, ' ' | '_' | '-'));
    name
}
