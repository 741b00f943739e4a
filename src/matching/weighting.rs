//! Which weights count for which need.

use std::collections::HashMap;

use super::index::Index;
use super::{Candidate, Ranking, criteria};
use crate::domain::Code;
use crate::domain::record::{Settings, Weights};

/// The weights of the store and of the categories that have their own.
#[derive(Clone, Debug)]
pub(super) struct Weighting {
    general: Weights,
    own: HashMap<Code, Weights>,
    version: u32,
}

impl Default for Weighting {
    fn default() -> Self {
        Self::of(&Settings::default())
    }
}

impl Weighting {
    pub(super) fn of(settings: &Settings) -> Self {
        let own = settings.category_weights.iter();
        Self {
            general: settings.weights,
            own: own.map(|own| (own.category.clone(), own.weights)).collect(),
            version: settings.weights_version(),
        }
    }
}

/// The weights of a ranking, and where they come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weighed {
    /// The weights.
    pub weights: Weights,
    /// The category whose own they are; none for those of the store.
    pub of: Option<Code>,
    /// Their version.
    pub version: u32,
}

impl Index {
    /// The weights that count for needs of a category: its own, or those of the nearest above it that has some, or those
    /// of the store. What was merged counts as what it became.
    #[must_use]
    pub fn weights_for(&self, category: &Code) -> Weighed {
        self.weighed(&self.weighting, category)
    }

    /// The same by other settings.
    #[must_use]
    pub fn weights_under(&self, settings: &Settings, category: &Code) -> Weighed {
        self.weighed(&Weighting::of(settings), category)
    }

    fn weighed(&self, weighting: &Weighting, category: &Code) -> Weighed {
        let own = if weighting.own.is_empty() {
            None
        } else {
            self.first_above(category, |code| weighting.own.get(code).copied())
        };
        let (of, weights) = own.map_or((None, weighting.general), |(code, weights)| {
            (Some(code), weights)
        });
        Weighed {
            weights,
            of,
            version: weighting.version,
        }
    }

    /// The first of a category and those above it for which there is something.
    fn first_above<T>(
        &self,
        category: &Code,
        find: impl Fn(&Code) -> Option<T>,
    ) -> Option<(Code, T)> {
        let tree = &self.categories;
        let mut at = tree.effective(tree.names.find(category)?);
        // A circle can't be entered; a bound costs nothing.
        for _ in 0..=tree.names.len() {
            let code = tree.names.code(at);
            if let Some(found) = find(&code) {
                return Some((code, found));
            }
            at = tree.effective(tree.nodes.get(&at)?.parent?);
        }
        None
    }
}

impl Ranking {
    /// The same candidates as other weights rank them, when all of them are there.
    #[must_use]
    pub fn reweighed(&self, weighed: Weighed) -> Self {
        let mut candidates: Vec<Candidate> = self
            .candidates
            .iter()
            .map(|candidate| Candidate {
                score: criteria::score(&candidate.criteria, &weighed.weights),
                ..candidate.clone()
            })
            .collect();
        candidates.sort_by(|a, b| {
            let order = criteria::rounded(b.score).total_cmp(&criteria::rounded(a.score));
            order.then_with(|| a.supplier.cmp(&b.supplier))
        });
        for (rank, candidate) in (1..).zip(&mut candidates) {
            candidate.rank = rank;
        }
        Self {
            candidates,
            weighed,
            ..self.clone()
        }
    }
}
