//! Matches.

use minicbor::{Decode, Encode};

use super::{Record, Reference, field, is_record};
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::kinds::Kind;
use crate::domain::time::{Minute, Stamp, Zone};

/// A supplier confirmed for a need.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Match {
    /// The need.
    #[cbor(n(0), default)]
    pub need: Code,
    /// The supplier.
    #[cbor(n(1), default)]
    pub supplier: Code,
    /// The booked starts, the earliest first.
    #[cbor(n(2), default)]
    pub visits: Vec<Minute>,
    /// When it was confirmed.
    #[cbor(n(3), default)]
    pub confirmed_at: Stamp,
    /// By whom.
    #[cbor(n(4), default)]
    pub confirmed_by: String,
    /// The candidate's rank at that moment.
    #[n(5)]
    pub rank: Option<u32>,
    /// The candidate's score at that moment.
    #[n(6)]
    pub score: Option<f64>,
    /// When it was ended.
    #[n(7)]
    pub ended_at: Option<Stamp>,
    /// Why.
    #[cbor(n(8), default)]
    pub end_reason: String,
    /// For named visits only: it does not stand for later ones.
    #[cbor(n(9), default)]
    pub single: bool,
    /// How many matches of this pair went before.
    #[cbor(n(10), default)]
    pub before: u16,
    /// The version of the weights that ranked it.
    #[n(11)]
    pub weights_version: Option<u32>,
}

impl Match {
    /// The key of the `before`-th match of a pair: `N1/V2`, then `N1/V2/01`, `N1/V2/02` …
    #[must_use]
    pub fn key_of(need: &Code, supplier: &Code, before: u16) -> Code {
        if before == 0 {
            Code::composed(&format!("{need}/{supplier}"))
        } else {
            Code::composed(&format!("{need}/{supplier}/{before:02}"))
        }
    }

    /// Whether a booked start is still held: those after the match's end are free again.
    #[must_use]
    pub fn holds(&self, start: Minute) -> bool {
        self.ended_at.is_none_or(|ended| start.stamp() < ended)
    }

    /// Whether it takes in the later visits of a series as they come near.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.ended_at.is_none() && !self.single
    }
}

/// The field table of [`Match`].
const FIELDS: &[Field<Match>] = &[
    field!(
        0,
        "need",
        Open,
        Plain,
        "需求",
        "need",
        |r| r.need.to_string(),
        |r, v| {
            r.need = cell::needed(v, Code::parse)?;
            Ok(())
        }
    ),
    field!(
        1,
        "supplier",
        Open,
        Plain,
        "供方",
        "supplier",
        |r| r.supplier.to_string(),
        |r, v| {
            r.supplier = cell::needed(v, Code::parse)?;
            Ok(())
        }
    ),
    field!(
        2,
        "visits",
        Open,
        Plain,
        "服务时段",
        "visits",
        |r| cell::join(&r.visits),
        |r, v| {
            r.visits = cell::minutes(v)?;
            Ok(())
        }
    ),
    field!(
        3,
        "confirmed_at",
        Open,
        Plain,
        "确认时间",
        "confirmed at",
        |r| r.confirmed_at.to_string(),
        |r, v| {
            r.confirmed_at = cell::needed(v, |v| Stamp::parse(v, Zone::default()))?;
            Ok(())
        }
    ),
    field!(
        4,
        "confirmed_by",
        Open,
        Text,
        "确认人",
        "confirmed by",
        |r| r.confirmed_by.clone(),
        |r, v| {
            v.clone_into(&mut r.confirmed_by);
            Ok(())
        }
    ),
    field!(
        5,
        "rank",
        Open,
        Plain,
        "当时排名",
        "rank then",
        |r| cell::print(r.rank.as_ref()),
        |r, v| {
            r.rank = cell::optional(v, |v| cell::whole(v, 1, u32::MAX))?;
            Ok(())
        }
    ),
    field!(
        6,
        "score",
        Open,
        Plain,
        "当时得分",
        "score then",
        |r| cell::print(r.score.as_ref()),
        |r, v| {
            r.score = cell::optional(v, cell::positive)?;
            Ok(())
        }
    ),
    field!(
        7,
        "ended_at",
        Open,
        Plain,
        "结束时间",
        "ended at",
        |r| cell::print(r.ended_at.as_ref()),
        |r, v| {
            r.ended_at = cell::optional(v, |v| Stamp::parse(v, Zone::default()))?;
            Ok(())
        }
    ),
    field!(
        8,
        "end_reason",
        Open,
        Text,
        "结束原因",
        "why ended",
        |r| r.end_reason.clone(),
        |r, v| {
            v.clone_into(&mut r.end_reason);
            Ok(())
        }
    ),
    field!(
        9,
        "standing",
        Open,
        Extra,
        "延续",
        "standing",
        |r| if r.single {
            "no".to_owned()
        } else {
            String::new()
        },
        |r, v| {
            r.single = !v.is_empty() && !cell::flag(v)?;
            Ok(())
        }
    ),
    field!(
        11,
        "weights_version",
        Open,
        Extra,
        "当时的权重版本",
        "weights then",
        |r| cell::print(r.weights_version.as_ref()),
        |r, v| {
            r.weights_version = cell::optional(v, |v| cell::whole(v, 1, u32::MAX))?;
            Ok(())
        }
    ),
];

impl Record for Match {
    is_record!(Match, Match);

    fn fields() -> &'static [Field<Self>] {
        FIELDS
    }

    fn key(&self) -> Code {
        Self::key_of(&self.need, &self.supplier, self.before)
    }

    fn references(&self) -> Vec<Reference> {
        vec![
            Reference::new("need", Kind::Need, &self.need),
            Reference::new("supplier", Kind::Supplier, &self.supplier),
        ]
    }
}
