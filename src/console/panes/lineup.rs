//! The candidates of a need on the screen. One who was taken meanwhile keeps the place until the user moves on, so that
//! nobody else comes under the user's fingers.

use crate::console::widgets::table::TableState;
use crate::desk::Lost;
use crate::domain::Code;
use crate::matching::partial::{Partial, Partials};
use crate::matching::{Candidate, Ranking, Weighed};

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The candidate, as last ranked.
    pub candidate: Candidate,
    /// Why it is none any more.
    pub lost: Option<Lost>,
}

/// The candidates of one need.
#[derive(Clone, Debug)]
pub struct Lineup {
    /// The need.
    pub need: Code,
    /// How many suppliers pass every rule.
    pub eligible: usize,
    /// The weights used.
    pub weighed: Weighed,
    /// The rows.
    pub places: Vec<Place>,
    /// Those who can take most visits, in rows of their own below.
    pub partials: Partials,
    /// The selection.
    pub state: TableState,
}

impl Lineup {
    /// The candidates of a need, seen for the first time.
    #[must_use]
    pub fn new(ranking: &Ranking) -> Self {
        let mut lineup = Self {
            need: ranking.need.clone(),
            eligible: 0,
            weighed: ranking.weighed.clone(),
            places: Vec::new(),
            partials: Partials::default(),
            state: TableState::default(),
        };
        lineup.take(ranking, &[]);
        lineup
    }

    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&Place> {
        self.places.get(self.state.selected()?)
    }

    /// Who is selected for a part of the series.
    #[must_use]
    pub fn part(&self) -> Option<&Partial> {
        let at = self.state.selected()?.checked_sub(self.places.len())?;
        self.partials.list.get(at)
    }

    /// The supplier of the selected row.
    #[must_use]
    pub fn supplier(&self) -> Option<&Code> {
        let candidate = match self.selected() {
            Some(place) => &place.candidate,
            None => &self.part()?.candidate,
        };
        Some(&candidate.supplier)
    }

    /// Takes those who can take most visits.
    pub fn take_partials(&mut self, partials: &Partials) {
        let kept = self.supplier().cloned();
        self.partials = partials.clone();
        self.hold(kept);
    }

    /// Keeps the selection on a supplier, wherever the row is now.
    fn hold(&mut self, kept: Option<Code>) {
        let at = kept.and_then(|code| {
            let full = self.places.iter().map(|place| &place.candidate);
            let part = self.partials.list.iter().map(|part| &part.candidate);
            full.chain(part).position(|found| found.supplier == code)
        });
        self.state
            .set_len(self.places.len() + self.partials.list.len());
        self.state.select(at.unwrap_or(0));
    }

    /// The suppliers on the screen.
    #[must_use]
    pub fn shown(&self) -> Vec<Code> {
        self.places
            .iter()
            .map(|place| place.candidate.supplier.clone())
            .collect()
    }

    /// The row of a supplier.
    #[must_use]
    pub fn place(&self, supplier: &Code) -> Option<&Place> {
        self.places
            .iter()
            .find(|place| place.candidate.supplier == *supplier)
    }

    /// Takes a new ranking: those who were lost stay where they were, the others are ranked around them, and the
    /// selection stays with its supplier.
    pub fn take(&mut self, ranking: &Ranking, lost: &[Lost]) {
        let kept = self.supplier().cloned();
        let mut stay = std::mem::take(&mut self.places)
            .into_iter()
            .enumerate()
            .filter_map(|(at, place)| {
                let why = lost
                    .iter()
                    .find(|lost| lost.supplier == place.candidate.supplier)?;
                let lost = Some(why.clone());
                Some((at, Place { lost, ..place }))
            })
            .peekable();
        let mut fit = ranking.candidates.iter();
        loop {
            if let Some((_, place)) = stay.next_if(|(at, _)| *at <= self.places.len()) {
                self.places.push(place);
            } else if let Some(candidate) = fit.next() {
                self.places.push(Place {
                    candidate: candidate.clone(),
                    lost: None,
                });
            } else if let Some((_, place)) = stay.next() {
                self.places.push(place);
            } else {
                break;
            }
        }
        self.eligible = ranking.eligible;
        self.weighed = ranking.weighed.clone();
        self.hold(kept);
    }

    /// Drops a supplier's row, so that it does not stay as lost; the best becomes the selected one.
    pub fn forget(&mut self, supplier: &Code) {
        let is_selected = self.supplier() == Some(supplier);
        self.places
            .retain(|place| place.candidate.supplier != *supplier);
        self.partials
            .list
            .retain(|part| part.candidate.supplier != *supplier);
        self.state
            .set_len(self.places.len() + self.partials.list.len());
        if is_selected {
            self.state.top();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Stamp;

    fn code(text: &str) -> Code {
        Code::parse(text).unwrap()
    }

    fn ranking(suppliers: &[&str]) -> Ranking {
        let candidate = |(rank, supplier): (u32, &&str)| Candidate {
            rank,
            supplier: code(supplier),
            score: 50.0,
            distance_km: None,
            criteria: [0.0; 7],
        };
        Ranking {
            need: code("N1"),
            as_of: Stamp::default(),
            visits: Vec::new(),
            eligible: suppliers.len(),
            candidates: (1..).zip(suppliers).map(candidate).collect(),
            weighed: Weighed::default(),
        }
    }

    fn lost(supplier: &str) -> Lost {
        Lost {
            supplier: code(supplier),
            failed: Vec::new(),
            by: None,
        }
    }

    fn picture(lineup: &Lineup) -> String {
        let row = |(at, place): (usize, &Place)| {
            let supplier = &place.candidate.supplier;
            let gone = if place.lost.is_some() { "x" } else { "" };
            let here = if lineup.state.selected() == Some(at) {
                ">"
            } else {
                ""
            };
            format!("{here}{supplier}{gone}")
        };
        let rows: Vec<String> = lineup.places.iter().enumerate().map(row).collect();
        rows.join(" ")
    }

    #[test]
    fn who_was_taken_keeps_the_place_and_the_others_are_ranked_around() {
        let mut lineup = Lineup::new(&ranking(&["A", "B", "C", "D"]));
        lineup.state.select(1);
        lineup.take(&ranking(&["D", "A", "C"]), &[lost("B")]);
        assert_eq!(picture(&lineup), "D >Bx A C");
        lineup.take(&ranking(&["C", "E"]), &[lost("A"), lost("B"), lost("D")]);
        assert_eq!(picture(&lineup), "Dx >Bx Ax C E");
        lineup.take(&ranking(&["B", "C"]), &[lost("D")]);
        assert_eq!(picture(&lineup), "Dx >B C");
    }

    #[test]
    fn the_selection_stays_with_its_supplier_wherever_it_goes() {
        let mut lineup = Lineup::new(&ranking(&["A", "B", "C"]));
        lineup.state.select(2);
        lineup.take(&ranking(&["C", "A"]), &[lost("B")]);
        assert_eq!(picture(&lineup), ">C Bx A");
        lineup.take(&ranking(&[]), &[lost("A"), lost("C")]);
        assert_eq!(picture(&lineup), ">Cx Ax");
    }

    #[test]
    fn who_can_take_a_part_stands_below_and_the_selection_follows_them() {
        let part = |supplier: &str| Partial {
            candidate: ranking(&[supplier]).candidates[0].clone(),
            visits: Vec::new(),
            missing: Vec::new(),
        };
        let of = |list: Vec<Partial>| Partials {
            count: list.len(),
            list,
        };
        let mut lineup = Lineup::new(&ranking(&["A"]));
        lineup.take_partials(&of(vec![part("B"), part("C")]));
        lineup.state.select(2);
        assert_eq!(lineup.selected(), None);
        assert_eq!(
            lineup.part().map(|part| &part.candidate.supplier),
            Some(&code("C"))
        );
        lineup.take_partials(&of(vec![part("C")]));
        assert_eq!(lineup.state.selected(), Some(1));
        lineup.take(&ranking(&["A", "C"]), &[]);
        assert_eq!(picture(&lineup), "A >C");
        assert_eq!(lineup.part(), None);
    }

    #[test]
    fn who_was_confirmed_here_does_not_stay() {
        let mut lineup = Lineup::new(&ranking(&["A", "B", "C"]));
        lineup.state.select(1);
        lineup.forget(&code("B"));
        assert_eq!(picture(&lineup), ">A C");
    }
}
