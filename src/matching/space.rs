//! Which suppliers serve a category near a point: postings by category and grid cell, one after the other in the order of
//! the cells, so that neighbours in the district are neighbours in memory.
//!
//! Each posting carries the weekly windows, the sex and whether the supplier takes part, and roughly where they are and how
//! far they go. Of the distance it may let too many through and never too few, and tells of whom it is sure.

use super::taken::Hours;
use super::weeks::Weeks;
use crate::domain::Sex;
use crate::domain::geo::Point;

mod columns;
mod view;

use columns::{Columns, Members, Place, TOGETHER, places_of};
use view::{UNSEEN, View};

/// The level of a skill, the sex and whether the supplier takes part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits(u8);

const LEVEL: u8 = 3;
const MAN: u8 = 1 << 2;
const WOMAN: u8 = 1 << 3;
const ACTIVE: u8 = 1 << 4;

impl Traits {
    pub(super) fn of(level: u8, sex: Option<Sex>, active: bool) -> Self {
        let sex = match sex {
            Some(Sex::Male) => MAN,
            Some(Sex::Female) => WOMAN,
            Some(Sex::Any) => MAN | WOMAN,
            None => 0,
        };
        Self(level.min(LEVEL) | sex | if active { ACTIVE } else { 0 })
    }
}

/// What is put in: a supplier with one skill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: u32,
    /// The number of the weekly windows.
    pub(super) week: u32,
    pub(super) traits: Traits,
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Sought<'a> {
    /// Half hours that weekly windows must have, with the column of their weekday.
    hours: Vec<(&'a [u64], u64)>,
    traits: u8,
}

impl<'a> Sought<'a> {
    /// Those who take part, have all the hours and are of the sex.
    pub(super) fn of(weeks: &'a Weeks, hours: &[Hours], sex: Option<Sex>) -> Self {
        Self {
            hours: hours
                .iter()
                .map(|hours| (weeks.column(hours.weekday), hours.taken))
                .collect(),
            traits: ACTIVE
                | match sex {
                    Some(Sex::Male) => MAN,
                    Some(Sex::Female) => WOMAN,
                    Some(Sex::Any) | None => 0,
                },
        }
    }

    fn fits(&self, entry: &Entry) -> bool {
        self.are(entry.traits) & self.come(entry.week)
    }

    fn are(&self, traits: Traits) -> bool {
        traits.0 & self.traits == self.traits
    }

    #[inline]
    fn come(&self, week: u32) -> bool {
        // All hours are looked at: whether one is missing can't be foretold, and a wrong guess costs more.
        self.hours.iter().fold(true, |is, (column, taken)| {
            let offered = column.get(week as usize).copied();
            is & (offered.unwrap_or_default() & taken == *taken)
        })
    }
}

/// Who may serve, with the level of the skill by which they were found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) id: u32,
    /// They are no nearer, in km; infinite for those who are nowhere.
    pub(super) km: f32,
    pub(super) level: u8,
    /// Whether they surely go as far.
    pub(super) sure: bool,
}

impl Hit {
    fn of(entry: &Entry, km: f32, sure: bool) -> Self {
        Self {
            id: entry.id,
            km,
            level: entry.traits.0 & LEVEL,
            sure,
        }
    }
}

/// A supplier in no cell.
#[derive(Clone, Copy, Debug)]
struct Stray {
    entry: Entry,
    has_point: bool,
    has_limit: bool,
}

/// Parts of a cell's side, and of a layer's longest radius.
const PARTS: f64 = 256.0;
const STEPS: f64 = 255.0;
/// What is shorter, and longer, than a great circle by less than this factor: chords and rounding.
const SHORTER: f64 = 0.998;
const LONGER: f64 = 1.001;
/// Km that make up for rounding.
const MARGIN: f32 = 1e-3;
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
    /// The longest radius, in km; infinite where there is no limit.
    longest: f64,
    /// In the order of rows, then columns.
    cells: Vec<Cell>,
    postings: Columns,
    /// Postings that no cell has room for any more.
    stale: usize,
}

/// The suppliers of one category.
#[derive(Debug)]
pub(super) struct Postings {
    /// From short to long radii, then those without a limit.
    layers: [Layer; 4],
    /// Those without a point, and those who go very far.
    strays: Vec<Stray>,
}

impl Default for Postings {
    fn default() -> Self {
        let layer = |side, longest| Layer {
            side,
            longest,
            cells: Vec::new(),
            postings: Columns::default(),
            stale: 0,
        };
        Self {
            layers: [
                layer(0.01, 2.0),
                layer(0.02, 8.0),
                layer(0.16, 128.0),
                layer(0.02, f64::INFINITY),
            ],
            strays: Vec::new(),
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
    pub(super) fn put(&mut self, entry: Entry, point: Option<Point>, radius: Option<f64>) {
        match self.layer(point, radius) {
            Some((layer, point)) => layer.put(entry, point, radius),
            None => self.strays.push(Stray {
                entry,
                has_point: point.is_some(),
                has_limit: radius.is_some(),
            }),
        }
    }

    pub(super) fn take(&mut self, id: u32, point: Option<Point>, radius: Option<f64>) {
        if let Some((layer, point)) = self.layer(point, radius) {
            layer.take(id, point);
        } else if let Some(at) = self.strays.iter().position(|known| known.entry.id == id) {
            self.strays.swap_remove(at);
        }
    }

    fn layer(&mut self, point: Option<Point>, radius: Option<f64>) -> Option<(&mut Layer, Point)> {
        let point = point?;
        let radius = radius.unwrap_or(f64::INFINITY);
        let mut layers = self.layers.iter_mut();
        let layer = layers.find(|layer| {
            radius <= layer.longest && layer.is_unlimited() == radius.is_infinite()
        })?;
        Some((layer, point))
    }

    /// Gives weekly windows other numbers.
    pub(super) fn renumber_weeks(&mut self, numbers: &[u32]) {
        let columns = self
            .layers
            .iter_mut()
            .flat_map(|layer| &mut layer.postings.weeks);
        let strays = self.strays.iter_mut().map(|stray| &mut stray.entry.week);
        for week in columns.chain(strays) {
            *week = numbers.get(*week as usize).copied().unwrap_or_default();
        }
    }

    /// Puts the postings in the order of their cells, without gaps.
    pub(super) fn pack(&mut self) {
        for layer in &mut self.layers {
            layer.pack();
        }
        self.strays.shrink_to_fit();
    }

    /// Everybody who is sought and may reach `from`, and some who may not; everybody who is sought without a point.
    pub(super) fn near(
        &self,
        from: Option<Point>,
        extra_km: f64,
        sought: &Sought<'_>,
        out: &mut Vec<Hit>,
    ) {
        let strays = self.strays.iter().filter(|stray| sought.fits(&stray.entry));
        out.extend(strays.map(|stray| {
            let km = if stray.has_point { 0.0 } else { f32::INFINITY };
            Hit::of(&stray.entry, km, !stray.has_limit)
        }));
        for layer in &self.layers {
            match from {
                Some(from) => layer.near(from, extra_km, sought, out),
                None => layer.all(sought, out),
            }
        }
    }
}

impl Layer {
    fn put(&mut self, entry: Entry, point: Point, radius: Option<f64>) {
        let at = cell_of(point, self.side);
        let part = |degrees: f64, cell: i32| byte((degrees / self.side - f64::from(cell)) * PARTS);
        let far = radius.map_or(u8::MAX, |km| byte((km / self.longest * STEPS).ceil()));
        let (x, y) = (part(point.lon, at.1), part(point.lat, at.0));
        let radius = radius.unwrap_or_default();
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
        let free = (cell.from + cell.len) as usize;
        self.postings
            .set(free, Place::of(x, y, far, entry.traits), entry);
        cell.len += 1;
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
        let members = self.postings.members(range.clone());
        let gone = members.ids.iter().position(|known| *known == id);
        if let (Some(gone), Some(last)) = (gone, range.end.checked_sub(1)) {
            self.postings.swap(range.start + gone, last);
            cell.len -= 1;
        }
    }

    fn pack(&mut self) {
        let total = self.cells.iter().map(|cell| cell.len as usize).sum();
        let mut postings = Columns::with_capacity(total);
        self.cells.retain_mut(|cell| {
            let from = cell.from as usize;
            let members = self.postings.members(from..from + cell.len as usize);
            cell.from = u32::try_from(postings.len()).unwrap_or(u32::MAX);
            cell.room = cell.len;
            postings.extend(members);
            cell.len > 0
        });
        self.postings = postings;
        self.cells.shrink_to_fit();
        self.stale = 0;
    }

    fn members(&self, cell: &Cell) -> Members<'_> {
        let from = cell.from as usize;
        self.postings.members(from..from + cell.len as usize)
    }

    fn is_unlimited(&self) -> bool {
        self.longest.is_infinite()
    }

    fn all(&self, sought: &Sought<'_>, out: &mut Vec<Hit>) {
        for cell in &self.cells {
            self.all_of(cell, 0.0, sought, out);
        }
    }

    fn all_of(&self, cell: &Cell, km: f32, sought: &Sought<'_>, out: &mut Vec<Hit>) {
        let sure = self.is_unlimited();
        for some in self.members(cell).chunks() {
            let mut kept = [0; TOGETHER];
            let fits = some.entries().map(|entry| sought.fits(&entry));
            for at in places_of(fits, &mut kept) {
                out.extend(some.entry(*at).map(|entry| Hit::of(&entry, km, sure)));
            }
        }
    }

    fn near(&self, from: Point, extra_km: f64, sought: &Sought<'_>, out: &mut Vec<Hit>) {
        if self.cells.is_empty() {
            return;
        }
        match View::of(self, from, extra_km) {
            Some(view) if self.is_unlimited() => self.far(&view, sought, out),
            Some(view) => self.seen(&view, sought, out),
            None => self.all(sought, out),
        }
    }

    /// Those without a limit: everybody, with how far they are as far as that can be seen.
    fn far(&self, view: &View, sought: &Sought<'_>, out: &mut Vec<Hit>) {
        for cell in &self.cells {
            if view.sees(cell.at) {
                view.scan(cell, self.members(cell), sought, out);
            } else {
                self.all_of(cell, UNSEEN, sought, out);
            }
        }
    }

    fn seen(&self, view: &View, sought: &Sought<'_>, out: &mut Vec<Hit>) {
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
            view.scan(cell, self.members(cell), sought, out);
            place += 1;
        }
    }
}

/// Gives a cell more room, at the end of the postings; tells how many places it left behind.
fn move_to_end(cell: &mut Cell, postings: &mut Columns) -> usize {
    let left = cell.room as usize;
    let old = cell.from as usize..(cell.from + cell.len) as usize;
    let at = postings.len();
    cell.room = cell.len + (cell.len / 2).max(2);
    postings.repeat(old, cell.room as usize);
    cell.from = u32::try_from(at).unwrap_or(u32::MAX);
    left
}

#[cfg(test)]
mod tests;
