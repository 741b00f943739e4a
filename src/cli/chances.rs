//! Beside the candidates: who can take most of a series, and who fails one rule only.

use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::names::Names;
use super::table::{Align, Table};
use super::words::{rule, visits};
use super::{Failure, Session, shapes};
use crate::desk::{Desk, DeskError};
use crate::domain::printable::printable;
use crate::domain::{Code, Kind, Lang};
use crate::matching::Candidate;
use crate::matching::near::Group;
use crate::matching::partial::{Missing, Partials};
use crate::{say, text};

/// What was asked for beside the candidates.
pub struct Others {
    partials: Option<Partials>,
    near: Option<Vec<Group>>,
}

impl Others {
    /// What the command line asks for.
    ///
    /// # Errors
    /// When there is no such need, or the store can't be read.
    pub fn of(
        desk: &Desk,
        need: &Code,
        matches: &ArgMatches,
        top: usize,
    ) -> Result<Self, DeskError> {
        let partial = matches.get_flag("partial");
        let near = matches.get_flag("near");
        Ok(Self {
            partials: partial.then(|| desk.partial(need, top)).transpose()?,
            near: near.then(|| desk.near(need, top)).transpose()?,
        })
    }

    /// Puts it into the document of the candidates.
    pub fn put(&self, document: &mut Map<String, Value>, names: &Names<'_>, lang: Lang) {
        if let Some(partials) = &self.partials {
            let list: Vec<Value> = partials
                .list
                .iter()
                .map(|part| {
                    let mut entry = person(&part.candidate, names);
                    let missing: Vec<Value> = part.missing.iter().map(missing).collect();
                    entry.insert("visits".to_owned(), shapes::starts(&part.visits));
                    entry.insert("missing".to_owned(), missing.into());
                    entry.into()
                })
                .collect();
            document.insert(
                "partial".to_owned(),
                json!({"count": partials.count, "suppliers": list}),
            );
        }
        if let Some(groups) = &self.near {
            let groups: Vec<Value> = groups.iter().map(|g| group(g, names, lang)).collect();
            document.insert("near".to_owned(), groups.into());
        }
    }

    /// Says it to people.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn show(&self, desk: &Desk, session: &mut Session<'_>) -> Result<(), Failure> {
        let lang = session.lang;
        let names = Names::of(desk, lang)?;
        if let Some(partials) = &self.partials {
            show_partials(partials, &names, session)?;
        }
        if let Some(groups) = &self.near {
            show_near(groups, &names, session)?;
        }
        Ok(())
    }
}

fn person(candidate: &Candidate, names: &Names<'_>) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert("rank".to_owned(), candidate.rank.into());
    entry.insert("supplier".to_owned(), candidate.supplier.as_str().into());
    let name = names.name(Kind::Supplier, &candidate.supplier);
    entry.insert("name".to_owned(), name.into());
    entry.insert("score".to_owned(), candidate.score.into());
    entry.insert("distance_km".to_owned(), candidate.distance_km.into());
    entry
}

fn missing(missing: &Missing) -> Value {
    json!({"visit": missing.visit.to_string(), "failed": missing.failed})
}

fn group(group: &Group, names: &Names<'_>, lang: Lang) -> Value {
    let list: Vec<Value> = group
        .misses
        .iter()
        .map(|miss| {
            let mut entry = person(&miss.candidate, names);
            entry.insert("detail".to_owned(), miss.detail.get(lang).into());
            entry.into()
        })
        .collect();
    json!({"rule": group.rule, "count": group.count, "suppliers": list})
}

fn show_partials(
    partials: &Partials,
    names: &Names<'_>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let lang = session.lang;
    let count = partials.count;
    session.say("")?;
    if count == 0 {
        return session.say(
            text!(zh: "没有人能承接大部分时段", en: "Nobody can take most of the visits").get(lang),
        );
    }
    session.say(
        say!(lang, zh: "能承接大部分时段：{count} 位", en: "Can take most of the visits: {count}"),
    )?;
    let mut table = table(text!(zh: "时段", en: "VISITS"), lang);
    for part in &partials.list {
        let (taken, all) = (part.visits.len(), part.visits.len() + part.missing.len());
        let not: Vec<_> = part.missing.iter().map(|missing| missing.visit).collect();
        let not = visits(&not, lang);
        let said =
            say!(lang, zh: "{all} 次中的 {taken} 次，除 {not}", en: "{taken} of {all}, not {not}");
        row(&mut table, &part.candidate, &said, names);
    }
    session.lines(table.lines())
}

fn show_near(
    groups: &[Group],
    names: &Names<'_>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let lang = session.lang;
    session.say("")?;
    if groups.is_empty() {
        return session
            .say(text!(zh: "没有人只差一条规则", en: "Nobody fails just one rule").get(lang));
    }
    for (place, group) in groups.iter().enumerate() {
        if place > 0 {
            session.say("")?;
        }
        let (name, count) = (rule(group.rule, lang), group.count);
        session
            .say(say!(lang, zh: "只差“{name}”：{count} 位", en: "Only {name} refuses: {count}"))?;
        let mut table = table(text!(zh: "原因", en: "WHY"), lang);
        for miss in &group.misses {
            row(&mut table, &miss.candidate, miss.detail.get(lang), names);
        }
        session.lines(table.lines())?;
    }
    Ok(())
}

fn table(last: crate::domain::lang::Text, lang: Lang) -> Table {
    Table::new(
        [
            (text!(zh: "编码", en: "CODE"), Align::Left),
            (text!(zh: "姓名", en: "NAME"), Align::Left),
            (text!(zh: "得分", en: "SCORE"), Align::Right),
            (text!(zh: "公里", en: "KM"), Align::Right),
            (last, Align::Left),
        ]
        .map(|(head, align)| (head.get(lang), align)),
    )
}

fn row(table: &mut Table, candidate: &Candidate, said: &str, names: &Names<'_>) {
    let km = candidate.distance_km;
    table.row([
        candidate.supplier.to_string(),
        printable(&names.name(Kind::Supplier, &candidate.supplier)),
        format!("{:.2}", candidate.score),
        km.map_or_else(|| "–".to_owned(), |km| format!("{km:.2}")),
        printable(said),
    ]);
}
