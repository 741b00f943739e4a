//! Which suppliers serve a category near a point: postings by category and grid cell.
//!
//! Each posting carries what rules out most suppliers at a glance, so that their records need not be touched. It may let
//! too many through and never too few: the rules decide.

use std::collections::HashMap;

use crate::domain::geo::{EARTH_RADIUS_KM, Point};
use crate::domain::{Minute, Sex, Week};

/// Degrees of a cell's side.
const SIDE: f64 = 0.01;

type Cell = (i32, i32);

/// What is needed of a supplier, or offered by one, as bits: three hours of a weekday each, then sex and taking part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Glance(u64);

/// Half hours in a bit of a [`Glance`].
const BLOCK: u32 = 6;
/// Bits of a day.
const BLOCKS: u32 = 8;
const ACTIVE: u64 = 1 << 56;
const MAN: u64 = 1 << 57;
const WOMAN: u64 = 1 << 58;

impl Glance {
    /// What a supplier offers: a bit for every three hours in which some half hour is offered.
    pub(super) fn offered(week: &Week, sex: Option<Sex>, active: bool) -> Self {
        let mut bits = 0;
        for (day, hours) in (0..).zip(week.0) {
            for block in 0..BLOCKS {
                if hours >> (block * BLOCK) & ((1 << BLOCK) - 1) != 0 {
                    bits |= 1 << (day * BLOCKS + block);
                }
            }
        }
        bits |= match sex {
            Some(Sex::Male) => MAN,
            Some(Sex::Female) => WOMAN,
            Some(Sex::Any) => MAN | WOMAN,
            None => 0,
        };
        Self(if active { bits | ACTIVE } else { bits })
    }

    /// What visits ask for: every three hours that one of them touches.
    pub(super) fn asked(visits: &[Minute], minutes: u16, sex: Option<Sex>) -> Self {
        let mut bits = ACTIVE;
        for visit in visits {
            let from = u32::try_from(visit.of_day()).unwrap_or_default() / (30 * BLOCK);
            let last = u32::try_from(visit.of_day() + i32::from(minutes) - 1).unwrap_or_default()
                / (30 * BLOCK);
            for block in from..=last.min(BLOCKS - 1) {
                bits |= 1 << (u32::from(visit.day().weekday()) * BLOCKS + block);
            }
        }
        bits |= match sex {
            Some(Sex::Male) => MAN,
            Some(Sex::Female) => WOMAN,
            Some(Sex::Any) | None => 0,
        };
        Self(bits)
    }

    fn gives(self, asked: Self) -> bool {
        self.0 & asked.0 == asked.0
    }
}

/// A supplier in a cell.
#[derive(Clone, Copy, Debug)]
struct Posting {
    id: u32,
    glance: Glance,
}

#[derive(Debug, Default)]
struct Members {
    /// The largest radius of any member so far, in km.
    reach: f64,
    list: Vec<Posting>,
}

/// The suppliers of one category.
#[derive(Debug, Default)]
pub(super) struct Postings {
    cells: HashMap<Cell, Members>,
    anywhere: Vec<Posting>,
}

#[allow(clippy::cast_possible_truncation, reason = "degrees are small")]
fn cell(point: Point) -> Cell {
    (
        (point.lon / SIDE).floor() as i32,
        (point.lat / SIDE).floor() as i32,
    )
}

impl Postings {
    pub(super) fn put(
        &mut self,
        id: u32,
        glance: Glance,
        point: Option<Point>,
        radius: Option<f64>,
    ) {
        let posting = Posting { id, glance };
        if let (Some(point), Some(radius)) = (point, radius) {
            let members = self.cells.entry(cell(point)).or_default();
            members.reach = members.reach.max(radius);
            members.list.push(posting);
        } else {
            self.anywhere.push(posting);
        }
    }

    pub(super) fn take(&mut self, id: u32, point: Option<Point>, radius: Option<f64>) {
        let list = match (point, radius) {
            (Some(point), Some(_)) => self.cells.get_mut(&cell(point)).map(|m| &mut m.list),
            _ => Some(&mut self.anywhere),
        };
        if let Some(list) = list
            && let Some(at) = list.iter().position(|known| known.id == id)
        {
            list.swap_remove(at);
        }
    }

    /// Everybody who may reach `from` and give what is asked, and some who may not.
    pub(super) fn near(
        &self,
        from: Option<Point>,
        extra_km: f64,
        asked: Glance,
        out: &mut Vec<u32>,
    ) {
        let mut take = |list: &[Posting]| {
            out.extend(
                list.iter()
                    .filter(|posting| posting.glance.gives(asked))
                    .map(|posting| posting.id),
            );
        };
        take(&self.anywhere);
        for (cell, members) in &self.cells {
            if from.is_none_or(|from| nearest(from, *cell) <= members.reach + extra_km) {
                take(&members.list);
            }
        }
    }
}

/// A lower bound of the distance from a point to a cell, in km.
fn nearest(from: Point, (x, y): Cell) -> f64 {
    let gap = |at: f64, low: f64| (low - at).max(at - (low + SIDE)).max(0.0);
    let lat = gap(from.lat, f64::from(y) * SIDE).to_radians();
    let low = f64::from(y) * SIDE;
    let lon = gap(from.lon, f64::from(x) * SIDE);
    // Beyond half the globe the other way round is shorter.
    let lon = if lon > 179.0 { 0.0 } else { lon.to_radians() };
    let cos = low
        .to_radians()
        .cos()
        .min((low + SIDE).to_radians().cos())
        .max(0.0);
    let h =
        (lat / 2.0).sin().powi(2) + from.lat.to_radians().cos() * cos * (lon / 2.0).sin().powi(2);
    2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin() - 1e-6
}
