//! Which suppliers serve a category near a point: postings by category and grid cell.

use std::collections::HashMap;

use crate::domain::geo::{EARTH_RADIUS_KM, Point};

/// Degrees of a cell's side.
const SIDE: f64 = 0.01;

type Cell = (i32, i32);

#[derive(Debug, Default)]
struct Members {
    /// The largest radius of any member so far, in km.
    reach: f64,
    ids: Vec<u32>,
}

/// The suppliers of one category.
#[derive(Debug, Default)]
pub(super) struct Postings {
    cells: HashMap<Cell, Members>,
    anywhere: Vec<u32>,
}

#[allow(clippy::cast_possible_truncation, reason = "degrees are small")]
fn cell(point: Point) -> Cell {
    (
        (point.lon / SIDE).floor() as i32,
        (point.lat / SIDE).floor() as i32,
    )
}

impl Postings {
    pub(super) fn put(&mut self, id: u32, point: Option<Point>, radius: Option<f64>) {
        if let (Some(point), Some(radius)) = (point, radius) {
            let members = self.cells.entry(cell(point)).or_default();
            members.reach = members.reach.max(radius);
            members.ids.push(id);
        } else {
            self.anywhere.push(id);
        }
    }

    pub(super) fn take(&mut self, id: u32, point: Option<Point>, radius: Option<f64>) {
        let list = match (point, radius) {
            (Some(point), Some(_)) => self.cells.get_mut(&cell(point)).map(|m| &mut m.ids),
            _ => Some(&mut self.anywhere),
        };
        if let Some(list) = list
            && let Some(at) = list.iter().position(|known| *known == id)
        {
            list.swap_remove(at);
        }
    }

    /// Everybody who may reach `from`, and some who may not; everybody without a point.
    pub(super) fn near(&self, from: Option<Point>, out: &mut Vec<u32>) {
        out.extend(&self.anywhere);
        for (cell, members) in &self.cells {
            if from.is_none_or(|from| nearest(from, *cell) <= members.reach) {
                out.extend(&members.ids);
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
