//! A series shared by several: who can take a part, and the question before they do.

use super::ask::Wording;
use super::{cells, words};
use crate::console::app::model::Model;
use crate::desk::Command;
use crate::domain::lang::Lang;
use crate::domain::record::Need;
use crate::domain::{Code, Kind, Minute};
use crate::matching::partial::Partial;
use crate::{say, text};

/// Visits that are named; of more only the first ones.
const NAMED: usize = 3;

/// `3 of 4, not Tue 8 Dec 09:00`.
#[must_use]
pub fn part(partial: &Partial, lang: Lang) -> String {
    let (taken, all) = (
        partial.visits.len(),
        partial.visits.len() + partial.missing.len(),
    );
    let missing: Vec<Minute> = partial
        .missing
        .iter()
        .map(|missing| missing.visit)
        .collect();
    let not = words::visits(&missing, NAMED, lang);
    say!(lang, zh: "{all} 次中的 {taken} 次，除 {not}", en: "{taken} of {all}, not {not}")
}

/// The same with the rules that keep them from the others.
#[must_use]
pub fn part_and_why(partial: &Partial, lang: Lang) -> String {
    let part = part(partial, lang);
    let mut rules: Vec<&str> = Vec::new();
    for rule in partial.missing.iter().flat_map(|missing| &missing.failed) {
        if !rules.contains(rule) {
            rules.push(rule);
        }
    }
    let why = words::rules(&rules, lang);
    say!(lang, zh: "{part}（{why}）", en: "{part} ({why})")
}

/// What confirms somebody for the visits that they can take.
#[must_use]
pub fn command(need: &Code, partial: &Partial) -> Command {
    Command::Share {
        need: need.clone(),
        supplier: partial.candidate.supplier.clone(),
        visits: partial.visits.clone(),
        place: None,
    }
}

/// The question before that.
#[must_use]
pub fn question(need: &Code, partial: &Partial) -> Wording {
    let (need, partial) = (need.clone(), partial.clone());
    Box::new(move |model: &Model| {
        let lang = model.lang;
        let supplier = &partial.candidate.supplier;
        let who = cells::supplier_name(supplier, model);
        let found = model.fetch::<Need>(&need);
        let whom = found.as_ref().map_or_else(
            || need.to_string(),
            |need| cells::resident_name(&need.resident, model),
        );
        let what = found
            .as_ref()
            .map_or("", |need| model.name(Kind::Category, &need.category));
        let n = partial.visits.len();
        let visits = words::visits(&partial.visits, 8, lang);
        let missing: Vec<Minute> = partial
            .missing
            .iter()
            .map(|missing| missing.visit)
            .collect();
        let rest = words::visits(&missing, 8, lang);
        let text = say!(lang,
            zh: "由 {who}（{supplier}）为 {whom} 服务：{what}，只承担其中一部分？\n将预约 {n} 次：{visits}\n留在队列：{rest}",
            en: "{who} ({supplier}) for {whom}: {what}, a part of the series?\nThis books {n} visits: {visits}\nIn the queue stays {rest}");
        let title = text!(zh: "确认一部分", en: "Confirm a part").get(lang);
        (title.to_owned(), text)
    })
}

/// What to say when it is done.
#[must_use]
pub fn done(need: &Code, supplier: &Code, model: &Model) -> String {
    let name = cells::supplier_name(supplier, model);
    say!(model.lang, zh: "已确认：{name} 承担 {need} 的一部分，其余仍在队列", en: "Confirmed: {name} for a part of {need}; the rest stays in the queue")
}
