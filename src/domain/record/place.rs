//! Streets and communities.

use minicbor::{Decode, Encode};

use super::{Record, Reference, check_point, field, is_record, shared};
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::geo::Point;
use crate::domain::kinds::Kind;
use crate::domain::problem::Problem;

/// A subdistrict or township.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Street {
    /// The user's key.
    #[cbor(n(0), default)]
    pub code: Code,
    /// Chinese name.
    #[cbor(n(1), default)]
    pub name_zh: String,
    /// English name.
    #[cbor(n(2), default)]
    pub name_en: String,
    /// Degrees east.
    #[n(3)]
    pub lon: Option<f64>,
    /// Degrees north.
    #[n(4)]
    pub lat: Option<f64>,
    /// No new record may use it.
    #[cbor(n(5), default)]
    pub retired: bool,
    /// The street that took it over.
    #[n(6)]
    pub merged_into: Option<Code>,
}

impl Street {
    /// Its point, where one is given.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        Point::of(self.lon, self.lat)
    }
}

/// The field table of [`Street`].
const STREET_FIELDS: &[Field<Street>] = &[
    shared!(code 0),
    shared!(name_zh 1),
    shared!(name_en 2),
    shared!(lon 3 Open),
    shared!(lat 4 Open),
    shared!(retired 5 Extra),
    shared!(merged_into 6 Extra),
];

impl Record for Street {
    is_record!(Street, Street);

    fn fields() -> &'static [Field<Self>] {
        STREET_FIELDS
    }

    fn key(&self) -> Code {
        self.code.clone()
    }

    fn check(&self) -> Result<(), Problem> {
        check_point(self.lon, self.lat)
    }

    fn references(&self) -> Vec<Reference> {
        Reference::optional("merged_into", Kind::Street, self.merged_into.as_ref()).collect()
    }
}

/// Part of a street.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Community {
    /// The user's key.
    #[cbor(n(0), default)]
    pub code: Code,
    /// The street it lies in.
    #[cbor(n(1), default)]
    pub street: Code,
    /// Chinese name.
    #[cbor(n(2), default)]
    pub name_zh: String,
    /// English name.
    #[cbor(n(3), default)]
    pub name_en: String,
    /// Degrees east.
    #[n(4)]
    pub lon: Option<f64>,
    /// Degrees north.
    #[n(5)]
    pub lat: Option<f64>,
    /// No new record may use it.
    #[cbor(n(6), default)]
    pub retired: bool,
    /// The community that took it over.
    #[n(7)]
    pub merged_into: Option<Code>,
}

impl Community {
    /// Its point, where one is given.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        Point::of(self.lon, self.lat)
    }
}

/// The field table of [`Community`].
const COMMUNITY_FIELDS: &[Field<Community>] = &[
    shared!(code 0),
    field!(
        1,
        "street",
        Open,
        Plain,
        "街乡",
        "street",
        |r| r.street.to_string(),
        |r, v| {
            r.street = cell::needed(v, Code::parse)?;
            Ok(())
        }
    ),
    shared!(name_zh 2),
    shared!(name_en 3),
    shared!(lon 4 Open),
    shared!(lat 5 Open),
    shared!(retired 6 Extra),
    shared!(merged_into 7 Extra),
];

impl Record for Community {
    is_record!(Community, Community);

    fn fields() -> &'static [Field<Self>] {
        COMMUNITY_FIELDS
    }

    fn key(&self) -> Code {
        self.code.clone()
    }

    fn check(&self) -> Result<(), Problem> {
        check_point(self.lon, self.lat)
    }

    fn references(&self) -> Vec<Reference> {
        let street = Reference::new("street", Kind::Street, &self.street);
        std::iter::once(street)
            .chain(Reference::optional(
                "merged_into",
                Kind::Community,
                self.merged_into.as_ref(),
            ))
            .collect()
    }
}
