//! The projection of all records from which matching answers.

use std::collections::HashMap;
use std::num::{NonZeroU8, NonZeroU32};
use std::sync::{Arc, Mutex, OnceLock};

use super::cards::{Cards, NO_PAST, Offer};
use super::glance::{Glance, Sums};
use super::history::{Facts, History, Starts};
use super::names::Names;
use super::places::{Home, Places};
use super::space::{Entry, Postings, Traits};
use super::tree::{Node, Tree};
use super::weeks::Weeks;
use super::weighting::Weighting;
use crate::domain::geo::Point;
use crate::domain::record::{Match, Need, Resident, Service, Supplier};
use crate::domain::{AnyRecord, Code, Event, Minute, Outcome, Record, Status};

/// Minutes of 28 days.
pub(super) const WINDOW: i32 = 28 * 24 * 60;

/// What a supplier has booked and done.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) matches: Vec<Code>,
    /// By number.
    pub(super) services: Vec<u32>,
    pub(super) sums: Sums,
    pub(super) history: OnceLock<Box<History>>,
}

/// What the rules look at of a resident.
#[derive(Debug, Default)]
pub(super) struct Served {
    /// Suppliers, in the order of their numbers.
    pub(super) blocked: Box<[u32]>,
    pub(super) preferred: Box<[u32]>,
    /// Suppliers who completed a visit; some of them perhaps no longer.
    pub(super) regulars: Vec<u32>,
    home: Home,
}

/// A closed visit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Closed {
    pub(super) supplier: u32,
    pub(super) resident: u32,
    /// One more than the need's number.
    pub(super) need: Option<NonZeroU32>,
    pub(super) start: Minute,
    pub(super) minutes: u16,
    pub(super) outcome: Outcome,
    pub(super) rating: Option<NonZeroU8>,
}

// There may be millions.
const _: () = assert!(size_of::<Closed>() == 20);

impl Closed {
    pub(super) fn need(&self) -> Option<u32> {
        self.need.map(|need| need.get() - 1)
    }
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
    places: Places,
    pub(super) suppliers: Names,
    pub(super) cards: Cards,
    glances: Vec<Glance>,
    pub(super) weeks: Weeks,
    pasts: Vec<Past>,
    pub(super) residents: Names,
    served: Vec<Served>,
    pub(super) needs: Names,
    pub(super) wanted: Vec<Wanted>,
    pub(super) matches: HashMap<Code, Match>,
    services: Names,
    pub(super) closed: Vec<Closed>,
    /// By category.
    pub(super) postings: Vec<Postings>,
    /// Of those without any skill.
    pub(super) unskilled: Postings,
    pub(super) weighting: Weighting,
}

impl Index {
    /// An index of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event in: its record as it is afterwards.
    pub fn apply(&mut self, event: &Event) {
        self.take_in(&event.after);
    }

    /// Takes a record in, in place of its earlier version.
    pub fn load(&mut self, record: AnyRecord) {
        match record {
            AnyRecord::Need(r) => self.load_need(r),
            AnyRecord::Match(r) => self.load_match(r),
            other => self.take_in(&other),
        }
    }

    fn take_in(&mut self, record: &AnyRecord) {
        match record {
            AnyRecord::Street(r) => {
                if self.places.load_street(r) {
                    self.replace();
                }
            }
            AnyRecord::Community(r) => {
                if self.places.load_community(r) {
                    self.replace();
                }
            }
            AnyRecord::Category(r) => {
                let names = &mut self.categories.names;
                let id = names.id(&r.code);
                let node = Node {
                    parent: r.parent.as_ref().map(|code| names.id(code)),
                    merged: r.merged_into.as_ref().map(|code| names.id(code)),
                    remote: r.remote,
                };
                self.categories.put(id, node);
            }
            AnyRecord::Capability(r) => {
                let names = &mut self.capabilities.names;
                let id = names.id(&r.code);
                let merged = r.merged_into.as_ref().map(|code| names.id(code));
                let node = Node {
                    merged,
                    ..Node::default()
                };
                self.capabilities.put(id, node);
            }
            AnyRecord::Supplier(r) => self.load_supplier(r),
            AnyRecord::Resident(r) => self.load_resident(r),
            AnyRecord::Need(r) => self.load_need(r.clone()),
            AnyRecord::Match(r) => self.load_match(r.clone()),
            AnyRecord::Service(r) => self.load_service(r),
            AnyRecord::Settings(r) => self.weighting = Weighting::of(r),
            AnyRecord::Grant(_) => {}
        }
    }

    /// Puts everything in the order in which it is read, without gaps: to be called when many records were taken in.
    pub fn pack(&mut self) {
        for names in [
            &mut self.suppliers,
            &mut self.residents,
            &mut self.needs,
            &mut self.services,
        ] {
            names.pack();
        }
        self.cards.pack();
        self.glances.shrink_to_fit();
        let weeks = self.weeks.pack(self.cards.weeks());
        self.cards.renumber_weeks(&weeks);
        for postings in self.postings.iter_mut().chain([&mut self.unskilled]) {
            postings.renumber_weeks(&weeks);
            postings.pack();
        }
        self.closed.shrink_to_fit();
        self.pasts.shrink_to_fit();
        self.wanted.shrink_to_fit();
    }

    fn supplier_id(&mut self, code: &Code) -> u32 {
        let id = self.suppliers.id(code);
        self.cards.grow(self.suppliers.len());
        if self.glances.len() < self.suppliers.len() {
            self.glances.resize(self.suppliers.len(), Glance::default());
        }
        id
    }

    pub(super) fn glance(&self, supplier: u32) -> Glance {
        let known = self.glances.get(supplier as usize);
        known.copied().unwrap_or_default()
    }

    fn glance_mut(&mut self, supplier: u32) -> Option<&mut Glance> {
        self.glances.get_mut(supplier as usize)
    }

    /// What a supplier has booked and done, to be added to.
    fn past_mut(&mut self, supplier: u32) -> Option<&mut Past> {
        if self.cards.card(supplier).past == NO_PAST {
            let at = u32::try_from(self.pasts.len()).unwrap_or(NO_PAST);
            self.pasts.push(Past::default());
            self.cards.set_past(supplier, at);
        }
        self.pasts.get_mut(self.cards.card(supplier).past as usize)
    }

    /// What a supplier has booked and done, if anything.
    pub(super) fn past(&self, supplier: u32) -> Option<&Past> {
        self.pasts.get(self.cards.card(supplier).past as usize)
    }

    pub(super) fn served(&self, resident: u32) -> Option<&Served> {
        self.served.get(resident as usize)
    }

    fn need_id(&mut self, code: &Code) -> u32 {
        let id = self.needs.id(code);
        self.wanted.resize_with(self.needs.len(), Wanted::default);
        id
    }

    /// Takes a supplier in, who is only looked at, in place of an earlier version.
    pub fn load_supplier(&mut self, r: &Supplier) {
        let id = self.supplier_id(&r.code);
        let home = self
            .places
            .home(r.point(), r.community.as_ref(), r.street.as_ref());
        let names = &mut self.categories.names;
        let skills = r.skills.iter().map(|s| (names.id(&s.category), s.level));
        let skills = once_each(skills.collect());
        let held = r.capabilities.iter();
        let offer = Offer {
            active: r.status == Status::Active,
            sex: r.sex,
            capacity: r.capacity(),
            week: self.weeks.id(r.availability),
            radius: r.radius_km,
            max_hours: r.max_hours_week,
            home,
            skills,
            held: held
                .map(|h| (self.capabilities.names.id(&h.capability), h.until))
                .collect(),
            away: r.away.clone(),
        };
        if self.cards.card(id).known() {
            self.post(id, false);
        }
        self.cards.put(id, &offer);
        self.cards.set_point(id, self.places.point(&home));
        if let Some(glance) = self.glance_mut(id) {
            glance.put(&offer);
        }
        self.post(id, true);
    }

    fn post(&mut self, id: u32, put: bool) {
        let card = self.cards.card(id);
        let (point, radius) = (self.cards.point(id), card.radius());
        let change = |postings: &mut Postings, level| {
            if put {
                let entry = Entry {
                    id,
                    week: card.week,
                    traits: Traits::of(level, card.sex(), card.active()),
                };
                postings.put(entry, point, radius);
            } else {
                postings.take(id, point, radius);
            }
        };
        if card.known() && self.cards.skills(id).next().is_none() {
            change(&mut self.unskilled, 0);
        }
        for (category, level) in self.cards.skills(id) {
            let at = category as usize;
            if self.postings.len() <= at {
                self.postings.resize_with(at + 1, Postings::default);
            }
            if let Some(postings) = self.postings.get_mut(at) {
                change(postings, level);
            }
        }
    }

    /// Finds the points of suppliers anew after a street or community changed.
    fn replace(&mut self) {
        for id in 0..self.cards.len() {
            let Some(home) = self.cards.home(id) else {
                continue;
            };
            let point = self.places.point(&home);
            if point != self.cards.point(id) {
                self.post(id, false);
                self.cards.set_point(id, point);
                self.post(id, true);
            }
        }
    }

    pub(super) fn resident_point(&self, resident: Option<&Served>) -> Option<Point> {
        self.places.point(&resident?.home)
    }

    fn load_resident(&mut self, r: &Resident) {
        let id = self.residents.id(&r.code);
        let mut numbers = |codes: &[Code]| {
            let mut list: Vec<u32> = codes.iter().map(|code| self.supplier_id(code)).collect();
            list.sort_unstable();
            list.into_boxed_slice()
        };
        let (blocked, preferred) = (numbers(&r.blocked), numbers(&r.preferred));
        let home = self
            .places
            .home(r.point(), r.community.as_ref(), r.street.as_ref());
        if let Some(served) = self.served_mut(id) {
            served.blocked = blocked;
            served.preferred = preferred;
            served.home = home;
        }
    }

    fn served_mut(&mut self, resident: u32) -> Option<&mut Served> {
        let at = resident as usize;
        if self.served.len() <= at {
            self.served.resize_with(at + 1, Served::default);
        }
        self.served.get_mut(at)
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
            let past = supplier.map(|s| self.cards.card(s).past as usize);
            if let Some(past) = past.and_then(|at| self.pasts.get_mut(at)) {
                past.history = OnceLock::new();
            }
        }
    }

    fn load_match(&mut self, mut r: Match) {
        let key = r.key();
        let (need, supplier) = (self.need_id(&r.need), self.supplier_id(&r.supplier));
        r.end_reason.clear();
        r.confirmed_by.clear();
        if let (Some(glance), Some(last)) = (self.glance_mut(supplier), r.visits.iter().max()) {
            glance.meet(*last);
        }
        if self.matches.insert(key.clone(), r).is_none() {
            if let Some(wanted) = self.wanted.get_mut(need as usize) {
                wanted.matches.push(key.clone());
            }
            if let Some(past) = self.past_mut(supplier) {
                past.matches.push(key);
            }
        }
        self.stale_need(need);
    }

    fn load_service(&mut self, r: &Service) {
        let closed = Closed {
            supplier: self.supplier_id(&r.supplier),
            resident: self.residents.id(&r.resident),
            need: r
                .need
                .as_ref()
                .and_then(|code| NonZeroU32::new(self.need_id(code).saturating_add(1))),
            start: r.start,
            minutes: r.minutes,
            outcome: r.outcome,
            rating: r.rating.and_then(NonZeroU8::new),
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
        if let Some(past) = self.past_mut(closed.supplier) {
            change(&mut past.services);
            past.sums.count(closed, put);
            past.history = OnceLock::new();
            let sums = past.sums;
            if let Some(glance) = self.glance_mut(closed.supplier) {
                glance.meet(closed.start);
                glance.count(sums);
            }
        }
        if closed.outcome == Outcome::Completed
            && let Some(served) = self.served_mut(closed.resident)
            && !served.regulars.contains(&closed.supplier)
        {
            served.regulars.push(closed.supplier);
        }
        if let Some(need) = closed.need() {
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

/// Each category once, with its highest level.
fn once_each(mut skills: Vec<(u32, u8)>) -> Vec<(u32, u8)> {
    skills.sort_unstable_by_key(|(category, level)| (*category, std::cmp::Reverse(*level)));
    skills.dedup_by_key(|(category, _)| *category);
    skills
}
