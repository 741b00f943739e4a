//! Postings column by column: what is read of all of them lies together, what is read of few apart.

use std::ops::Range;

use super::{Entry, Traits};

/// Where in a cell, in parts of its sides; how far, rounded up, in parts of the layer's longest; and the traits: a byte
/// each, the lowest first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place(pub(super) u32);

impl Place {
    pub(super) fn of(x: u8, y: u8, radius: u8, traits: Traits) -> Self {
        Self(u32::from_le_bytes([x, y, radius, traits.0]))
    }

    pub(super) fn traits(self) -> Traits {
        let [.., traits] = self.0.to_le_bytes();
        Traits(traits)
    }
}

/// The postings of a layer.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) places: Vec<Place>,
    /// Numbers of weekly windows.
    pub(super) weeks: Vec<u32>,
    pub(super) ids: Vec<u32>,
}

/// The postings of a cell.
#[derive(Clone, Copy)]
pub(super) struct Members<'a> {
    pub(super) places: &'a [Place],
    pub(super) weeks: &'a [u32],
    pub(super) ids: &'a [u32],
}

/// Postings that are looked at together.
pub(super) const TOGETHER: usize = 64;

/// The places at which something is so, among as many as are looked at together. Without a branch: which of them it is
/// can't be foretold.
#[inline]
pub(super) fn places_of(all: impl Iterator<Item = bool>, kept: &mut [usize; TOGETHER]) -> &[usize] {
    let mut count = 0;
    for (at, is) in all.enumerate() {
        if let Some(free) = kept.get_mut(count) {
            *free = at;
        }
        count += usize::from(is);
    }
    kept.get(..count).unwrap_or_default()
}

impl<'a> Members<'a> {
    /// As many as are looked at together at a time.
    pub(super) fn chunks(self) -> impl Iterator<Item = Members<'a>> {
        let weeks = self.weeks.chunks(TOGETHER);
        let all = self.places.chunks(TOGETHER).zip(weeks);
        all.zip(self.ids.chunks(TOGETHER))
            .map(|((places, weeks), ids)| Members { places, weeks, ids })
    }

    pub(super) fn entry(self, at: usize) -> Option<Entry> {
        Some(Entry {
            id: *self.ids.get(at)?,
            week: *self.weeks.get(at)?,
            traits: self.places.get(at)?.traits(),
        })
    }

    pub(super) fn entries(self) -> impl Iterator<Item = Entry> {
        let all = self.places.iter().zip(self.weeks).zip(self.ids);
        all.map(|((place, week), id)| Entry {
            id: *id,
            week: *week,
            traits: place.traits(),
        })
    }
}

impl Columns {
    pub(super) fn with_capacity(count: usize) -> Self {
        Self {
            places: Vec::with_capacity(count),
            weeks: Vec::with_capacity(count),
            ids: Vec::with_capacity(count),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn members(&self, range: Range<usize>) -> Members<'_> {
        Members {
            places: self.places.get(range.clone()).unwrap_or_default(),
            weeks: self.weeks.get(range.clone()).unwrap_or_default(),
            ids: self.ids.get(range).unwrap_or_default(),
        }
    }

    pub(super) fn set(&mut self, at: usize, place: Place, entry: Entry) {
        let columns = (
            self.places.get_mut(at),
            self.weeks.get_mut(at),
            self.ids.get_mut(at),
        );
        if let (Some(known), Some(week), Some(id)) = columns {
            (*known, *week, *id) = (place, entry.week, entry.id);
        }
    }

    pub(super) fn swap(&mut self, a: usize, b: usize) {
        if a.max(b) < self.len() {
            self.places.swap(a, b);
            self.weeks.swap(a, b);
            self.ids.swap(a, b);
        }
    }

    pub(super) fn extend(&mut self, members: Members<'_>) {
        self.places.extend_from_slice(members.places);
        self.weeks.extend_from_slice(members.weeks);
        self.ids.extend_from_slice(members.ids);
    }

    /// Repeats some at the end, and makes room for as many as `count` there.
    pub(super) fn repeat(&mut self, range: Range<usize>, count: usize) {
        let end = self.len() + count;
        self.places.extend_from_within(range.clone());
        self.places.resize(end, Place::default());
        self.weeks.extend_from_within(range.clone());
        self.weeks.resize(end, 0);
        self.ids.extend_from_within(range);
        self.ids.resize(end, 0);
    }
}
