//! What events since the last board can have changed in it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::domain::record::Supplier;
use crate::domain::{AnyRecord, Code, Event};
use crate::matching::{Index, QueueRow};

/// From how many suppliers on looking at each costs more than ranking anew.
const MANY: usize = 64;

/// What was touched.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched {
    everything: bool,
    needs: HashSet<Code>,
    residents: HashSet<Code>,
    /// Those whose bookings or closed visits changed, and nothing of their record.
    suppliers: HashSet<Code>,
    /// The skills, before and after, of those whose record changed.
    skills: HashSet<Code>,
}

impl Touched {
    fn note(&mut self, event: &Event) {
        if self.everything {
            return;
        }
        match &event.after {
            AnyRecord::Need(need) => {
                self.needs.insert(need.code.clone());
            }
            AnyRecord::Resident(resident) => {
                self.residents.insert(resident.code.clone());
            }
            AnyRecord::Match(found) => {
                self.needs.insert(found.need.clone());
                self.suppliers.insert(found.supplier.clone());
            }
            AnyRecord::Service(service) => {
                self.needs.extend(service.need.clone());
                self.suppliers.insert(service.supplier.clone());
                if let Some(AnyRecord::Service(before)) = &event.before {
                    self.needs.extend(before.need.clone());
                    self.suppliers.insert(before.supplier.clone());
                }
            }
            AnyRecord::Supplier(supplier) => {
                self.note_skills(supplier);
                if let Some(AnyRecord::Supplier(before)) = &event.before {
                    self.note_skills(before);
                }
            }
            AnyRecord::Grant(_) => {}
            _ => self.everything = true,
        }
        self.everything |= self.suppliers.len() > MANY;
    }

    fn note_skills(&mut self, supplier: &Supplier) {
        let skills = supplier.skills.iter();
        self.skills
            .extend(skills.map(|skill| skill.category.clone()));
    }

    /// Whether the candidates of a need in the queue must be found anew.
    pub(super) fn renews(&self, index: &Index, row: &QueueRow) -> bool {
        self.everything
            || self.needs.contains(&row.need)
            || self.residents.contains(&row.resident)
            || self
                .skills
                .iter()
                .any(|skill| index.category_within(skill, &row.category))
    }

    /// Those whose bookings or closed visits changed.
    pub(super) fn suppliers(&self) -> impl Iterator<Item = &Code> {
        self.suppliers.iter()
    }
}

/// What was touched, gathered while events come and taken by who works out the board.
#[derive(Default)]
pub(super) struct Gathered(Mutex<Touched>);

impl Gathered {
    pub(super) fn note(&self, events: &[Event]) {
        let mut touched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            touched.note(event);
        }
    }

    /// Nothing of the last board can be relied on.
    pub(super) fn everything(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .everything = true;
    }

    pub(super) fn take(&self) -> Touched {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
