//! What is set for the whole store.

use minicbor::{Decode, Encode};

use super::{Record, field, is_record};
use crate::both;
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::problem::Said;
use crate::domain::time::Zone;

/// The seven criteria of SPEC §3 in their order, by the names used in JSON.
pub const CRITERIA: [&str; 7] = [
    "proximity",
    "continuity",
    "rating",
    "reliability",
    "fairness",
    "proficiency",
    "preference",
];

/// The weight of each criterion, in the order of [`CRITERIA`].
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(transparent)]
pub struct Weights(pub [f64; 7]);

impl Default for Weights {
    fn default() -> Self {
        Self([20.0, 15.0, 15.0, 10.0, 15.0, 10.0, 15.0])
    }
}

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
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Shanghai".to_owned(),
            weights: Weights::default(),
            trial: false,
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
            r.weights = parse_weights(v)?;
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
];

impl Record for Settings {
    is_record!(Settings, Settings);

    fn fields() -> &'static [Field<Self>] {
        FIELDS
    }

    fn key(&self) -> Code {
        Code::composed(Self::KEY)
    }
}

fn parse_weights(text: &str) -> Result<Weights, Said> {
    let values = cell::parts(text)
        .map(cell::positive)
        .collect::<Result<Vec<f64>, Said>>()?;
    let weights: [f64; 7] = values.try_into().map_err(|_| both!(zh: "需要 7 个权重，用分号隔开", en: "seven weights are wanted, separated by semicolons"))?;
    if weights.iter().sum::<f64>() > 0.0 {
        Ok(Weights(weights))
    } else {
        Err(both!(zh: "权重不能全为 0", en: "the weights must not all be 0"))
    }
}
