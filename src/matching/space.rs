//! Which suppliers serve a category near a point: postings by category and grid cell, one after the other in the order of
//! the cells, so that neighbours in the district are neighbours in memory.
//!
//! Each posting carries what rules out most suppliers at a glance, so that their records need not be touched. It may let
//! too many through and never too few: the rules decide.

use crate::domain::geo::{EARTH_RADIUS_KM, Point};
use crate::domain::{Minute, Sex, Week};

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

/// Who may serve, with the level of the skill by which they were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) id: u32,
    pub(super) level: u8,
}

/// A supplier in a cell.
#[derive(Clone, Copy, Debug, Default)]
struct Posting {
    glance: Glance,
    id: u32,
    level: u8,
    /// Where in the cell, in parts of its sides.
    x: u8,
    y: u8,
    /// Rounded up, in parts of the layer's longest.
    radius: u8,
}

impl Posting {
    fn hit(&self) -> Hit {
        Hit {
            id: self.id,
            level: self.level,
        }
    }
}

/// Parts of a cell's side, and of a layer's longest radius.
const PARTS: f64 = 256.0;
const STEPS: f64 = 255.0;
/// What is shorter than a great circle by less than this factor: chords and rounding.
const SHORTER: f64 = 0.998;
/// Beyond these latitudes, and over the date line, cells are not narrowed down.
const POLAR: f64 = 70.0;

/// A cell: its row and column, and its part of the postings.
#[derive(Clone, Copy, Debug)]
struct Cell {
    at: (i32, i32),
    from: u32,
    len: u32,
    room: u32,
    /// The largest radius of any member so far, in km.
    reach: f32,
}

/// Suppliers whose radius is alike.
#[derive(Debug)]
struct Layer {
    /// Degrees of a cell's side.
    side: f64,
    /// The longest radius, in km.
    longest: f64,
    /// In the order of rows, then columns.
    cells: Vec<Cell>,
    postings: Vec<Posting>,
    /// Postings that no cell has room for any more.
    stale: usize,
}

/// The suppliers of one category.
#[derive(Debug)]
pub(super) struct Postings {
    /// From short to long radii.
    layers: [Layer; 3],
    /// Those without a limit or a point, and those who go very far.
    anywhere: Vec<(Glance, Hit)>,
}

impl Default for Postings {
    fn default() -> Self {
        let layer = |side, longest| Layer {
            side,
            longest,
            cells: Vec::new(),
            postings: Vec::new(),
            stale: 0,
        };
        Self {
            layers: [layer(0.01, 2.0), layer(0.02, 8.0), layer(0.16, 128.0)],
            anywhere: Vec::new(),
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "degrees are small")]
fn cell_of(point: Point, side: f64) -> (i32, i32) {
    (
        (point.lat / side).floor() as i32,
        (point.lon / side).floor() as i32,
    )
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before"
)]
fn byte(value: f64) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

impl Postings {
    pub(super) fn put(
        &mut self,
        hit: Hit,
        glance: Glance,
        point: Option<Point>,
        radius: Option<f64>,
    ) {
        match self.layer(point, radius) {
            Some((layer, point, radius)) => layer.put(hit, glance, point, radius),
            None => self.anywhere.push((glance, hit)),
        }
    }

    pub(super) fn take(&mut self, id: u32, point: Option<Point>, radius: Option<f64>) {
        if let Some((layer, point, _)) = self.layer(point, radius) {
            layer.take(id, point);
        } else if let Some(at) = self.anywhere.iter().position(|(_, known)| known.id == id) {
            self.anywhere.swap_remove(at);
        }
    }

    fn layer(
        &mut self,
        point: Option<Point>,
        radius: Option<f64>,
    ) -> Option<(&mut Layer, Point, f64)> {
        let (point, radius) = (point?, radius?);
        let layer = self
            .layers
            .iter_mut()
            .find(|layer| radius <= layer.longest)?;
        Some((layer, point, radius))
    }

    /// Puts the postings in the order of their cells, without gaps.
    pub(super) fn pack(&mut self) {
        for layer in &mut self.layers {
            layer.pack();
        }
        self.anywhere.shrink_to_fit();
    }

    /// Everybody who may reach `from` and give what is asked, and some who may not.
    pub(super) fn near(
        &self,
        from: Option<Point>,
        extra_km: f64,
        asked: Glance,
        out: &mut Vec<Hit>,
    ) {
        let everywhere = self
            .anywhere
            .iter()
            .filter(|(glance, _)| glance.gives(asked));
        out.extend(everywhere.map(|(_, hit)| *hit));
        for layer in &self.layers {
            match from {
                Some(from) => layer.near(from, extra_km, asked, out),
                None => layer.all(asked, out),
            }
        }
    }
}

impl Layer {
    fn put(&mut self, hit: Hit, glance: Glance, point: Point, radius: f64) {
        let at = cell_of(point, self.side);
        let part = |degrees: f64, cell: i32| byte((degrees / self.side - f64::from(cell)) * PARTS);
        let posting = Posting {
            glance,
            id: hit.id,
            level: hit.level,
            x: part(point.lon, at.1),
            y: part(point.lat, at.0),
            radius: byte((radius / self.longest * STEPS).ceil()),
        };
        let place = self.cells.binary_search_by_key(&at, |cell| cell.at);
        let place = place.unwrap_or_else(|place| {
            self.cells.insert(
                place,
                Cell {
                    at,
                    from: 0,
                    len: 0,
                    room: 0,
                    reach: 0.0,
                },
            );
            place
        });
        let Some(cell) = self.cells.get_mut(place) else {
            return;
        };
        #[allow(
            clippy::cast_possible_truncation,
            reason = "rounded up again by the margin"
        )]
        let reach = (radius * 1.001) as f32;
        cell.reach = cell.reach.max(reach);
        if cell.len == cell.room {
            self.stale += move_to_end(cell, &mut self.postings);
        }
        if let Some(free) = self.postings.get_mut((cell.from + cell.len) as usize) {
            *free = posting;
            cell.len += 1;
        }
        if self.stale > 4_096 && self.stale * 2 > self.postings.len() {
            self.pack();
        }
    }

    fn take(&mut self, id: u32, point: Point) {
        let at = cell_of(point, self.side);
        let Ok(place) = self.cells.binary_search_by_key(&at, |cell| cell.at) else {
            return;
        };
        let Some(cell) = self.cells.get_mut(place) else {
            return;
        };
        let range = cell.from as usize..(cell.from + cell.len) as usize;
        let Some(members) = self.postings.get_mut(range) else {
            return;
        };
        if let Some(gone) = members.iter().position(|known| known.id == id)
            && let Some(last) = members.len().checked_sub(1)
        {
            members.swap(gone, last);
            cell.len -= 1;
        }
    }

    fn pack(&mut self) {
        let total = self.cells.iter().map(|cell| cell.len as usize).sum();
        let mut postings = Vec::with_capacity(total);
        self.cells.retain_mut(|cell| {
            let from = cell.from as usize;
            let members = self.postings.get(from..from + cell.len as usize);
            cell.from = u32::try_from(postings.len()).unwrap_or(u32::MAX);
            cell.room = cell.len;
            postings.extend_from_slice(members.unwrap_or_default());
            cell.len > 0
        });
        self.postings = postings;
        self.cells.shrink_to_fit();
        self.stale = 0;
    }

    fn members(&self, cell: &Cell) -> &[Posting] {
        let from = cell.from as usize;
        self.postings
            .get(from..from + cell.len as usize)
            .unwrap_or_default()
    }

    fn all(&self, asked: Glance, out: &mut Vec<Hit>) {
        for cell in &self.cells {
            let giving = self
                .members(cell)
                .iter()
                .filter(|posting| posting.glance.gives(asked));
            out.extend(giving.map(Posting::hit));
        }
    }

    fn near(&self, from: Point, extra_km: f64, asked: Glance, out: &mut Vec<Hit>) {
        if self.cells.is_empty() {
            return;
        }
        let Some(view) = View::of(self, from, extra_km) else {
            return self.all(asked, out);
        };
        let (first, last) = (view.rows.0, view.rows.1);
        let mut place = self
            .cells
            .partition_point(|cell| cell.at < (first, view.columns.0));
        while let Some(cell) = self.cells.get(place) {
            let (row, column) = cell.at;
            if row > last {
                break;
            }
            if column > view.columns.1 || column < view.columns.0 {
                let next = if column < view.columns.0 {
                    row
                } else {
                    row + 1
                };
                let rest = self.cells.get(place..).unwrap_or_default();
                place += rest.partition_point(|cell| cell.at < (next, view.columns.0));
                continue;
            }
            view.scan(cell, self.members(cell), asked, out);
            place += 1;
        }
    }
}

/// Gives a cell more room, at the end of the postings; tells how many places it left behind.
fn move_to_end(cell: &mut Cell, postings: &mut Vec<Posting>) -> usize {
    let left = cell.room as usize;
    let old = cell.from as usize..(cell.from + cell.len) as usize;
    let at = postings.len();
    cell.room = cell.len + (cell.len / 2).max(2);
    postings.extend_from_within(old);
    postings.resize(at + cell.room as usize, Posting::default());
    cell.from = u32::try_from(at).unwrap_or(u32::MAX);
    left
}

/// A layer as seen from a point: which cells matter, and the plane in which distances are bounded from below.
struct View {
    rows: (i32, i32),
    columns: (i32, i32),
    /// The point in sides of a cell.
    row: f64,
    column: f64,
    /// Km of a part of a cell's side, never too long.
    km: (f32, f32),
    /// Km of a step of the radius.
    step: f32,
    extra: f32,
}

impl View {
    /// None where a plane will not do.
    #[allow(clippy::cast_possible_truncation, reason = "degrees and km are small")]
    fn of(layer: &Layer, from: Point, extra_km: f64) -> Option<Self> {
        let degree = EARTH_RADIUS_KM.to_radians() * SHORTER;
        let reach = layer.longest + extra_km.max(0.0);
        let up = reach / degree;
        let highest = (from.lat.abs() + up).min(90.0);
        if highest > POLAR || reach > 256.0 {
            return None;
        }
        // Both cosines in the formula of distance are at least this one.
        let cos = highest.to_radians().cos();
        let right = up / cos;
        if from.lon.abs() + right > 179.0 {
            return None;
        }
        let cell = |lat: f64, lon: f64| cell_of(Point { lon, lat }, layer.side);
        let (low, high) = (
            cell(from.lat - up, from.lon - right),
            cell(from.lat + up, from.lon + right),
        );
        let part = degree * layer.side / PARTS;
        Some(Self {
            rows: (low.0, high.0),
            columns: (low.1, high.1),
            row: from.lat / layer.side,
            column: from.lon / layer.side,
            km: ((part * cos) as f32, part as f32),
            step: (layer.longest / STEPS) as f32,
            extra: (extra_km.max(0.0) + 1e-3) as f32,
        })
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "a few hundred cells at most"
    )]
    fn scan(&self, cell: &Cell, members: &[Posting], asked: Glance, out: &mut Vec<Hit>) {
        let y = ((self.row - f64::from(cell.at.0)) * PARTS) as f32;
        let x = ((self.column - f64::from(cell.at.1)) * PARTS) as f32;
        let outside = |at: f32| (-at).max(at - 256.0).max(0.0);
        let (dx, dy) = (outside(x) * self.km.0, outside(y) * self.km.1);
        let reach = cell.reach + self.extra;
        if dx * dx + dy * dy > reach * reach {
            return;
        }
        for posting in members {
            // The point is somewhere in its part, with some room for rounding.
            let gap = |at: f32, part: u8| ((at - f32::from(part) - 0.5).abs() - 0.55).max(0.0);
            let dx = gap(x, posting.x) * self.km.0;
            let dy = gap(y, posting.y) * self.km.1;
            let reach = f32::from(posting.radius) * self.step + self.extra;
            if posting.glance.gives(asked) && dx * dx + dy * dy <= reach * reach {
                out.push(posting.hit());
            }
        }
    }
}

#[cfg(test)]
mod tests;
