//! What is set for the whole store.

use minicbor::{Decode, Encode};

use super::weights::{CategoryWeights, Weights};
use super::{Record, Reference, field, is_record};
use crate::both;
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::kinds::Kind;
use crate::domain::problem::Problem;
use crate::domain::time::Zone;

/// The settings of the store; there is one such record.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Settings {
    /// The IANA name of the time zone in which all times are local.
    #[cbor(n(0), default)]
    pub time_zone: String,
    /// The weights of the criteria.
    #[cbor(n(1), default)]
    pub weights: Weights,
    /// Made-up people: a store for trials.
    #[cbor(n(2), default)]
    pub trial: bool,
    /// The weights of categories that have their own, by code.
    #[cbor(n(3), default)]
    pub category_weights: Vec<CategoryWeights>,
    /// How often weights were changed; the desk counts.
    #[cbor(n(4), default)]
    pub weight_changes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Shanghai".to_owned(),
            weights: Weights::default(),
            trial: false,
            category_weights: Vec::new(),
            weight_changes: 0,
        }
    }
}

impl Settings {
    /// The key of the one record.
    pub const KEY: &'static str = "store";

    /// The time zone; the default one when the stored name is unknown.
    #[must_use]
    pub fn zone(&self) -> Zone {
        Zone::parse(&self.time_zone).unwrap_or_default()
    }

    /// The number of the weights as they are now: 1, and one more with each change.
    #[must_use]
    pub fn weights_version(&self) -> u32 {
        self.weight_changes.saturating_add(1)
    }

    /// The weights of a category's own, if it has some.
    #[must_use]
    pub fn own_weights(&self, category: &Code) -> Option<Weights> {
        let own = self.category_weights.iter();
        own.filter(|own| own.category == *category)
            .map(|own| own.weights)
            .next_back()
    }

    /// Sets the weights of a category, or of all that have none of their own; without weights the category has none any
    /// more, or all get those of SPEC §3.
    pub fn set_weights(&mut self, category: Option<&Code>, weights: Option<Weights>) {
        let Some(category) = category else {
            self.weights = weights.unwrap_or_default();
            return;
        };
        self.category_weights
            .retain(|own| own.category != *category);
        self.category_weights
            .extend(weights.map(|weights| CategoryWeights {
                category: category.clone(),
                weights,
            }));
        self.category_weights
            .sort_by(|a, b| a.category.cmp(&b.category));
    }

    /// Whether both weigh alike.
    #[must_use]
    pub fn weighs_as(&self, other: &Self) -> bool {
        self.weights == other.weights && self.category_weights == other.category_weights
    }
}

/// The field table of [`Settings`].
const FIELDS: &[Field<Settings>] = &[
    field!(
        0,
        "time_zone",
        Open,
        Plain,
        "时区",
        "time zone",
        |r| r.time_zone.clone(),
        |r, v| {
            Zone::parse(v)?;
            v.clone_into(&mut r.time_zone);
            Ok(())
        }
    ),
    field!(
        1,
        "weights",
        Open,
        Plain,
        "权重",
        "weights",
        |r| cell::join(&r.weights.0),
        |r, v| {
            r.weights = Weights::parse(v)?;
            Ok(())
        }
    ),
    field!(
        2,
        "trial",
        Open,
        Plain,
        "试用数据",
        "for trials",
        |r| cell::print_flag(r.trial),
        |r, v| {
            r.trial = cell::flag(v)?;
            Ok(())
        }
    ),
    field!(
        3,
        "category_weights",
        Open,
        Plain,
        "各类别的权重",
        "weights of categories",
        |r| cell::join(&r.category_weights),
        |r, v| {
            r.category_weights = cell::list(v, CategoryWeights::parse)?;
            r.category_weights
                .sort_by(|a, b| a.category.cmp(&b.category));
            Ok(())
        }
    ),
    field!(
        4,
        "weights_version",
        Open,
        Plain,
        "权重版本",
        "version of the weights",
        // Nothing where nothing was ever changed: so it stands in the journal of older stores.
        |r| if r.weight_changes == 0 {
            String::new()
        } else {
            r.weights_version().to_string()
        },
        |r, v| {
            let version = cell::optional(v, |v| cell::whole(v, 1, u32::MAX))?;
            r.weight_changes = version.unwrap_or(1) - 1;
            Ok(())
        }
    ),
];

impl Record for Settings {
    is_record!(Settings, Settings);

    fn fields() -> &'static [Field<Self>] {
        FIELDS
    }

    fn key(&self) -> Code {
        Code::composed(Self::KEY)
    }

    fn check(&self) -> Result<(), Problem> {
        let twice = self.category_weights.windows(2).find(|two| {
            two.iter()
                .all(|own| Some(&own.category) == two.first().map(|o| &o.category))
        });
        match twice.and_then(<[_]>::first) {
            None => Ok(()),
            Some(own) => Err(Problem::new(
                "category_weights",
                own.category.to_string(),
                both!(zh: "同一类别写了两次", en: "the category is given twice"),
            )),
        }
    }

    fn references(&self) -> Vec<Reference> {
        let categories = self.category_weights.iter().map(|own| &own.category);
        Reference::each("category_weights", Kind::Category, categories).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_earlier_release_have_the_first_version_of_their_weights() {
        #[derive(Encode)]
        #[cbor(map)]
        struct Earlier {
            #[n(0)]
            time_zone: String,
            #[n(1)]
            weights: Weights,
            #[n(2)]
            trial: bool,
        }
        let stored = minicbor::to_vec(Earlier {
            time_zone: "Asia/Shanghai".to_owned(),
            weights: Weights([1.0; 7]),
            trial: false,
        });
        let read: Settings = minicbor::decode(&stored.unwrap()).unwrap();
        assert_eq!(read.weights, Weights([1.0; 7]));
        assert_eq!(
            (read.weights_version(), read.category_weights.len()),
            (1, 0)
        );
        let cell = |column| {
            let field = FIELDS.iter().find(|field| field.column == column).unwrap();
            (field.get)(&read)
        };
        // As nothing in the journal of that store, which must give the record.
        assert_eq!(
            (cell("category_weights"), cell("weights_version")),
            Default::default()
        );
    }
}
