//! The editable vocabularies: the tree of categories and the list of capabilities.

use minicbor::{Decode, Encode};

use super::{Record, Reference, field, is_record, shared};
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::kinds::Kind;

/// A node of the tree of services.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Category {
    /// The user's key.
    #[cbor(n(0), default)]
    pub code: Code,
    /// The category above it.
    #[n(1)]
    pub parent: Option<Code>,
    /// Chinese name.
    #[cbor(n(2), default)]
    pub name_zh: String,
    /// English name.
    #[cbor(n(3), default)]
    pub name_en: String,
    /// The service needs no journey.
    #[cbor(n(4), default)]
    pub remote: bool,
    /// No new record may use it.
    #[cbor(n(5), default)]
    pub retired: bool,
    /// The category under which its records count.
    #[n(6)]
    pub merged_into: Option<Code>,
}

/// The field table of [`Category`].
const CATEGORY_FIELDS: &[Field<Category>] = &[
    shared!(code 0),
    field!(
        1,
        "parent",
        Open,
        Plain,
        "上级",
        "parent",
        |r| cell::print(r.parent.as_ref()),
        |r, v| {
            r.parent = cell::optional(v, Code::parse)?;
            Ok(())
        }
    ),
    shared!(name_zh 2),
    shared!(name_en 3),
    field!(
        4,
        "remote",
        Open,
        Plain,
        "远程",
        "remote",
        |r| cell::print_flag(r.remote),
        |r, v| {
            r.remote = cell::flag(v)?;
            Ok(())
        }
    ),
    shared!(retired 5 Plain),
    shared!(merged_into 6 Plain),
];

impl Record for Category {
    is_record!(Category, Category);

    fn fields() -> &'static [Field<Self>] {
        CATEGORY_FIELDS
    }

    fn key(&self) -> Code {
        self.code.clone()
    }

    fn references(&self) -> Vec<Reference> {
        Reference::optional("parent", Kind::Category, self.parent.as_ref())
            .chain(Reference::optional(
                "merged_into",
                Kind::Category,
                self.merged_into.as_ref(),
            ))
            .collect()
    }
}

/// A tag that a supplier has and a need may require.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Capability {
    /// The user's key.
    #[cbor(n(0), default)]
    pub code: Code,
    /// Chinese name.
    #[cbor(n(1), default)]
    pub name_zh: String,
    /// English name.
    #[cbor(n(2), default)]
    pub name_en: String,
    /// No new record may use it.
    #[cbor(n(3), default)]
    pub retired: bool,
    /// The capability as which it counts.
    #[n(4)]
    pub merged_into: Option<Code>,
}

/// The field table of [`Capability`].
const CAPABILITY_FIELDS: &[Field<Capability>] = &[
    shared!(code 0),
    shared!(name_zh 1),
    shared!(name_en 2),
    shared!(retired 3 Plain),
    shared!(merged_into 4 Extra),
];

impl Record for Capability {
    is_record!(Capability, Capability);

    fn fields() -> &'static [Field<Self>] {
        CAPABILITY_FIELDS
    }

    fn key(&self) -> Code {
        self.code.clone()
    }

    fn references(&self) -> Vec<Reference> {
        Reference::optional("merged_into", Kind::Capability, self.merged_into.as_ref()).collect()
    }
}
