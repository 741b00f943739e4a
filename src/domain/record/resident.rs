//! Residents.

use minicbor::{Decode, Encode};

use super::{Record, Reference, check_point, field, is_record, shared};
use crate::both;
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::geo::Point;
use crate::domain::kinds::{Kind, Sex};
use crate::domain::problem::{Problem, Said};
use crate::domain::time::Day;

/// Who is served.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Resident {
    /// The user's key.
    #[cbor(n(0), default)]
    pub code: Code,
    /// Name.
    #[cbor(n(1), default)]
    pub name: String,
    /// Sex; none when unknown.
    #[n(2)]
    pub sex: Option<Sex>,
    /// Date of birth.
    #[n(3)]
    pub birth_date: Option<Day>,
    /// Telephone.
    #[cbor(n(4), default)]
    pub phone: String,
    /// Identity number, checked.
    #[cbor(n(5), default)]
    pub id_number: String,
    /// Street of the home.
    #[n(6)]
    pub street: Option<Code>,
    /// Community of the home.
    #[n(7)]
    pub community: Option<Code>,
    /// Address.
    #[cbor(n(8), default)]
    pub address: String,
    /// Degrees east.
    #[n(9)]
    pub lon: Option<f64>,
    /// Degrees north.
    #[n(10)]
    pub lat: Option<f64>,
    /// Sensitive circumstances (living alone, disabled …), as free tags.
    #[cbor(n(11), default)]
    pub circumstances: Vec<String>,
    /// Suppliers who shall not come.
    #[cbor(n(12), default)]
    pub blocked: Vec<Code>,
    /// Suppliers who are liked.
    #[cbor(n(13), default)]
    pub preferred: Vec<Code>,
    /// Free text.
    #[cbor(n(14), default)]
    pub note: String,
}

impl Resident {
    /// The point given for the resident itself.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        Point::of(self.lon, self.lat)
    }

    /// The suppliers who are both blocked and preferred: worth a warning.
    pub fn contradictions(&self) -> impl Iterator<Item = &Code> {
        self.blocked
            .iter()
            .filter(|code| self.preferred.contains(code))
    }
}

/// The sex of somebody who is served or asked for: `any` is for suppliers only.
pub(super) fn own_sex(text: &str) -> Result<Option<Sex>, Said> {
    match cell::optional(text, cell::word)? {
        Some(Sex::Any) => Err(both!(zh: "只能是 m、f 或空", en: "must be m, f or empty")),
        sex => Ok(sex),
    }
}

/// The field table of [`Resident`].
const FIELDS: &[Field<Resident>] = &[
    shared!(code 0),
    shared!(name 1),
    field!(
        2,
        "sex",
        Open,
        Plain,
        "性别",
        "sex",
        |r| cell::print(r.sex.as_ref()),
        |r, v| {
            r.sex = own_sex(v)?;
            Ok(())
        }
    ),
    shared!(birth_date 3),
    shared!(phone 4),
    shared!(id_number 5),
    shared!(street 6),
    shared!(community 7),
    field!(
        8,
        "address",
        Masked,
        Text,
        "地址",
        "address",
        |r| r.address.clone(),
        |r, v| {
            v.clone_into(&mut r.address);
            Ok(())
        }
    ),
    shared!(lon 9 Personal),
    shared!(lat 10 Personal),
    field!(
        11,
        "circumstances",
        Masked,
        Text,
        "情况",
        "circumstances",
        |r| cell::join(&r.circumstances),
        |r, v| {
            r.circumstances = cell::list(v, |v| Ok(v.to_owned()))?;
            Ok(())
        }
    ),
    field!(
        12,
        "blocked",
        Open,
        Plain,
        "不要的供方",
        "blocked suppliers",
        |r| cell::join(&r.blocked),
        |r, v| {
            r.blocked = cell::codes(v)?;
            Ok(())
        }
    ),
    field!(
        13,
        "preferred",
        Open,
        Plain,
        "喜欢的供方",
        "preferred suppliers",
        |r| cell::join(&r.preferred),
        |r, v| {
            r.preferred = cell::codes(v)?;
            Ok(())
        }
    ),
    shared!(note 14),
];

impl Record for Resident {
    is_record!(Resident, Resident);

    fn fields() -> &'static [Field<Self>] {
        FIELDS
    }

    fn key(&self) -> Code {
        self.code.clone()
    }

    fn check(&self) -> Result<(), Problem> {
        check_point(self.lon, self.lat)
    }

    fn references(&self) -> Vec<Reference> {
        Reference::optional("street", Kind::Street, self.street.as_ref())
            .chain(Reference::optional(
                "community",
                Kind::Community,
                self.community.as_ref(),
            ))
            .chain(Reference::each("blocked", Kind::Supplier, &self.blocked))
            .chain(Reference::each(
                "preferred",
                Kind::Supplier,
                &self.preferred,
            ))
            .collect()
    }
}
