//! Questions about what is not: a need as it is being typed, suppliers who are nearly candidates, a need that asks less.

use std::ops::ControlFlow;

use super::{Command, Desk, DeskError};
use crate::domain::record::{Need, Supplier};
use crate::domain::{Code, Kind, Minute, Record};
use crate::matching::Ranking;
use crate::matching::cost::Sketch;
use crate::matching::near::Group;
use crate::matching::partial::Partials;
use crate::matching::relax::{FARTHER, Relaxation, notable, relax};

/// In how many steps a radius is widened by a km.
const STEPS: f64 = 10.0;

/// Relaxations that say most, with what makes each true.
#[derive(Clone, Debug, PartialEq)]
pub struct Offers {
    /// The need as it is.
    pub need: Need,
    /// How many candidates it has.
    pub eligible: usize,
    /// The relaxations; the command's reason is still to be given.
    pub list: Vec<(Relaxation, Command)>,
}

impl Desk {
    /// The candidates of a need as it would be, and what its requirements cost; none when it refers to something that is
    /// not there.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn sketch(&self, draft: &Need, top: usize) -> Result<Option<Sketch>, DeskError> {
        let rows = self.rows()?;
        for reference in draft.references() {
            if rows.get(reference.kind, &reference.code)?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(self.index()?.sketch(draft, self.now(), top)))
    }

    /// The suppliers whom exactly one rule keeps from a need, the best of each rule.
    ///
    /// # Errors
    /// When there is no such need, or the store can't be read.
    pub fn near(&self, need: &Code, top: usize) -> Result<Vec<Group>, DeskError> {
        self.index()?
            .near(need, self.now(), top)
            .ok_or_else(|| DeskError::not_found(Kind::Need, need.as_str()))
    }

    /// The suppliers who can take most visits of a need, and not all.
    ///
    /// # Errors
    /// When there is no such need, or the store can't be read.
    pub fn partial(&self, need: &Code, top: usize) -> Result<Partials, DeskError> {
        self.index()?
            .partial(need, self.now(), top)
            .ok_or_else(|| DeskError::not_found(Kind::Need, need.as_str()))
    }

    /// The visits of a need that a supplier can take together.
    ///
    /// # Errors
    /// When one of the two does not exist, or the store can't be read.
    pub fn part_of(&self, need: &Code, supplier: &Code) -> Result<Vec<Minute>, DeskError> {
        self.must::<Need>(need)?;
        self.index()?
            .part_of(need, supplier, self.now())
            .ok_or_else(|| DeskError::not_found(Kind::Supplier, supplier.as_str()))
    }

    /// Who could take one visit of a need, whoever is booked for it now.
    ///
    /// # Errors
    /// When there is no such need, or the store can't be read.
    pub fn candidates_on(
        &self,
        need: &Code,
        visit: Minute,
        top: usize,
    ) -> Result<Ranking, DeskError> {
        let need: Need = self.must(need)?;
        let index = self.index()?;
        Ok(index.candidates_for(&need, self.now(), Some(&[visit]), top))
    }

    /// What a need could give up to have candidates, or more of them, with how many it has. There is a lot to try: between
    /// two questions others get the index, and `wanted` may end it.
    ///
    /// # Errors
    /// When there is no such need, or the store can't be read.
    pub fn relaxations(
        &self,
        need: &Code,
        wanted: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<(usize, Vec<Relaxation>), DeskError> {
        let need: Need = self.must(need)?;
        let now = self.now();
        let (parent, (eligible, _)) = {
            let index = self.index()?;
            (index.wider(&need.category), index.relaxed(&need, 0.0, now))
        };
        let ask = |draft: &Need, extra_km: f64| match self.index() {
            Ok(index) if wanted().is_continue() => index.relaxed(draft, extra_km, now),
            _ => (0, None),
        };
        let found = relax(&need, parent.as_ref(), eligible, &ask);
        Ok((eligible, found))
    }

    /// The relaxations of a need that say most, `most` of them at most, ready to be made true.
    ///
    /// # Errors
    /// When there is no such need, or the store can't be read.
    pub fn offers(
        &self,
        need: &Code,
        most: usize,
        wanted: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<Offers, DeskError> {
        let need: Need = self.must(need)?;
        let (eligible, all) = self.relaxations(&need.code, wanted)?;
        let mut list = Vec::new();
        for place in notable(&all, most) {
            if let Some(relaxation) = all.get(place) {
                list.push((relaxation.clone(), self.relaxing(&need, relaxation, "")?));
            }
        }
        Ok(Offers {
            need,
            eligible,
            list,
        })
    }

    /// What makes a relaxation true, with the reason. The need is edited; a distance is no column of it: it is the supplier
    /// who goes farther, so the radius of one is edited whom nothing else keeps away, by no more than it takes.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn relaxing(
        &self,
        before: &Need,
        relaxation: &Relaxation,
        reason: &str,
    ) -> Result<Command, DeskError> {
        let farther = if relaxation.extra_km > 0.0 {
            self.farther(relaxation)?
        } else {
            None
        };
        Ok(Command::Relax {
            need: Box::new([before.clone(), relaxation.need.clone()]),
            farther: farther.map(Box::new),
            reason: reason.to_owned(),
        })
    }

    /// The supplier whom a relaxation lets go farther, as they are and as they would be: the best of those whom a smaller
    /// distance does not bring, else the best of all.
    fn farther(&self, relaxation: &Relaxation) -> Result<Option<[Supplier; 2]>, DeskError> {
        let groups = self
            .index()?
            .near_for(&relaxation.need, self.now(), usize::MAX);
        let too_far = groups.into_iter().find(|group| group.rule == "distance");
        let most = relaxation.extra_km;
        let less = FARTHER.into_iter().filter(|km| *km < most);
        let less = less.fold(0.0, f64::max);
        let mut best = None;
        for miss in too_far.into_iter().flat_map(|group| group.misses) {
            let before: Supplier = self.must(&miss.candidate.supplier)?;
            let (Some(km), Some(radius)) = (miss.candidate.distance_km, before.radius_km) else {
                continue;
            };
            if km > radius + most {
                continue;
            }
            let is_new = km > radius + less;
            let mut after = before.clone();
            after.radius_km = Some(reaching(km));
            if is_new {
                return Ok(Some([before, after]));
            }
            best = best.or(Some([before, after]));
        }
        Ok(best)
    }
}

/// The least radius in whole steps that reaches so far.
fn reaching(km: f64) -> f64 {
    let steps = (km * STEPS).ceil();
    // What was rounded may fall short.
    let short = steps / STEPS < km;
    (steps + f64::from(u8::from(short))) / STEPS
}
