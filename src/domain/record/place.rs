//! Streets and communities.

use minicbor::{Decode, Encode};

use super::{Record, Reference, check_point, field, is_record};
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
    field!(
        0,
        "code",
        Open,
        Plain,
        "编码",
        "code",
        |r| r.code.to_string(),
        |r, v| {
            r.code = Code::parse(v)?;
            Ok(())
        }
    ),
    field!(
        1,
        "name_zh",
        Open,
        Text,
        "中文名",
        "Chinese name",
        |r| r.name_zh.clone(),
        |r, v| {
            r.name_zh = cell::required(v)?;
            Ok(())
        }
    ),
    field!(
        2,
        "name_en",
        Open,
        Text,
        "英文名",
        "English name",
        |r| r.name_en.clone(),
        |r, v| {
            v.clone_into(&mut r.name_en);
            Ok(())
        }
    ),
    field!(
        3,
        "lon",
        Open,
        Plain,
        "经度",
        "longitude",
        |r| cell::print(r.lon.as_ref()),
        |r, v| {
            r.lon = cell::optional(v, |v| cell::degrees(v, 180.0))?;
            Ok(())
        }
    ),
    field!(
        4,
        "lat",
        Open,
        Plain,
        "纬度",
        "latitude",
        |r| cell::print(r.lat.as_ref()),
        |r, v| {
            r.lat = cell::optional(v, |v| cell::degrees(v, 90.0))?;
            Ok(())
        }
    ),
    field!(
        5,
        "retired",
        Open,
        Extra,
        "停用",
        "retired",
        |r| cell::print_flag(r.retired),
        |r, v| {
            r.retired = cell::flag(v)?;
            Ok(())
        }
    ),
    field!(
        6,
        "merged_into",
        Open,
        Extra,
        "并入",
        "merged into",
        |r| cell::print(r.merged_into.as_ref()),
        |r, v| {
            r.merged_into = cell::optional(v, Code::parse)?;
            Ok(())
        }
    ),
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
    field!(
        0,
        "code",
        Open,
        Plain,
        "编码",
        "code",
        |r| r.code.to_string(),
        |r, v| {
            r.code = Code::parse(v)?;
            Ok(())
        }
    ),
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
    field!(
        2,
        "name_zh",
        Open,
        Text,
        "中文名",
        "Chinese name",
        |r| r.name_zh.clone(),
        |r, v| {
            r.name_zh = cell::required(v)?;
            Ok(())
        }
    ),
    field!(
        3,
        "name_en",
        Open,
        Text,
        "英文名",
        "English name",
        |r| r.name_en.clone(),
        |r, v| {
            v.clone_into(&mut r.name_en);
            Ok(())
        }
    ),
    field!(
        4,
        "lon",
        Open,
        Plain,
        "经度",
        "longitude",
        |r| cell::print(r.lon.as_ref()),
        |r, v| {
            r.lon = cell::optional(v, |v| cell::degrees(v, 180.0))?;
            Ok(())
        }
    ),
    field!(
        5,
        "lat",
        Open,
        Plain,
        "纬度",
        "latitude",
        |r| cell::print(r.lat.as_ref()),
        |r, v| {
            r.lat = cell::optional(v, |v| cell::degrees(v, 90.0))?;
            Ok(())
        }
    ),
    field!(
        6,
        "retired",
        Open,
        Extra,
        "停用",
        "retired",
        |r| cell::print_flag(r.retired),
        |r, v| {
            r.retired = cell::flag(v)?;
            Ok(())
        }
    ),
    field!(
        7,
        "merged_into",
        Open,
        Extra,
        "并入",
        "merged into",
        |r| cell::print(r.merged_into.as_ref()),
        |r, v| {
            r.merged_into = cell::optional(v, Code::parse)?;
            Ok(())
        }
    ),
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
