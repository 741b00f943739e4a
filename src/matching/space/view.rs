//! A layer of cells as seen from a point.

use super::columns::{Members, Place, TOGETHER, places_of};
use super::{
    Cell, Entry, Hit, LONGER, Layer, MARGIN, PARTS, POLAR, SHORTER, STEPS, Sought, cell_of,
};
use crate::domain::geo::{EARTH_RADIUS_KM, Point};

/// Which cells matter, and planes in which distances are bounded from below and from above.
pub(super) struct View {
    pub(super) rows: (i32, i32),
    pub(super) columns: (i32, i32),
    /// The point in sides of a cell.
    row: f64,
    column: f64,
    /// Km of a part of a cell's sides, never too long; and never too short.
    least: (f32, f32),
    most: (f32, f32),
    /// Km of a step of the radius; infinite without a limit.
    step: f32,
    extra: f32,
}

/// How far those without a limit are seen, in km.
const FAR: f64 = 64.0;
/// Those who are not seen are no nearer.
pub(super) const UNSEEN: f32 = 63.0;

impl View {
    /// None where a plane will not do.
    #[allow(clippy::cast_possible_truncation, reason = "degrees and km are small")]
    pub(super) fn of(layer: &Layer, from: Point, extra_km: f64) -> Option<Self> {
        let degree = EARTH_RADIUS_KM.to_radians();
        let extra = extra_km.max(0.0);
        let reach = if layer.is_unlimited() {
            FAR
        } else {
            layer.longest + extra
        };
        let up = reach / (degree * SHORTER);
        let highest = (from.lat.abs() + up + layer.side).min(90.0);
        let lowest = (from.lat.abs() - up - layer.side).max(0.0);
        let right = up / highest.to_radians().cos();
        if highest > POLAR || reach > 256.0 || from.lon.abs() + right > 179.0 {
            return None;
        }
        let cell = |lat: f64, lon: f64| cell_of(Point { lon, lat }, layer.side);
        let (low, high) = (
            cell(from.lat - up, from.lon - right),
            cell(from.lat + up, from.lon + right),
        );
        let part = degree * layer.side / PARTS;
        // Both cosines in the formula of distance lie between these.
        let (least, most) = (highest.to_radians().cos(), lowest.to_radians().cos());
        Some(Self {
            rows: (low.0, high.0),
            columns: (low.1, high.1),
            row: from.lat / layer.side,
            column: from.lon / layer.side,
            least: ((part * SHORTER * least) as f32, (part * SHORTER) as f32),
            most: ((part * LONGER * most) as f32, (part * LONGER) as f32),
            step: (layer.longest / STEPS) as f32,
            extra: extra as f32,
        })
    }

    pub(super) fn sees(&self, (row, column): (i32, i32)) -> bool {
        (self.rows.0..=self.rows.1).contains(&row)
            && (self.columns.0..=self.columns.1).contains(&column)
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "a few hundred cells at most"
    )]
    pub(super) fn scan(
        &self,
        cell: &Cell,
        members: Members<'_>,
        sought: &Sought<'_>,
        out: &mut Vec<Hit>,
    ) {
        let y = ((self.row - f64::from(cell.at.0)) * PARTS) as f32;
        let x = ((self.column - f64::from(cell.at.1)) * PARTS) as f32;
        let outside = |at: f32| (-at).max(at - 256.0).max(0.0);
        let (dx, dy) = (outside(x) * self.least.0, outside(y) * self.least.1);
        let reach = cell.reach + self.extra + MARGIN;
        if self.step.is_finite() && dx * dx + dy * dy > reach * reach {
            return;
        }
        let seen = Seen {
            x,
            y,
            view: self,
            traits: sought.traits,
        };
        for some in members.chunks() {
            let (mut near, mut free) = ([0; TOGETHER], [0; TOGETHER]);
            let near = seen.reached(some.places, &mut near);
            let come = near.iter().map(|at| {
                let week = some.weeks.get(*at);
                week.is_some_and(|week| sought.come(*week))
            });
            for at in places_of(come, &mut free) {
                let at = near.get(*at).copied().unwrap_or_default();
                if let (Some(place), Some(id)) = (some.places.get(at), some.ids.get(at)) {
                    out.push(seen.hit(*place, *id));
                }
            }
        }
    }
}

/// A cell as a view sees it: where the view's point is, in parts of the cell's sides.
struct Seen<'a> {
    x: f32,
    y: f32,
    view: &'a View,
    traits: u8,
}

impl Seen<'_> {
    /// Which of some postings may reach the point and have the traits, as far as a plane tells.
    fn reached<'n>(&self, places: &[Place], near: &'n mut [usize; TOGETHER]) -> &'n [usize] {
        let mut is = [false; TOGETHER];
        for (is, place) in is.iter_mut().zip(places) {
            let least = self.least(*place);
            let reach = self.reach(*place);
            let traits = place.0 >> 24 & u32::from(self.traits);
            *is = (least <= reach * reach) & (traits == u32::from(self.traits));
        }
        places_of(is.into_iter().take(places.len()), near)
    }

    /// How far the point is from the middle of a place, in parts.
    #[inline]
    fn gaps(&self, place: Place) -> (f32, f32) {
        let [x, y, ..] = place.0.to_le_bytes();
        (
            (self.x - f32::from(x) - 0.5).abs(),
            (self.y - f32::from(y) - 0.5).abs(),
        )
    }

    /// The square of a distance in km that is not too long.
    #[inline]
    fn least(&self, place: Place) -> f32 {
        // The supplier is somewhere in the part, with some room for rounding.
        let (x, y) = self.gaps(place);
        let dx = (x - 0.55).max(0.0) * self.view.least.0;
        let dy = (y - 0.55).max(0.0) * self.view.least.1;
        dx * dx + dy * dy
    }

    /// How far a supplier goes at most.
    #[inline]
    fn reach(&self, place: Place) -> f32 {
        let [_, _, steps, _] = place.0.to_le_bytes();
        f32::from(steps) * self.view.step + self.view.extra + MARGIN
    }

    fn hit(&self, place: Place, id: u32) -> Hit {
        let (x, y) = self.gaps(place);
        let dx = (x + 0.55) * self.view.most.0;
        let dy = (y + 0.55) * self.view.most.1;
        let surely = self.reach(place) - self.view.step - 2.0 * MARGIN;
        let sure = surely > 0.0 && dx * dx + dy * dy <= surely * surely;
        let entry = Entry {
            id,
            week: 0,
            traits: place.traits(),
        };
        let km = (self.least(place).sqrt() - MARGIN).max(0.0);
        Hit::of(&entry, km, sure || self.view.step.is_infinite())
    }
}
