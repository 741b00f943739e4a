//! The weights of the criteria, of the whole store or of a category.

use std::fmt;

use minicbor::{Decode, Encode};

use crate::both;
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::problem::Said;

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

impl Weights {
    /// Reads seven weights, apart by semicolons or commas.
    ///
    /// # Errors
    /// When they are not seven numbers of 0 or more, of which one is more.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let values = text
            .split([';', '；', ',', '，'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(cell::positive)
            .collect::<Result<Vec<f64>, Said>>()?;
        let weights: [f64; 7] = values.try_into().map_err(|_| both!(zh: "需要 7 个权重，用分号隔开", en: "seven weights are wanted, separated by semicolons"))?;
        Self(weights).checked()
    }

    /// The same with some weights changed, as in `proximity=30,fairness=0`.
    ///
    /// # Errors
    /// When one names no criterion or is no number of 0 or more, or all would be 0.
    pub fn with(self, changes: &str) -> Result<Self, Said> {
        let mut weights = self;
        for part in changes
            .split([',', '，', ';', '；', ' '])
            .filter(|part| !part.is_empty())
        {
            let (name, value) = part.split_once(['=', '＝']).ok_or_else(|| {
                both!(zh: "应写成 标准=权重，收到的是 {part}", en: "wants CRITERION=WEIGHT and got {part}")
            })?;
            let at = CRITERIA
                .iter()
                .position(|criterion| *criterion == name.trim());
            let known = CRITERIA.join(", ");
            let weight = at.and_then(|at| weights.0.get_mut(at)).ok_or_else(|| {
                both!(zh: "没有名为 {name} 的标准；有：{known}", en: "there is no criterion {name}; there are {known}")
            })?;
            *weight = cell::positive(value.trim())?;
        }
        weights.checked()
    }

    /// The sum of all.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.0.iter().sum()
    }

    /// The same, when they can weigh anything.
    ///
    /// # Errors
    /// When all are 0.
    pub fn checked(self) -> Result<Self, Said> {
        if self.sum() > 0.0 {
            Ok(self)
        } else {
            Err(both!(zh: "权重不能全为 0", en: "the weights must not all be 0"))
        }
    }
}

/// The weights of a category, which count for those below it that have none of their own.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CategoryWeights {
    /// The category.
    #[cbor(n(0), default)]
    pub category: Code,
    /// Its weights.
    #[cbor(n(1), default)]
    pub weights: Weights,
}

impl fmt::Display for CategoryWeights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.category)?;
        for (at, weight) in self.weights.0.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(f, "{comma}{weight}")?;
        }
        Ok(())
    }
}

impl CategoryWeights {
    /// Reads `barber:20,15,15,10,15,10,15`.
    ///
    /// # Errors
    /// When it is not written so.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let (category, weights) = text.split_once([':', '：']).ok_or_else(|| {
            both!(zh: "应写成 类别:七个权重，如 barber:20,15,15,10,15,10,15", en: "wants CATEGORY:SEVEN WEIGHTS, as in barber:20,15,15,10,15,10,15")
        })?;
        Ok(Self {
            category: Code::parse(category.trim())?,
            weights: Weights::parse(weights)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_weights_are_changed_by_name() {
        let weights = Weights::default().with("proximity=30, fairness=0").unwrap();
        assert_eq!(cell::join(&weights.0), "30;15;15;10;0;10;15");
        let error = |changes: &str| Weights::default().with(changes).unwrap_err().en;
        assert!(error("nearness=1").contains("proximity"));
        assert!(error("proximity").contains("CRITERION=WEIGHT"));
        assert!(error("proximity=-1").contains("0 or more"));
        let none = CRITERIA.map(|name| format!("{name}=0")).join(",");
        assert!(error(&none).contains("all be 0"));
    }

    #[test]
    fn weights_of_a_category_read_as_they_are_written() {
        let written = "barber:20,15.5,15,10,15,10,15";
        let read = CategoryWeights::parse(written).unwrap();
        assert_eq!(read.to_string(), written);
        for wrong in [
            "barber",
            "barber:1",
            ":1,1,1,1,1,1,1",
            "barber:0,0,0,0,0,0,0",
        ] {
            assert!(CategoryWeights::parse(wrong).is_err(), "{wrong}");
        }
    }
}
