//! The records of SPEC §2, one file each with its field table.

use std::fmt::Debug;

use minicbor::{Decode, Encode};

use super::code::Code;
use super::field::Field;
use super::kinds::Kind;
use super::problem::Problem;

mod category;
mod grant;
mod matched;
mod need;
mod offer;
mod place;
mod resident;
mod service;
mod settings;
mod supplier;
mod table;
mod weights;

pub use category::{Capability, Category};
pub use grant::Grant;
pub use matched::Match;
pub use need::Need;
pub use offer::{Away, Held, Skill};
pub use place::{Community, Street};
pub use resident::Resident;
pub use service::Service;
pub use settings::Settings;
pub use supplier::{Fitness, Supplier};
pub use weights::{CRITERIA, CategoryWeights, Weights};

/// A reference from one record to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The column that holds it.
    pub column: &'static str,
    /// The kind of the other record.
    pub kind: Kind,
    /// Its code.
    pub code: Code,
}

impl Reference {
    fn new(column: &'static str, kind: Kind, code: &Code) -> Self {
        Self {
            column,
            kind,
            code: code.clone(),
        }
    }

    fn optional(
        column: &'static str,
        kind: Kind,
        code: Option<&Code>,
    ) -> impl Iterator<Item = Self> {
        code.map(|code| Self::new(column, kind, code)).into_iter()
    }

    fn each<'a>(
        column: &'static str,
        kind: Kind,
        codes: impl IntoIterator<Item = &'a Code>,
    ) -> impl Iterator<Item = Self> {
        codes
            .into_iter()
            .map(move |code| Self::new(column, kind, code))
    }
}

/// What all records have in common.
pub trait Record:
    Clone + Debug + Default + PartialEq + Encode<()> + for<'b> Decode<'b, ()> + Send + Sync + 'static
{
    /// Its kind.
    const KIND: Kind;

    /// Its fields, in the order of SPEC §2's columns.
    fn fields() -> &'static [Field<Self>];

    /// The key under which it is stored; unique within its kind.
    fn key(&self) -> Code;

    /// Checks the fields against each other; single fields are checked by the field table.
    ///
    /// # Errors
    /// The first problem found.
    fn check(&self) -> Result<(), Problem> {
        Ok(())
    }

    /// The records that must exist for this one to be understood.
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }

    /// As one of any kind.
    fn into_any(self) -> AnyRecord;

    /// The record inside, when it is of this kind.
    fn of_any(any: AnyRecord) -> Option<Self>;

    /// A borrow of the record inside, when it is of this kind.
    fn ref_any(any: &AnyRecord) -> Option<&Self>;
}

macro_rules! any_record {
    ($($kind:ident($record:ident)),+ $(,)?) => {
        /// A record of any kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyRecord {
            $(#[doc = concat!("A [`", stringify!($record), "`].")] $kind($record),)+
        }

        impl AnyRecord {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),+ }
            }

            /// Its key within its kind.
            #[must_use]
            pub fn key(&self) -> Code {
                match self { $(Self::$kind(record) => record.key()),+ }
            }

            /// The records that must exist for this one to be understood.
            #[must_use]
            pub fn references(&self) -> Vec<Reference> {
                match self { $(Self::$kind(record) => record.references()),+ }
            }

            /// Checks the fields against each other.
            ///
            /// # Errors
            /// The first problem found.
            pub fn check(&self) -> Result<(), Problem> {
                match self { $(Self::$kind(record) => record.check()),+ }
            }
        }

        $(impl From<$record> for AnyRecord {
            fn from(record: $record) -> Self {
                Self::$kind(record)
            }
        })+
    };
}

any_record! {
    Street(Street),
    Community(Community),
    Category(Category),
    Capability(Capability),
    Supplier(Supplier),
    Resident(Resident),
    Need(Need),
    Match(Match),
    Service(Service),
    Settings(Settings),
    Grant(Grant),
}

/// Runs `$body` with `$record` bound to the record inside, whatever its kind.
#[macro_export]
macro_rules! with_record {
    ($any:expr, $record:ident => $body:expr) => {
        match $any {
            $crate::domain::AnyRecord::Street($record) => $body,
            $crate::domain::AnyRecord::Community($record) => $body,
            $crate::domain::AnyRecord::Category($record) => $body,
            $crate::domain::AnyRecord::Capability($record) => $body,
            $crate::domain::AnyRecord::Supplier($record) => $body,
            $crate::domain::AnyRecord::Resident($record) => $body,
            $crate::domain::AnyRecord::Need($record) => $body,
            $crate::domain::AnyRecord::Match($record) => $body,
            $crate::domain::AnyRecord::Service($record) => $body,
            $crate::domain::AnyRecord::Settings($record) => $body,
            $crate::domain::AnyRecord::Grant($record) => $body,
        }
    };
}

/// Runs `$body` with the type alias `$R` standing for the record type of `$kind`.
#[macro_export]
macro_rules! for_kind {
    ($kind:expr, $R:ident => $body:expr) => {
        match $kind {
            $crate::domain::Kind::Street => {
                type $R = $crate::domain::record::Street;
                $body
            }
            $crate::domain::Kind::Community => {
                type $R = $crate::domain::record::Community;
                $body
            }
            $crate::domain::Kind::Category => {
                type $R = $crate::domain::record::Category;
                $body
            }
            $crate::domain::Kind::Capability => {
                type $R = $crate::domain::record::Capability;
                $body
            }
            $crate::domain::Kind::Supplier => {
                type $R = $crate::domain::record::Supplier;
                $body
            }
            $crate::domain::Kind::Resident => {
                type $R = $crate::domain::record::Resident;
                $body
            }
            $crate::domain::Kind::Need => {
                type $R = $crate::domain::record::Need;
                $body
            }
            $crate::domain::Kind::Match => {
                type $R = $crate::domain::record::Match;
                $body
            }
            $crate::domain::Kind::Service => {
                type $R = $crate::domain::record::Service;
                $body
            }
            $crate::domain::Kind::Settings => {
                type $R = $crate::domain::record::Settings;
                $body
            }
            $crate::domain::Kind::Grant => {
                type $R = $crate::domain::record::Grant;
                $body
            }
        }
    };
}

macro_rules! is_record {
    ($record:ident, $kind:ident) => {
        const KIND: $crate::domain::Kind = $crate::domain::Kind::$kind;

        fn into_any(self) -> $crate::domain::AnyRecord {
            $crate::domain::AnyRecord::$kind(self)
        }

        fn of_any(any: $crate::domain::AnyRecord) -> Option<Self> {
            if let $crate::domain::AnyRecord::$kind(record) = any {
                Some(record)
            } else {
                None
            }
        }

        fn ref_any(any: &$crate::domain::AnyRecord) -> Option<&Self> {
            if let $crate::domain::AnyRecord::$kind(record) = any {
                Some(record)
            } else {
                None
            }
        }
    };
}
pub(crate) use is_record;
pub(crate) use table::{field, shared};

/// The nearer of two answers when a point is empty: lon and lat go together.
fn check_point(lon: Option<f64>, lat: Option<f64>) -> Result<(), Problem> {
    if lon.is_some() == lat.is_some() {
        return Ok(());
    }
    let column = if lon.is_some() { "lat" } else { "lon" };
    Err(Problem::new(
        column,
        "",
        crate::both!(zh: "经度和纬度要一起填写或都留空", en: "give both lon and lat, or neither"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kinds::Word;

    #[test]
    fn no_field_number_and_no_column_is_used_twice() {
        for kind in Kind::ALL {
            for_kind!(kind, R => {
                let mut numbers: Vec<u32> = R::fields().iter().map(|field| field.number).collect();
                let mut columns: Vec<&str> = R::fields().iter().map(|field| field.column).collect();
                let count = numbers.len();
                numbers.sort_unstable();
                numbers.dedup();
                columns.sort_unstable();
                columns.dedup();
                assert_eq!((numbers.len(), columns.len()), (count, count), "{kind}");
            });
        }
    }

    #[test]
    fn a_stored_record_holds_each_field_under_the_number_of_its_row() {
        for kind in Kind::ALL {
            for_kind!(kind, R => {
                let bytes = minicbor::to_vec(R::default()).unwrap();
                assert_eq!(minicbor::decode::<R>(&bytes).unwrap(), R::default(), "{kind}");
                assert!(minicbor::decode::<R>(&[0xa0]).is_ok(), "{kind}: every field has a default");
            });
        }
    }
}
