//! The details of a need: what is asked for, who is matched, which visits were and will be.

use super::page::Row;
use super::{cells, detail, others, words};
use crate::console::app::model::Model;
use crate::domain::record::{Match, Need, Service};
use crate::domain::{Code, Minute};
use crate::{say, text};

/// A booked visit of a need without an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Who comes.
    pub supplier: Code,
    /// When.
    pub start: Minute,
}

/// The booked visits of a need without an outcome, the earliest first.
#[must_use]
pub fn booked(matches: &[Match], services: &[Service]) -> Vec<Booked> {
    let closed = |supplier: &Code, start: Minute| {
        services
            .iter()
            .any(|s| s.supplier == *supplier && s.start == start)
    };
    let mut found: Vec<Booked> = matches
        .iter()
        .flat_map(|m| {
            m.visits
                .iter()
                .filter(|&&start| m.holds(start) && !closed(&m.supplier, start))
                .map(|&start| Booked {
                    supplier: m.supplier.clone(),
                    start,
                })
        })
        .collect();
    found.sort_by(|a, b| {
        a.start
            .cmp(&b.start)
            .then_with(|| a.supplier.cmp(&b.supplier))
    });
    found
}

/// The matches and closed visits of a need.
#[must_use]
pub fn history(code: &Code, model: &Model) -> (Vec<Match>, Vec<Service>) {
    let Ok(rows) = model.desk.rows() else {
        return (Vec::new(), Vec::new());
    };
    (
        rows.matches_of_need(code).unwrap_or_default(),
        rows.services_of_need(code, Minute::EVER)
            .unwrap_or_default(),
    )
}

/// A need's page.
#[must_use]
pub fn need(code: &Code, model: &Model) -> Vec<Row> {
    let Some(need) = model.fetch::<Need>(code) else {
        return detail::gone(model);
    };
    let lang = model.lang;
    let mut rows = Vec::new();
    if let Some(state) = cells::state(&need, model) {
        let label = text!(zh: "状态", en: "state").get(lang).to_owned();
        let value = words::state(state).get(lang).to_owned();
        rows.push(Row::Pair(label, value, model.theme.accent));
    }
    for line in others::reviewing(code, model) {
        rows.push(Row::Text(line, model.theme.warn));
    }
    let when = text!(zh: "时间", en: "when").get(lang).to_owned();
    rows.push(Row::Pair(
        when,
        words::when(&need, lang),
        model.theme.accent,
    ));
    rows.extend(detail::fields(&need, model));
    let (matches, mut services) = history(code, model);
    rows.extend(matched(&matches, model));
    rows.extend(coming(&need, &booked(&matches, &services), model));
    rows.push(Row::Head(
        text!(zh: "服务过", en: "Past visits").get(lang).to_owned(),
    ));
    services.sort_by_key(|found| std::cmp::Reverse(found.start));
    rows.extend(detail::past(&services, model, |s| {
        Some(cells::supplier_name(&s.supplier, model))
    }));
    rows
}

fn matched(matches: &[Match], model: &Model) -> Vec<Row> {
    let lang = model.lang;
    let mut rows = vec![Row::Head(
        text!(zh: "匹配", en: "Matches").get(lang).to_owned(),
    )];
    for found in matches {
        let name = cells::supplier_name(&found.supplier, model);
        let by = &found.confirmed_by;
        let at = words::visit(found.confirmed_at.minute(), lang);
        let rank = found.rank.map_or_else(String::new, |rank| {
            let score = found.score.unwrap_or_default();
            say!(lang, zh: "，当时第{rank}名 {score:.1}分", en: ", rank {rank}, {score:.1} points")
        });
        let (text, style) = match found.ended_at {
            Some(ended) => {
                let (when, why) = (words::visit(ended.minute(), lang), &found.end_reason);
                (
                    say!(lang, zh: "{name}  {when} 结束：{why}", en: "{name}  ended {when}: {why}"),
                    model.theme.dim,
                )
            }
            None => (
                say!(lang, zh: "{name}  {by} 于 {at} 确认{rank}", en: "{name}  confirmed by {by} {at}{rank}"),
                model.theme.base,
            ),
        };
        rows.push(Row::Pair(found.supplier.to_string(), text, style));
    }
    if matches.is_empty() {
        rows.push(detail::none(model));
    }
    rows
}

fn coming(need: &Need, booked: &[Booked], model: &Model) -> Vec<Row> {
    let lang = model.lang;
    let now = model.now();
    let mut rows = vec![Row::Head(
        text!(zh: "已预约的时段", en: "Booked visits")
            .get(lang)
            .to_owned(),
    )];
    let key = model.key("detail", "outcome");
    for visit in booked.iter().take(30) {
        let over = visit.start.plus(i32::from(need.minutes)).stamp() <= now;
        let name = cells::supplier_name(&visit.supplier, model);
        let (text, style) = if over {
            (
                say!(lang, zh: "{name}  待登记结果（按 {key}）", en: "{name}  awaiting outcome (press {key})"),
                model.theme.warn,
            )
        } else {
            (name, model.theme.base)
        };
        rows.push(Row::Pair(words::visit(visit.start, lang), text, style));
    }
    if booked.is_empty() {
        rows.push(detail::none(model));
    }
    rows
}
