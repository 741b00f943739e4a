//! The details of a supplier and the card of a resident.

use ratatui::style::Style;

use super::page::Row;
use super::{cells, reveal, words};
use crate::console::app::model::Model;
use crate::desk::Card;
use crate::domain::field::Field;
use crate::domain::kinds::Word;
use crate::domain::lang::Lang;
use crate::domain::record::{Service, Supplier};
use crate::domain::{Code, Kind, Minute, Outcome, Record, Recurrence, Said, Sex};
use crate::{say, text};

/// How many past visits are listed.
const PAST: usize = 20;

/// A supplier: all fields, what is booked, what was done.
#[must_use]
pub fn supplier(code: &Code, model: &Model) -> Vec<Row> {
    let Some(supplier) = model.fetch::<Supplier>(code) else {
        return gone(model);
    };
    let lang = model.lang;
    let mut rows = fields(&supplier, model);
    let Ok(store) = model.desk.rows() else {
        return rows;
    };
    let mut booked: Vec<_> = store
        .matches_of_supplier(code, Minute::EVER)
        .unwrap_or_default()
        .into_iter()
        .filter(|found| found.ended_at.is_none())
        .collect();
    booked.sort_by_key(|found| std::cmp::Reverse(found.confirmed_at));
    rows.push(Row::Head(
        text!(zh: "已匹配的需求", en: "Matches")
            .get(lang)
            .to_owned(),
    ));
    for found in booked.iter().take(PAST) {
        let coming: Vec<_> = found
            .visits
            .iter()
            .copied()
            .filter(|at| at.stamp() >= model.now())
            .collect();
        let visits = words::visits(&coming, 3, lang);
        let need = if model.sees(Kind::Need, &found.need) {
            found.need.to_string()
        } else {
            text!(zh: "其他街乡的需求", en: "another street's need")
                .get(lang)
                .to_owned()
        };
        rows.push(Row::Pair(need, visits, model.theme.base));
    }
    if booked.is_empty() {
        rows.push(none(model));
    }
    let mut services = store
        .services_of_supplier(code, Minute::EVER)
        .unwrap_or_default();
    services.sort_by_key(|found| std::cmp::Reverse(found.start));
    rows.push(Row::Head(
        text!(zh: "服务过", en: "Past visits").get(lang).to_owned(),
    ));
    rows.extend(past(&services, model, |s| {
        let is_seen = model.sees(Kind::Service, &s.code);
        is_seen.then(|| cells::resident_name(&s.resident, model))
    }));
    rows
}

/// A resident's card: what is booked, what was asked for, who came and how it went.
#[must_use]
pub fn resident(code: &Code, model: &Model) -> Vec<Row> {
    let Ok(card) = model.desk.card(code) else {
        return gone(model);
    };
    let lang = model.lang;
    let mut rows = fields(&card.resident, model);
    rows.push(Row::Head(
        text!(zh: "需求", en: "Needs").get(lang).to_owned(),
    ));
    for need in card.needs.iter().take(PAST) {
        let state = cells::state(need, model).map_or("…", |s| words::state(s).get(lang));
        let category = model.name(Kind::Category, &need.category);
        let text = format!(
            "{category}  {}  {state}{}",
            words::when(need, lang),
            who(&card, &need.code, model)
        );
        rows.push(Row::Pair(need.code.to_string(), text, model.theme.base));
    }
    if card.needs.is_empty() {
        rows.push(none(model));
    }
    rows.push(Row::Head(
        text!(zh: "服务过", en: "Past visits").get(lang).to_owned(),
    ));
    rows.extend(past(&card.services, model, |s| {
        Some(cells::supplier_name(&s.supplier, model))
    }));
    rows
}

/// Who is matched to a need of the card.
fn who(card: &Card, need: &Code, model: &Model) -> String {
    let names: Vec<String> = card
        .matches
        .iter()
        .filter(|m| m.need == *need && m.ended_at.is_none())
        .map(|m| cells::supplier_name(&m.supplier, model))
        .collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("  → {}", names.join(" "))
    }
}

/// Closed visits, the newest first, with who and how it went; of one that is none of the user's (`who` says nothing) only
/// when it was.
pub(super) fn past(
    services: &[Service],
    model: &Model,
    who: impl Fn(&Service) -> Option<String>,
) -> Vec<Row> {
    let lang = model.lang;
    let mut rows: Vec<Row> = services
        .iter()
        .take(PAST)
        .map(|service| {
            let start = service.start.date_time();
            let (text, style) = visit(service, who(service).as_deref(), model);
            Row::Pair(start.format("%Y-%m-%d %H:%M").to_string(), text, style)
        })
        .collect();
    if services.len() > PAST {
        let more = services.len() - PAST;
        rows.push(Row::Text(
            say!(lang, zh: "还有 {more} 次", en: "and {more} more"),
            model.theme.dim,
        ));
    }
    if rows.is_empty() {
        rows.push(none(model));
    }
    rows
}

fn visit(service: &Service, who: Option<&str>, model: &Model) -> (String, Style) {
    let lang = model.lang;
    let Some(who) = who else {
        let elsewhere = text!(zh: "在其他街乡服务", en: "a visit in another street");
        return (elsewhere.get(lang).to_owned(), model.theme.dim);
    };
    let category = model.name(Kind::Category, &service.category);
    let stars = service
        .rating
        .map_or_else(String::new, |n| format!("  {n}/5"));
    let outcome = service.outcome.say(lang);
    let style = match service.outcome {
        Outcome::Completed => model.theme.base,
        Outcome::NoShow => model.theme.bad,
        _ => model.theme.dim,
    };
    (format!("{category}  {who}  {outcome}{stars}"), style)
}

/// Every field that holds something, with the names of what it refers to.
#[must_use]
pub fn fields<R: Record>(record: &R, model: &Model) -> Vec<Row> {
    R::fields()
        .iter()
        // A point on the earth says nothing to a reader, and of a resident where they live.
        .filter(|field| !matches!(field.column, "lon" | "lat"))
        .filter_map(|field| {
            let value = shown(field, record, model);
            let label = field.label.get(model.lang).to_owned();
            (!value.is_empty()).then_some(Row::Pair(label, value, model.theme.base))
        })
        .collect()
}

/// A field's value for people: names instead of codes, words of the language, a line a window.
fn shown<R: Record>(field: &Field<R>, record: &R, model: &Model) -> String {
    let value = reveal::shown(field, record, model);
    let lang = model.lang;
    let word = |text: Option<&'static str>| text.map_or_else(|| value.clone(), str::to_owned);
    match field.column {
        "street" => named(model, Kind::Street, &value),
        "community" => named(model, Kind::Community, &value),
        "category" => named(model, Kind::Category, &value),
        "skills" => each(model, Kind::Category, &value, lang),
        "capabilities" => each(model, Kind::Capability, &value, lang),
        "resident" => Code::parse(&value).map_or_else(
            |_| value.clone(),
            |code| format!("{} ({code})", cells::resident_name(&code, model)),
        ),
        "sex" => word(Sex::parse(&value).ok().map(|w| w.say(lang))),
        "status" => word(
            crate::domain::Status::parse(&value)
                .ok()
                .map(|w| w.say(lang)),
        ),
        "urgency" => word(
            crate::domain::Urgency::parse(&value)
                .ok()
                .map(|w| w.say(lang)),
        ),
        "kind" => word(
            crate::domain::SupplierKind::parse(&value)
                .ok()
                .map(|w| w.say(lang)),
        ),
        "availability" => words::availability(&value, lang),
        "recurrence" => said(&value, Recurrence::parse, |rule| {
            words::recurrence(rule, start_of(record), lang)
        }),
        "start" => said(&value, Minute::parse, |start| words::visit(*start, lang)),
        "opened_at" | "cancelled_at" => value.replacen('T', " ", 1),
        _ => value,
    }
}

/// A value in words; as it is when it can't be read.
fn said<T>(
    value: &str,
    read: impl Fn(&str) -> Result<T, Said>,
    words: impl Fn(&T) -> String,
) -> String {
    read(value).map_or_else(|_| value.to_owned(), |read| words(&read))
}

/// The first visit of a need; 1970 for other records, which have no rule to be said.
fn start_of<R: Record>(record: &R) -> Minute {
    let start = R::fields().iter().find(|field| field.column == "start");
    start
        .and_then(|field| Minute::parse(&(field.get)(record)).ok())
        .unwrap_or_default()
}

fn named(model: &Model, kind: Kind, value: &str) -> String {
    Code::parse(value).map_or_else(
        |_| value.to_owned(),
        |code| model.name(kind, &code).to_owned(),
    )
}

/// `barber:3;clean:2` as `理发 3，保洁 2`.
fn each(model: &Model, kind: Kind, value: &str, lang: Lang) -> String {
    let parts: Vec<String> = value
        .split(';')
        .filter(|part| !part.is_empty())
        .map(|part| match part.split_once(':') {
            Some((code, more)) => format!("{} {more}", named(model, kind, code)),
            None => named(model, kind, part),
        })
        .collect();
    parts.join(match lang {
        Lang::Zh => "，",
        Lang::En => ", ",
    })
}

/// What a page says of a record that is not there.
pub(super) fn gone(model: &Model) -> Vec<Row> {
    let (back, refresh) = (model.key("detail", "back"), model.key("global", "refresh"));
    let text = say!(model.lang, zh: "读不到这条记录，请按 {back} 返回后刷新（{refresh}）", en: "This record can't be read; press {back} and refresh ({refresh})");
    vec![Row::Text(text, model.theme.warn)]
}

/// What stands under a heading without anything.
pub(super) fn none(model: &Model) -> Row {
    Row::Text(
        text!(zh: "无", en: "none").get(model.lang).to_owned(),
        model.theme.dim,
    )
}
