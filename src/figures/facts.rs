//! What the figures are made of, without everything else that records hold.

use std::collections::HashMap;

use crate::domain::record::{
    Category, Community, Match, Need, Resident, Service, Street, Supplier,
};
use crate::domain::{AnyRecord, Code, Day, Minute, Outcome, Recurrence, Stamp, Status};

/// The number that stands for no record.
pub(super) const NONE: u32 = u32::MAX;

/// Records of a kind, numbered as their codes are first met; a code may be met before its record.
#[derive(Debug, Default)]
pub(super) struct Register<T> {
    ids: HashMap<Code, u32>,
    codes: Vec<Code>,
    records: Vec<T>,
}

impl<T: Default> Register<T> {
    fn id(&mut self, code: &Code) -> u32 {
        if let Some(id) = self.ids.get(code) {
            return *id;
        }
        let id = u32::try_from(self.codes.len()).unwrap_or(NONE);
        self.ids.insert(code.clone(), id);
        self.codes.push(code.clone());
        self.records.push(T::default());
        id
    }

    fn optional(&mut self, code: Option<&Code>) -> u32 {
        code.map_or(NONE, |code| self.id(code))
    }

    fn update(&mut self, code: &Code, change: impl FnOnce(&mut T)) {
        let id = self.id(code);
        if let Some(record) = self.records.get_mut(index(id)) {
            change(record);
        }
    }

    pub(super) fn get(&self, id: u32) -> Option<&T> {
        self.records.get(index(id))
    }

    pub(super) fn code(&self, id: u32) -> &str {
        self.codes.get(index(id)).map_or("", Code::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..NONE).zip(&self.records)
    }
}

pub(super) fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

/// A street, community or category.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub known: bool,
    pub name_zh: String,
    pub name_en: String,
    pub retired: bool,
    /// What took it over.
    pub into: Option<u32>,
    /// A community's street.
    pub street: Option<u32>,
}

/// Where somebody lives or works.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home {
    pub street: u32,
    pub community: u32,
}

impl Default for Home {
    fn default() -> Self {
        Self {
            street: NONE,
            community: NONE,
        }
    }
}

/// A supplier.
#[derive(Debug, Default)]
pub(super) struct Server {
    pub known: bool,
    pub name: Box<str>,
    pub home: Home,
    pub skills: Box<[u32]>,
    pub joined: Option<Day>,
    pub since: Option<Day>,
    pub active: bool,
}

/// What a need asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub resident: u32,
    pub category: u32,
    pub start: Minute,
    pub minutes: u16,
    pub people: u16,
    pub rule: Option<Recurrence>,
    pub opened: Stamp,
    pub cancelled: Option<Stamp>,
}

/// A match of a need.
#[derive(Debug)]
pub(super) struct Taken {
    pub supplier: u32,
    pub visits: Box<[Minute]>,
    pub confirmed: Stamp,
    pub ended: Option<Stamp>,
}

/// A need with all that was done for it.
#[derive(Debug, Default)]
pub(super) struct Case {
    pub asked: Option<Box<Asked>>,
    pub matches: Vec<Taken>,
    /// Positions in [`Facts::closed`].
    pub closed: Vec<u32>,
}

/// A row of `services.csv`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    pub resident: u32,
    pub supplier: u32,
    pub category: u32,
    pub start: Minute,
    pub minutes: u16,
    pub outcome: Outcome,
    /// 0 for none.
    pub rating: u8,
}

/// The facts that figures are computed from: 20 bytes a closed visit, about 150 a supplier.
#[derive(Debug, Default)]
pub struct Facts {
    pub(super) streets: Register<Node>,
    pub(super) communities: Register<Node>,
    pub(super) categories: Register<Node>,
    pub(super) suppliers: Register<Server>,
    pub(super) residents: Register<Home>,
    pub(super) needs: Register<Case>,
    pub(super) closed: Vec<Closed>,
}

impl Facts {
    /// Takes in a record; each match and each service once, in any order. Kinds that no figure looks at are passed over.
    pub fn load(&mut self, record: &AnyRecord) {
        match record {
            AnyRecord::Street(street) => self.street(street),
            AnyRecord::Community(community) => self.community(community),
            AnyRecord::Category(category) => self.category(category),
            AnyRecord::Supplier(supplier) => self.supplier(supplier),
            AnyRecord::Resident(resident) => self.resident(resident),
            AnyRecord::Need(need) => self.need(need),
            AnyRecord::Match(matched) => self.matched(matched),
            AnyRecord::Service(service) => self.service(service),
            AnyRecord::Capability(_) | AnyRecord::Settings(_) | AnyRecord::Grant(_) => {}
        }
    }

    fn street(&mut self, street: &Street) {
        let into = street
            .merged_into
            .as_ref()
            .map(|code| self.streets.id(code));
        self.streets.update(&street.code, |node| {
            *node = Node {
                known: true,
                name_zh: street.name_zh.clone(),
                name_en: street.name_en.clone(),
                retired: street.retired,
                into,
                street: None,
            };
        });
    }

    fn community(&mut self, community: &Community) {
        let into = community
            .merged_into
            .as_ref()
            .map(|code| self.communities.id(code));
        let street = Some(&community.street)
            .filter(|code| !code.is_empty())
            .map(|code| self.streets.id(code));
        self.communities.update(&community.code, |node| {
            *node = Node {
                known: true,
                name_zh: community.name_zh.clone(),
                name_en: community.name_en.clone(),
                retired: community.retired,
                into,
                street,
            };
        });
    }

    fn category(&mut self, category: &Category) {
        let into = category
            .merged_into
            .as_ref()
            .map(|code| self.categories.id(code));
        self.categories.update(&category.code, |node| {
            *node = Node {
                known: true,
                name_zh: category.name_zh.clone(),
                name_en: category.name_en.clone(),
                retired: category.retired,
                into,
                street: None,
            };
        });
    }

    fn home(&mut self, street: Option<&Code>, community: Option<&Code>) -> Home {
        Home {
            street: self.streets.optional(street),
            community: self.communities.optional(community),
        }
    }

    fn supplier(&mut self, supplier: &Supplier) {
        let home = self.home(supplier.street.as_ref(), supplier.community.as_ref());
        let skills = supplier
            .skills
            .iter()
            .map(|skill| self.categories.id(&skill.category))
            .collect();
        self.suppliers.update(&supplier.code, |server| {
            *server = Server {
                known: true,
                name: supplier.name.as_str().into(),
                home,
                skills,
                joined: supplier.joined_on,
                since: supplier.status_since(),
                active: supplier.status == Status::Active,
            };
        });
    }

    fn resident(&mut self, resident: &Resident) {
        let home = self.home(resident.street.as_ref(), resident.community.as_ref());
        self.residents.update(&resident.code, |known| *known = home);
    }

    fn need(&mut self, need: &Need) {
        let asked = Asked {
            resident: self.residents.id(&need.resident),
            category: self.categories.id(&need.category),
            start: need.start,
            minutes: need.minutes,
            people: need.people(),
            rule: need.recurrence.clone(),
            opened: need.opened_at,
            cancelled: need.cancelled_at,
        };
        self.needs
            .update(&need.code, |case| case.asked = Some(Box::new(asked)));
    }

    fn matched(&mut self, matched: &Match) {
        let supplier = self.suppliers.id(&matched.supplier);
        let visits = matched.visits.iter().copied();
        let taken = Taken {
            supplier,
            visits: visits.filter(|start| matched.holds(*start)).collect(),
            confirmed: matched.confirmed_at,
            ended: matched.ended_at,
        };
        self.needs
            .update(&matched.need, |case| case.matches.push(taken));
    }

    fn service(&mut self, service: &Service) {
        let closed = Closed {
            resident: self.residents.id(&service.resident),
            supplier: self.suppliers.id(&service.supplier),
            category: self.categories.id(&service.category),
            start: service.start,
            minutes: service.minutes,
            outcome: service.outcome,
            rating: service.rating.unwrap_or_default(),
        };
        let position = u32::try_from(self.closed.len()).unwrap_or(NONE);
        if let Some(need) = &service.need {
            self.needs.update(need, |case| case.closed.push(position));
        }
        self.closed.push(closed);
    }

    /// The rows for a need.
    pub(super) fn closed_of(&self, case: &Case) -> impl Iterator<Item = &Closed> {
        case.closed
            .iter()
            .filter_map(|position| self.closed.get(index(*position)))
    }
}

impl Case {
    /// The booked starts that are held, with their suppliers, each once; a cancelled need keeps those before its cancellation.
    pub(super) fn booked(&self) -> Vec<(Minute, u32)> {
        let cancelled = self.asked.as_ref().and_then(|asked| asked.cancelled);
        let mut booked: Vec<(Minute, u32)> = self
            .matches
            .iter()
            .flat_map(|taken| taken.visits.iter().map(|start| (*start, taken.supplier)))
            .filter(|(start, _)| cancelled.is_none_or(|at| start.stamp() < at))
            .collect();
        booked.sort_unstable();
        booked.dedup();
        booked
    }
}
