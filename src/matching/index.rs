//! The projection of all records from which matching answers.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};

use super::history::{Facts, History, Starts};
use super::space::{Glance, Postings};
use super::tree::{Names, Node, Tree};
use crate::domain::geo::Point;
use crate::domain::record::{Away, Match, Need, Resident, Service, Supplier, Weights};
use crate::domain::{AnyRecord, Code, Day, Event, Minute, Outcome, Record, Sex, Status, Week};

/// Minutes of 28 days.
pub(super) const WINDOW: i32 = 28 * 24 * 60;

/// In place of a category, whose postings those without any skill are in.
const UNSKILLED: u32 = u32::MAX;

/// What the rules look at of a supplier.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub(super) known: bool,
    pub(super) active: bool,
    pub(super) sex: Option<Sex>,
    pub(super) capacity: u16,
    pub(super) week: Week,
    pub(super) point: Option<Point>,
    pub(super) radius: Option<f64>,
    pub(super) max_hours: Option<f64>,
    pub(super) skills: Box<[(u32, u8)]>,
    pub(super) held: Box<[(u32, Option<Day>)]>,
    pub(super) away: Box<[Away]>,
    home: Home,
    pub(super) matches: Vec<Code>,
    /// By number.
    pub(super) services: Vec<u32>,
    pub(super) history: OnceLock<Box<History>>,
}

#[derive(Clone, Debug, Default)]
struct Home {
    own: Option<Point>,
    community: Option<Code>,
    street: Option<Code>,
}

/// What the rules look at of a resident.
#[derive(Debug, Default)]
pub(super) struct Served {
    pub(super) blocked: HashSet<u32>,
    pub(super) preferred: HashSet<u32>,
    home: Home,
}

/// A closed visit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    pub(super) supplier: u32,
    pub(super) resident: u32,
    pub(super) need: Option<u32>,
    pub(super) start: Minute,
    pub(super) minutes: u16,
    pub(super) outcome: Outcome,
    pub(super) rating: Option<u8>,
}

/// A booked visit that nobody cancelled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Booking {
    pub(super) supplier: u32,
    pub(super) need: u32,
    pub(super) resident: u32,
    pub(super) start: Minute,
    pub(super) minutes: u16,
    /// No outcome yet.
    pub(super) open: bool,
}

#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) record: Option<Need>,
    pub(super) matches: Vec<Code>,
    /// By number.
    pub(super) services: Vec<u32>,
    pub(super) facts: OnceLock<Facts>,
    pub(super) starts: Mutex<Option<Arc<Starts>>>,
}

/// Everything that matching knows. Pure: fed with records and events, asked with a clock.
#[derive(Debug, Default)]
pub struct Index {
    pub(super) categories: Tree,
    pub(super) capabilities: Tree,
    pub(super) suppliers: Names,
    pub(super) slots: Vec<Slot>,
    pub(super) residents: Names,
    pub(super) served: HashMap<u32, Served>,
    pub(super) needs: Names,
    pub(super) wanted: Vec<Wanted>,
    pub(super) matches: HashMap<Code, Match>,
    services: Names,
    pub(super) closed: Vec<Closed>,
    streets: HashMap<Code, (Option<Point>, Option<Code>)>,
    communities: HashMap<Code, (Option<Point>, Code)>,
    pub(super) postings: HashMap<u32, Postings>,
    pub(super) weights: Weights,
}

impl Index {
    /// An index of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event in: its record as it is afterwards.
    pub fn apply(&mut self, event: &Event) {
        self.load(event.after.clone());
    }

    /// Takes a record in, in place of its earlier version.
    pub fn load(&mut self, record: AnyRecord) {
        match record {
            AnyRecord::Street(r) => {
                self.streets
                    .insert(r.code.clone(), (r.point(), r.merged_into));
                self.replace();
            }
            AnyRecord::Community(r) => {
                self.communities
                    .insert(r.code.clone(), (r.point(), r.street));
                self.replace();
            }
            AnyRecord::Category(r) => {
                let names = &mut self.categories.names;
                let id = names.id(&r.code);
                let node = Node {
                    parent: r.parent.map(|code| names.id(&code)),
                    merged: r.merged_into.map(|code| names.id(&code)),
                    remote: r.remote,
                };
                self.categories.nodes.insert(id, node);
            }
            AnyRecord::Capability(r) => {
                let names = &mut self.capabilities.names;
                let id = names.id(&r.code);
                let merged = r.merged_into.map(|code| names.id(&code));
                self.capabilities.nodes.insert(
                    id,
                    Node {
                        merged,
                        ..Node::default()
                    },
                );
            }
            AnyRecord::Supplier(r) => self.load_supplier(&r),
            AnyRecord::Resident(r) => self.load_resident(r),
            AnyRecord::Need(r) => self.load_need(r),
            AnyRecord::Match(r) => self.load_match(r),
            AnyRecord::Service(r) => self.load_service(&r),
            AnyRecord::Settings(r) => self.weights = r.weights,
            AnyRecord::Grant(_) => {}
        }
    }

    fn supplier_id(&mut self, code: &Code) -> u32 {
        let id = self.suppliers.id(code);
        self.slots.resize_with(self.suppliers.len(), Slot::default);
        id
    }

    fn need_id(&mut self, code: &Code) -> u32 {
        let id = self.needs.id(code);
        self.wanted.resize_with(self.needs.len(), Wanted::default);
        id
    }

    fn load_supplier(&mut self, r: &Supplier) {
        let id = self.supplier_id(&r.code);
        let home = Home {
            own: r.point(),
            community: r.community.clone(),
            street: r.street.clone(),
        };
        let point = self.place(&home);
        let skills: Box<[_]> = r
            .skills
            .iter()
            .map(|s| (self.categories.names.id(&s.category), s.level))
            .collect();
        let held = r
            .capabilities
            .iter()
            .map(|h| (self.capabilities.names.id(&h.capability), h.until))
            .collect();
        self.post(id, false);
        if let Some(slot) = self.slots.get_mut(id as usize) {
            slot.known = true;
            slot.active = r.status == Status::Active;
            slot.sex = r.sex;
            slot.capacity = r.capacity();
            slot.week = r.availability;
            slot.point = point;
            slot.radius = r.radius_km;
            slot.max_hours = r.max_hours_week;
            slot.skills = skills;
            slot.held = held;
            slot.away = r.away.clone().into_boxed_slice();
            slot.home = home;
        }
        self.post(id, true);
    }

    fn post(&mut self, id: u32, put: bool) {
        let Some(slot) = self.slots.get(id as usize).filter(|slot| slot.known) else {
            return;
        };
        let glance = Glance::offered(&slot.week, slot.sex, slot.active);
        let skills = slot.skills.iter().map(|(category, _)| *category);
        let none = slot.skills.is_empty().then_some(UNSKILLED);
        for category in skills.chain(none) {
            let postings = self.postings.entry(category).or_default();
            if put {
                postings.put(id, glance, slot.point, slot.radius);
            } else {
                postings.take(id, slot.point, slot.radius);
            }
        }
    }

    /// Finds the points of suppliers anew after a street or community changed.
    fn replace(&mut self) {
        for id in 0..u32::try_from(self.slots.len()).unwrap_or(u32::MAX) {
            let Some(slot) = self.slots.get(id as usize).filter(|s| s.home.own.is_none()) else {
                continue;
            };
            let point = self.place(&slot.home);
            if point != slot.point {
                self.post(id, false);
                if let Some(slot) = self.slots.get_mut(id as usize) {
                    slot.point = point;
                }
                self.post(id, true);
            }
        }
    }

    fn place(&self, home: &Home) -> Option<Point> {
        home.own
            .or_else(|| {
                let (point, street) = self.communities.get(home.community.as_ref()?)?;
                point.or_else(|| self.street_point(street))
            })
            .or_else(|| self.street_point(home.street.as_ref()?))
    }

    fn street_point(&self, code: &Code) -> Option<Point> {
        let mut at = code;
        for _ in 0..=self.streets.len() {
            let (point, merged) = self.streets.get(at)?;
            if point.is_some() {
                return *point;
            }
            at = merged.as_ref()?;
        }
        None
    }

    pub(super) fn resident_point(&self, resident: Option<&Served>) -> Option<Point> {
        self.place(&resident?.home)
    }

    fn load_resident(&mut self, r: Resident) {
        let id = self.residents.id(&r.code);
        let home = Home {
            own: r.point(),
            community: r.community,
            street: r.street,
        };
        let blocked = r
            .blocked
            .iter()
            .map(|code| self.supplier_id(code))
            .collect();
        let preferred = r
            .preferred
            .iter()
            .map(|code| self.supplier_id(code))
            .collect();
        self.served.insert(
            id,
            Served {
                blocked,
                preferred,
                home,
            },
        );
    }

    fn load_need(&mut self, mut r: Need) {
        let id = self.need_id(&r.code);
        self.residents.id(&r.resident);
        r.note.clear();
        r.cancel_reason.clear();
        if let Some(wanted) = self.wanted.get_mut(id as usize) {
            wanted.record = Some(r);
            wanted.starts = Mutex::default();
        }
        self.stale_need(id);
    }

    /// Forgets what was worked out for a need and the suppliers booked for it.
    fn stale_need(&mut self, id: u32) {
        let Some(wanted) = self.wanted.get_mut(id as usize) else {
            return;
        };
        wanted.facts = OnceLock::new();
        for key in &wanted.matches {
            let supplier = self
                .matches
                .get(key)
                .and_then(|m| self.suppliers.find(&m.supplier));
            if let Some(slot) = supplier.and_then(|s| self.slots.get_mut(s as usize)) {
                slot.history = OnceLock::new();
            }
        }
    }

    fn load_match(&mut self, mut r: Match) {
        let key = r.key();
        let (need, supplier) = (self.need_id(&r.need), self.supplier_id(&r.supplier));
        r.end_reason.clear();
        r.confirmed_by.clear();
        if self.matches.insert(key.clone(), r).is_none() {
            if let Some(wanted) = self.wanted.get_mut(need as usize) {
                wanted.matches.push(key.clone());
            }
            if let Some(slot) = self.slots.get_mut(supplier as usize) {
                slot.matches.push(key);
            }
        }
        self.stale_need(need);
    }

    fn load_service(&mut self, r: &Service) {
        let closed = Closed {
            supplier: self.supplier_id(&r.supplier),
            resident: self.residents.id(&r.resident),
            need: r.need.as_ref().map(|code| self.need_id(code)),
            start: r.start,
            minutes: r.minutes,
            outcome: r.outcome,
            rating: r.rating,
        };
        let number = self.services.id(&r.code);
        if let Some(known) = self.closed.get_mut(number as usize) {
            let old = std::mem::replace(known, closed);
            self.link(&old, number, false);
        } else {
            self.closed.push(closed);
        }
        self.link(&closed, number, true);
    }

    fn link(&mut self, closed: &Closed, number: u32, put: bool) {
        let change = |list: &mut Vec<u32>| {
            if put {
                list.push(number);
            } else {
                list.retain(|known| *known != number);
            }
        };
        if let Some(slot) = self.slots.get_mut(closed.supplier as usize) {
            change(&mut slot.services);
            slot.history = OnceLock::new();
        }
        if let Some(need) = closed.need {
            if let Some(wanted) = self.wanted.get_mut(need as usize) {
                change(&mut wanted.services);
            }
            self.stale_need(need);
        }
    }

    pub(super) fn need(&self, id: u32) -> Option<&Need> {
        self.wanted.get(id as usize)?.record.as_ref()
    }
}
