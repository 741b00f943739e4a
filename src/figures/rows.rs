//! The rows in the order of their keys.

use super::facts::{NONE, Node, Register};
use super::lens::{Group, Lens, WHOLE, month_end, month_name, resolve};
use super::tally::Tallies;
use super::{By, Figures, Row, needs, suppliers, visits};
use crate::domain::Day;

/// The figures of every group.
pub(super) fn rows(lens: &Lens) -> Vec<Row> {
    let tallies = tally(lens);
    let mut rows: Vec<Row> = match lens.by {
        Some(By::Street) => nodes(&lens.facts.streets, tallies),
        Some(By::Community) => nodes(&lens.facts.communities, tallies),
        Some(By::Category) => nodes(&lens.facts.categories, tallies),
        Some(By::Supplier) => people(lens, tallies),
        Some(By::Month) | None => months(tallies),
    };
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows
}

/// The figures of everything.
pub(super) fn whole(lens: &Lens) -> Figures {
    let tally = tally(lens).remove(&WHOLE);
    tally.unwrap_or_default().finish()
}

fn tally(lens: &Lens) -> Tallies {
    let mut tallies = Tallies::new();
    let taking_part = visits::count(lens, &mut tallies);
    needs::count(lens, &mut tallies);
    let windows = windows(lens, &tallies);
    needs::count_backlog(lens, &mut tallies, &windows);
    suppliers::count(lens, &mut tallies, &windows, &taking_part);
    tallies
}

/// Each month with its last day, or all groups with the period's last day.
fn windows(lens: &Lens, tallies: &Tallies) -> Vec<(Option<Group>, Day)> {
    if lens.by != Some(By::Month) {
        return vec![(None, lens.to)];
    }
    let first = tallies.keys().min().copied().unwrap_or(1);
    let last = tallies.keys().max().copied().unwrap_or(0);
    (first..=last)
        .map(|month| (Some(month), month_end(month).min(lens.to)))
        .collect()
}

fn nodes(register: &Register<Node>, mut tallies: Tallies) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, node) in register.iter() {
        let figures = tallies.remove(&id).unwrap_or_default().finish();
        let stands = node.known && !node.retired && resolve(register, id) == id;
        if stands || !figures.is_zero() {
            rows.push(Row {
                key: register.code(id).to_owned(),
                name_zh: node.name_zh.clone(),
                name_en: node.name_en.clone(),
                figures,
            });
        }
    }
    let nowhere = tallies.remove(&NONE).unwrap_or_default().finish();
    if !nowhere.is_zero() {
        rows.push(unnamed(nowhere));
    }
    rows
}

fn unnamed(figures: Figures) -> Row {
    let name = crate::text!(zh: "未填写", en: "not given");
    Row {
        key: String::new(),
        name_zh: name.zh.to_owned(),
        name_en: name.en.to_owned(),
        figures,
    }
}

fn people(lens: &Lens, tallies: Tallies) -> Vec<Row> {
    let register = &lens.facts.suppliers;
    let row = |(id, tally): (Group, super::tally::Tally)| {
        let name = register.get(id).map_or("", |server| &server.name);
        Row {
            key: register.code(id).to_owned(),
            name_zh: name.to_owned(),
            name_en: name.to_owned(),
            figures: tally.finish(),
        }
    };
    tallies.into_iter().map(row).collect()
}

fn months(tallies: Tallies) -> Vec<Row> {
    let row = |(month, tally): (Group, super::tally::Tally)| {
        let key = month_name(month);
        Row {
            name_zh: key.clone(),
            name_en: key.clone(),
            key,
            figures: tally.finish(),
        }
    };
    tallies.into_iter().map(row).collect()
}
