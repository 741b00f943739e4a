//! The shapes of SPEC §6 that several verbs share.

use serde_json::{Map, Value, json};

use crate::domain::record::{CRITERIA, Weights};
use crate::domain::{Code, Minute, Zone};
use crate::matching::{Candidate, Ranking};

/// What a criterion adds to the score.
#[must_use]
pub fn points(value: f64, weight: f64, weights: &Weights) -> f64 {
    // Adding zero turns a negative zero into a plain one.
    100.0 * weight * value / weights.0.iter().sum::<f64>() + 0.0
}

/// The criteria by name, each with value, weight and points.
#[must_use]
pub fn criteria(values: &[f64; 7], weights: &Weights) -> Value {
    let parts: Map<String, Value> = CRITERIA
        .iter()
        .zip(values)
        .zip(weights.0)
        .map(|((name, value), weight)| {
            let points = points(*value, weight, weights);
            let part = json!({"value": value + 0.0, "weight": weight, "points": points});
            ((*name).to_owned(), part)
        })
        .collect();
    Value::Object(parts)
}

/// Starts of visits.
#[must_use]
pub fn starts(visits: &[Minute]) -> Value {
    visits.iter().map(ToString::to_string).collect()
}

/// A ranking; `name` gives a supplier's name.
#[must_use]
pub fn ranking(
    ranking: &Ranking,
    zone: Zone,
    name: impl Fn(&Candidate) -> String,
) -> Map<String, Value> {
    let candidates: Vec<Value> = ranking
        .candidates
        .iter()
        .map(|candidate| {
            json!({
                "rank": candidate.rank,
                "supplier": candidate.supplier.as_str(),
                "name": name(candidate),
                "score": candidate.score,
                "distance_km": candidate.distance_km,
                "criteria": criteria(&candidate.criteria, &ranking.weighed.weights),
            })
        })
        .collect();
    let mut document = Map::new();
    document.insert("need".into(), ranking.need.as_str().into());
    document.insert("as_of".into(), zone.rfc3339(ranking.as_of).into());
    document.insert("weights_version".into(), ranking.weighed.version.into());
    let of = ranking.weighed.of.as_ref().map(Code::as_str);
    document.insert("weights_of".into(), of.into());
    document.insert("eligible".into(), ranking.eligible.into());
    document.insert("visits".into(), starts(&ranking.visits));
    document.insert("candidates".into(), candidates.into());
    document
}
