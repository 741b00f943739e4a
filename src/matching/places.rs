//! Where suppliers and residents are: their own point, else their community's, else their street's (SPEC §2).

use super::names::Names;
use crate::domain::Code;
use crate::domain::geo::Point;
use crate::domain::record::{Community, Street};

/// No community, no street.
const NOWHERE: u32 = u32::MAX;

/// What a record says of where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Home {
    pub(super) own: Option<Point>,
    pub(super) community: u32,
    pub(super) street: u32,
}

impl Default for Home {
    fn default() -> Self {
        Self {
            own: None,
            community: NOWHERE,
            street: NOWHERE,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    point: Option<Point>,
    /// Of a community its street, of a street the one that it was merged into.
    next: u32,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            point: None,
            next: NOWHERE,
        }
    }
}

/// Streets and communities with their points.
#[derive(Debug, Default)]
pub(super) struct Places {
    street_names: Names,
    streets: Vec<Place>,
    community_names: Names,
    communities: Vec<Place>,
}

impl Places {
    /// Takes a street in; tells whether somebody may be elsewhere now.
    pub(super) fn load_street(&mut self, r: &Street) -> bool {
        let place = Place {
            point: r.point(),
            next: r.merged_into.as_ref().map_or(NOWHERE, |to| self.street(to)),
        };
        let id = self.street(&r.code);
        put(&mut self.streets, id, place)
    }

    /// The same of a community.
    pub(super) fn load_community(&mut self, r: &Community) -> bool {
        let place = Place {
            point: r.point(),
            next: self.street(&r.street),
        };
        let id = self.community_names.id(&r.code);
        put(&mut self.communities, id, place)
    }

    fn street(&mut self, code: &Code) -> u32 {
        self.street_names.id(code)
    }

    pub(super) fn home(
        &mut self,
        own: Option<Point>,
        community: Option<&Code>,
        street: Option<&Code>,
    ) -> Home {
        Home {
            own,
            community: community.map_or(NOWHERE, |code| self.community_names.id(code)),
            street: street.map_or(NOWHERE, |code| self.street(code)),
        }
    }

    pub(super) fn point(&self, home: &Home) -> Option<Point> {
        home.own
            .or_else(|| {
                let community = self.communities.get(home.community as usize)?;
                community
                    .point
                    .or_else(|| self.street_point(community.next))
            })
            .or_else(|| self.street_point(home.street))
    }

    fn street_point(&self, id: u32) -> Option<Point> {
        let mut at = id;
        for _ in 0..=self.streets.len() {
            let street = self.streets.get(at as usize)?;
            if street.point.is_some() {
                return street.point;
            }
            at = street.next;
        }
        None
    }
}

/// Puts a place in; tells whether it is another than before.
fn put(list: &mut Vec<Place>, id: u32, place: Place) -> bool {
    let at = id as usize;
    if list.len() <= at {
        list.resize_with(at + 1, Place::default);
    }
    list.get_mut(at)
        .is_some_and(|known| std::mem::replace(known, place) != place)
}
