//! Closed visits.

use minicbor::{Decode, Encode};

use super::{Record, Reference, field, is_record, shared};
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::kinds::{Kind, Outcome};
use crate::domain::time::Minute;

/// A closed visit: one supplier's visit to one resident, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Service {
    /// The user's key.
    #[cbor(n(0), default)]
    pub code: Code,
    /// Who was to be served.
    #[cbor(n(1), default)]
    pub resident: Code,
    /// Who was to come.
    #[cbor(n(2), default)]
    pub supplier: Code,
    /// For what.
    #[cbor(n(3), default)]
    pub category: Code,
    /// When it started or should have.
    #[cbor(n(4), default)]
    pub start: Minute,
    /// How long it took or should have.
    #[cbor(n(5), default)]
    pub minutes: u16,
    /// What became of it.
    #[cbor(n(6), default)]
    pub outcome: Outcome,
    /// The resident's rating, 1 to 5.
    #[n(7)]
    pub rating: Option<u8>,
    /// The need it belongs to; none for one brought in from an older system.
    #[n(8)]
    pub need: Option<Code>,
}

/// The field table of [`Service`].
const FIELDS: &[Field<Service>] = &[
    shared!(code 0),
    field!(
        1,
        "resident",
        Open,
        Plain,
        "居民",
        "resident",
        |r| r.resident.to_string(),
        |r, v| {
            r.resident = cell::needed(v, Code::parse)?;
            Ok(())
        }
    ),
    field!(
        2,
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
        3,
        "category",
        Open,
        Plain,
        "服务类别",
        "category",
        |r| r.category.to_string(),
        |r, v| {
            r.category = cell::needed(v, Code::parse)?;
            Ok(())
        }
    ),
    field!(
        4,
        "start",
        Open,
        Plain,
        "开始",
        "start",
        |r| r.start.to_string(),
        |r, v| {
            r.start = cell::needed(v, Minute::parse)?;
            Ok(())
        }
    ),
    field!(
        5,
        "minutes",
        Open,
        Plain,
        "时长（分钟）",
        "minutes",
        |r| r.minutes.to_string(),
        |r, v| {
            r.minutes = cell::needed(v, |v| cell::whole(v, 1, 1440))?;
            Ok(())
        }
    ),
    field!(
        6,
        "outcome",
        Open,
        Plain,
        "结果",
        "outcome",
        |r| r.outcome.to_string(),
        |r, v| {
            r.outcome = cell::needed(v, cell::word)?;
            Ok(())
        }
    ),
    field!(
        7,
        "rating",
        Open,
        Plain,
        "评分",
        "rating",
        |r| cell::print(r.rating.as_ref()),
        |r, v| {
            r.rating = cell::optional(v, |v| cell::whole(v, 1, 5))?;
            Ok(())
        }
    ),
    field!(
        8,
        "need",
        Open,
        Plain,
        "需求",
        "need",
        |r| cell::print(r.need.as_ref()),
        |r, v| {
            r.need = cell::optional(v, Code::parse)?;
            Ok(())
        }
    ),
];

impl Record for Service {
    is_record!(Service, Service);

    fn fields() -> &'static [Field<Self>] {
        FIELDS
    }

    fn key(&self) -> Code {
        self.code.clone()
    }

    fn references(&self) -> Vec<Reference> {
        [
            Reference::new("resident", Kind::Resident, &self.resident),
            Reference::new("supplier", Kind::Supplier, &self.supplier),
            Reference::new("category", Kind::Category, &self.category),
        ]
        .into_iter()
        .chain(Reference::optional("need", Kind::Need, self.need.as_ref()))
        .collect()
    }
}
