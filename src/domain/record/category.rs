//! The editable vocabularies: the tree of categories and the list of capabilities.

use minicbor::{Decode, Encode};

use super::{Record, Reference, field, is_record};
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
    field!(
        5,
        "retired",
        Open,
        Plain,
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
        Plain,
        "并入",
        "merged into",
        |r| cell::print(r.merged_into.as_ref()),
        |r, v| {
            r.merged_into = cell::optional(v, Code::parse)?;
            Ok(())
        }
    ),
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
        "retired",
        Open,
        Plain,
        "停用",
        "retired",
        |r| cell::print_flag(r.retired),
        |r, v| {
            r.retired = cell::flag(v)?;
            Ok(())
        }
    ),
    field!(
        4,
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
