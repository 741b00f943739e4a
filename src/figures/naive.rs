//! The figures of one key once more, by plain loops over the records: what the quick way is compared with.

use std::collections::BTreeSet;

use super::{By, Figures};
use crate::domain::record::{
    Category, Community, Match, Need, Resident, Service, Street, Supplier,
};
use crate::domain::{AnyRecord, Code, Day, Minute, Outcome, Stamp, Status};

/// A small district.
#[derive(Clone, Debug, Default)]
pub(super) struct World {
    pub streets: Vec<Street>,
    pub communities: Vec<Community>,
    pub categories: Vec<Category>,
    pub suppliers: Vec<Supplier>,
    pub residents: Vec<Resident>,
    pub needs: Vec<Need>,
    pub matches: Vec<Match>,
    pub services: Vec<Service>,
}

/// One key's question.
pub(super) struct Asked<'a> {
    pub by: Option<By>,
    pub key: &'a str,
    pub from: Day,
    pub to: Day,
    pub now: Stamp,
}

struct Visit<'a> {
    resident: &'a Code,
    supplier: &'a Code,
    category: &'a Code,
    start: Minute,
    minutes: u16,
    row: Option<&'a Service>,
}

impl World {
    pub(super) fn records(&self) -> Vec<AnyRecord> {
        fn all<R: Clone + Into<AnyRecord>>(records: &[R]) -> impl Iterator<Item = AnyRecord> {
            records.iter().cloned().map(Into::into)
        }
        all(&self.streets)
            .chain(all(&self.communities))
            .chain(all(&self.categories))
            .chain(all(&self.suppliers))
            .chain(all(&self.residents))
            .chain(all(&self.needs))
            .chain(all(&self.matches))
            .chain(all(&self.services))
            .collect()
    }

    fn street_of(&self, code: Option<&Code>) -> String {
        let Some(code) = code else {
            return String::new();
        };
        let street = self.streets.iter().find(|street| street.code == *code);
        match street.and_then(|street| street.merged_into.as_ref()) {
            Some(into) => self.street_of(Some(into)),
            None => code.to_string(),
        }
    }

    fn category_of(&self, code: &Code) -> String {
        let category = self.categories.iter().find(|one| one.code == *code);
        match category.and_then(|one| one.merged_into.as_ref()) {
            Some(into) => self.category_of(into),
            None => code.to_string(),
        }
    }

    fn place(&self, by: By, street: Option<&Code>, community: Option<&Code>) -> String {
        if by == By::Community {
            return community.map(ToString::to_string).unwrap_or_default();
        }
        let around = self
            .communities
            .iter()
            .find(|one| Some(&one.code) == community)
            .map(|one| &one.street);
        self.street_of(street.or(around))
    }

    /// Whether something for a resident in a category by some suppliers counts under the key.
    fn belongs(&self, ask: &Asked, resident: &Code, category: &Code, by_whom: &[&Code]) -> bool {
        match ask.by {
            None | Some(By::Month) => true,
            Some(By::Category) => self.category_of(category) == ask.key,
            Some(By::Supplier) => by_whom.iter().any(|code| code.as_str() == ask.key),
            Some(by) => {
                let home = self.residents.iter().find(|one| one.code == *resident);
                let home = home.unwrap();
                self.place(by, home.street.as_ref(), home.community.as_ref()) == ask.key
            }
        }
    }

    fn visits(&self) -> Vec<Visit<'_>> {
        let mut visits: Vec<Visit> = Vec::new();
        for row in &self.services {
            visits.push(Visit {
                resident: &row.resident,
                supplier: &row.supplier,
                category: &row.category,
                start: row.start,
                minutes: row.minutes,
                row: Some(row),
            });
        }
        let mut seen = BTreeSet::new();
        for matched in &self.matches {
            let need = self.needs.iter().find(|need| need.code == matched.need);
            let need = need.unwrap();
            for start in booked(need, matched) {
                let told = self.services.iter().any(|row| {
                    row.need.as_ref() == Some(&need.code)
                        && row.supplier == matched.supplier
                        && row.start == start
                });
                if !told && seen.insert((&need.code, &matched.supplier, start)) {
                    visits.push(Visit {
                        resident: &need.resident,
                        supplier: &matched.supplier,
                        category: &need.category,
                        start,
                        minutes: need.minutes,
                        row: None,
                    });
                }
            }
        }
        visits
    }

    pub(super) fn figures(&self, ask: &Asked) -> Figures {
        let mut figures = Figures::default();
        self.count_visits(ask, &mut figures);
        self.count_needs(ask, &mut figures);
        self.count_suppliers(ask, &mut figures);
        figures
    }

    fn count_visits(&self, ask: &Asked, figures: &mut Figures) {
        let (mut residents, mut suppliers) = (BTreeSet::new(), BTreeSet::new());
        let mut ratings: Vec<f64> = Vec::new();
        for visit in self.visits() {
            let day = visit.start.day();
            if day < ask.from
                || day > ask.to
                || !self.belongs(ask, visit.resident, visit.category, &[visit.supplier])
            {
                continue;
            }
            let over = visit.start.plus(i32::from(visit.minutes)).stamp() <= ask.now;
            let outcome = visit.row.map(|row| row.outcome);
            if over && outcome != Some(Outcome::CancelledByResident) {
                figures.visits_due += 1;
            }
            match outcome {
                None => figures.awaiting_outcome += u64::from(over),
                Some(Outcome::NoShow) => figures.no_show += 1,
                Some(Outcome::CancelledByResident) => figures.cancelled_by_resident += 1,
                Some(Outcome::CancelledBySupplier) => figures.cancelled_by_supplier += 1,
                Some(Outcome::Completed) => {
                    figures.completed += 1;
                    figures.minutes_served += u64::from(visit.minutes);
                    residents.insert(visit.resident);
                    suppliers.insert(visit.supplier);
                    ratings.extend(visit.row.and_then(|row| row.rating).map(f64::from));
                }
            }
        }
        figures.residents_served = residents.len() as u64;
        figures.suppliers_active = suppliers.len() as u64;
        let rated = ratings.len() as f64;
        figures.satisfaction = (rated > 0.0).then(|| ratings.iter().sum::<f64>() / rated);
        figures.completion_rate =
            (figures.visits_due > 0).then(|| figures.completed as f64 / figures.visits_due as f64);
    }

    /// How many different suppliers are matched just after `moment`.
    fn active(&self, need: &Need, moment: Stamp) -> usize {
        let there = self.matches.iter().filter(|matched| {
            matched.need == need.code
                && matched.confirmed_at <= moment
                && matched.ended_at.is_none_or(|ended| ended > moment)
        });
        let codes: BTreeSet<&Code> = there.map(|matched| &matched.supplier).collect();
        codes.len()
    }

    fn first_filled(&self, need: &Need) -> Option<Stamp> {
        let own = self.matches.iter().filter(|one| one.need == need.code);
        let filled = own
            .map(|one| one.confirmed_at)
            .filter(|at| self.active(need, *at) >= usize::from(need.people()));
        filled.min()
    }

    fn count_needs(&self, ask: &Asked, figures: &mut Figures) {
        let end = Stamp((i64::from(ask.to.0) + 1) * 86_400 - 1);
        let moment = end.min(ask.now);
        let mut hours: Vec<f64> = Vec::new();
        for need in &self.needs {
            let own = self.matches.iter().filter(|one| one.need == need.code);
            let by_whom: Vec<&Code> = own.map(|one| &one.supplier).collect();
            if !self.belongs(ask, &need.resident, &need.category, &by_whom) {
                continue;
            }
            let first = self.first_filled(need);
            let day = need.opened_at.day();
            if day >= ask.from && day <= ask.to {
                figures.needs_opened += 1;
                if let Some(at) = first {
                    figures.needs_matched += 1;
                    hours.push((at.0 - need.opened_at.0) as f64 / 3600.0);
                }
            }
            let lapsed = need.is_finite()
                && need.visits().all(|start| start.stamp() < moment)
                && first.is_none_or(|at| at > moment);
            let waiting = need.opened_at <= end
                && self.active(need, moment) < usize::from(need.people())
                && need.cancelled_at.is_none_or(|at| at > moment);
            figures.backlog += u64::from(waiting && !lapsed);
            if ask.by != Some(By::Supplier) {
                figures.visits_unfilled += self.unfilled(ask, need);
            }
        }
        hours.sort_by(f64::total_cmp);
        let count = hours.len();
        figures.median_hours_to_match =
            (count > 0).then(|| f64::midpoint(hours[(count - 1) / 2], hours[count / 2]));
    }

    fn unfilled(&self, ask: &Asked, need: &Need) -> u64 {
        let mut missing = 0;
        for start in need.visits().take_while(|start| start.day() <= ask.to) {
            let over = start.plus(i32::from(need.minutes)).stamp() <= ask.now;
            let open = start.stamp() >= need.opened_at
                && need.cancelled_at.is_none_or(|at| start.stamp() < at);
            let rows: Vec<&Service> = self
                .services
                .iter()
                .filter(|row| row.need.as_ref() == Some(&need.code) && row.start == start)
                .collect();
            let called_off = rows
                .iter()
                .any(|row| row.outcome == Outcome::CancelledByResident);
            if start.day() < ask.from || !over || !open || called_off {
                continue;
            }
            let placed = self.suppliers.iter().filter(|supplier| {
                let own: Vec<&&Service> = rows
                    .iter()
                    .filter(|row| row.supplier == supplier.code)
                    .collect();
                let booked = self.matches.iter().any(|one| {
                    one.need == need.code
                        && one.supplier == supplier.code
                        && booked(need, one).contains(&start)
                });
                if own.is_empty() {
                    booked
                } else {
                    own.iter()
                        .any(|row| row.outcome != Outcome::CancelledBySupplier)
                }
            });
            missing += usize::from(need.people()).saturating_sub(placed.count());
        }
        missing as u64
    }

    fn count_suppliers(&self, ask: &Asked, figures: &mut Figures) {
        let mut taking_part = 0;
        for supplier in &self.suppliers {
            let here = match ask.by {
                None | Some(By::Month) => true,
                Some(By::Supplier) => supplier.code.as_str() == ask.key,
                Some(By::Category) => supplier
                    .skills
                    .iter()
                    .any(|skill| self.category_of(&skill.category) == ask.key),
                Some(by) => {
                    let (street, community) = (&supplier.street, &supplier.community);
                    self.place(by, street.as_ref(), community.as_ref()) == ask.key
                }
            };
            let joined = supplier.joined_on.is_none_or(|day| day <= ask.to);
            let later = supplier.status_since().is_some_and(|day| day > ask.to);
            if here && joined && (supplier.status == Status::Active) != later {
                figures.suppliers_registered += 1;
                taking_part += u64::from(self.services.iter().any(|row| {
                    row.supplier == supplier.code
                        && row.outcome == Outcome::Completed
                        && row.start.day() >= ask.from
                        && row.start.day() <= ask.to
                }));
            }
        }
        figures.participation_rate = (figures.suppliers_registered > 0)
            .then(|| taking_part as f64 / figures.suppliers_registered as f64);
    }
}

fn booked(need: &Need, matched: &Match) -> Vec<Minute> {
    let mut starts = matched.visits.clone();
    starts.retain(|start| matched.holds(*start));
    starts.retain(|start| need.cancelled_at.is_none_or(|at| start.stamp() < at));
    starts
}
