//! What the rules read about one need and one supplier, out of the rows of a transaction.

use std::collections::HashSet;

use crate::domain::record::{Need, Reference, Resident, Settings, Supplier};
use crate::domain::{Code, Kind, Minute, Record, Stamp};
use crate::matching::{Index, reach};
use crate::store::{Rows, StoreError, fetch};

/// An index of a need and what the rules read about it, apart from what a supplier has booked and done: it tells the
/// visits considered from `now` on.
pub(super) fn of_need(
    rows: &dyn Rows,
    need: &Need,
    supplier: &Supplier,
    now: Stamp,
) -> Result<Index, StoreError> {
    let mut index = Index::new();
    let settings = Code::composed(Settings::KEY);
    load(&mut index, rows, Kind::Settings, &settings)?;
    load_vocabulary(&mut index, rows, need, supplier)?;
    load(&mut index, rows, Kind::Resident, &need.resident)?;
    index.load(supplier.clone().into());
    index.load(need.clone().into());
    for matched in rows.matches_of_need(&need.code)? {
        index.load(matched.into());
    }
    for service in rows.services_of_need(&need.code, now.minute_up())? {
        index.load(service.into());
    }
    Ok(index)
}

/// Adds what the rules read of the supplier's bookings and closed visits when they look at visits from `first` on: what is
/// recent, or still to come, and not all that the supplier ever did. (So the index gives verdicts and no score.)
pub(super) fn add_bookings(
    index: &mut Index,
    rows: &dyn Rows,
    need: &Need,
    supplier: &Supplier,
    first: Minute,
) -> Result<(), StoreError> {
    let from = reach(first);
    let mut known = HashSet::from([need.code.clone()]);
    for matched in rows.matches_of_supplier(&supplier.code, from)? {
        if known.insert(matched.need.clone()) {
            load(index, rows, Kind::Need, &matched.need)?;
        }
        index.load(matched.into());
    }
    for service in rows.services_of_supplier(&supplier.code, from)? {
        index.load(service.into());
    }
    Ok(())
}

/// Loads the categories, capabilities, streets and communities that a need, its resident and a supplier refer to, and
/// what those refer to in turn: what they are below, or were merged into.
fn load_vocabulary(
    index: &mut Index,
    rows: &dyn Rows,
    need: &Need,
    supplier: &Supplier,
) -> Result<(), StoreError> {
    let resident: Option<Resident> = fetch(rows, &need.resident)?;
    let mut next: Vec<Reference> = need.references();
    next.extend(supplier.references());
    next.extend(resident.iter().flat_map(Record::references));
    let mut seen = HashSet::new();
    while let Some(Reference { kind, code, .. }) = next.pop() {
        let is_word = matches!(
            kind,
            Kind::Street | Kind::Community | Kind::Category | Kind::Capability
        );
        if !is_word || !seen.insert((kind, code.clone())) {
            continue;
        }
        if let Some(record) = rows.get(kind, &code)? {
            next.extend(record.references());
            index.load(record);
        }
    }
    Ok(())
}

fn load(index: &mut Index, rows: &dyn Rows, kind: Kind, code: &Code) -> Result<(), StoreError> {
    if let Some(record) = rows.get(kind, code)? {
        index.load(record);
    }
    Ok(())
}
