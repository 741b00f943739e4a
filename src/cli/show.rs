//! `show`: one record in full.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::names::Names;
use super::registry::Cell as Shown;
use super::table::{Align, Table};
use super::{Failure, Session, Verb, args, registry, words};
use crate::console::panes::words as in_words;
use crate::desk::{Command as Order, Desk, is_demand};
use crate::domain::kinds::Word;
use crate::domain::{AnyRecord, Code, Kind, Lang};
use crate::text;

pub const VERB: Verb = Verb {
    name: "show",
    about: text!(zh: "显示一条记录的全部内容", en: "Show a record in full"),
    examples: &[
        (
            "matchdesk show supplier V0001090",
            text!(zh: "一位供方", en: "a supplier"),
        ),
        (
            "matchdesk show need N000001 --json",
            text!(zh: "一条需求和它的状态", en: "a need and where it stands"),
        ),
        (
            "matchdesk show match N000001/V0001090",
            text!(zh: "一次匹配", en: "a match"),
        ),
        (
            "matchdesk show resident R000001 --reveal '打电话约时间'",
            text!(zh: "包括电话和住址，并记入日志", en: "with phone and address, which the journal keeps"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(args::kind_arg(lang))
        .arg(args::positional(
            "CODE",
            text!(zh: "记录的编码", en: "The record's code"),
            lang,
        ))
        .arg(args::option(
            "reveal",
            text!(zh: "原因", en: "REASON"),
            text!(zh: "显示电话、证件号、住址等个人信息；原因记入日志", en: "Show phone, identity number, address and the like; the journal keeps the reason"),
            lang,
        ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let kind = args::kind_of(matches)?;
    let right = registry::right_to_see(kind);
    let desk = if kind == Kind::Need {
        session.open_and_roll(right)?
    } else {
        session.open(right)?
    };
    let record = registry::must(&desk, kind, matches)?;
    if is_demand(kind) {
        desk.permit_for(&session.actor, right, kind, &record.key())?;
    }
    let cells = match matches.get_one::<String>("reveal") {
        Some(reason) => {
            let order = Order::Reveal {
                kind,
                key: record.key(),
                reason: reason.clone(),
            };
            session.execute(&desk, &order)?;
            registry::cells(&record)
        }
        None if kind.is_of_people() => registry::masked_cells(&record),
        None => registry::cells(&record),
    };
    let state = match &record {
        AnyRecord::Need(need) => desk
            .index()?
            .state(&need.code, desk.now())
            .map(words::state),
        _ => None,
    };
    let lang = session.lang;
    if session.json {
        let mut document = json!({"kind": kind.word(), "record": registry::document(&cells)});
        if let (Some((word, _)), Value::Object(map)) = (state, &mut document) {
            map.insert("state".to_owned(), word.into());
        }
        session.document(&document)?;
        return Ok(0);
    }
    let names = Names::of(&desk, lang)?;
    let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
    for cell in cells.iter().filter(|cell| !cell.value.is_empty()) {
        let value = said(&names, &record, cell, lang);
        table.row([cell.label.get(lang), &value]);
    }
    if let Some((_, text)) = state {
        let label = text!(zh: "状态", en: "state").get(lang);
        table.row([label, text.get(lang)]);
    }
    session.lines(table.lines())?;
    if kind == Kind::Need {
        show_matches(&desk, &record.key(), &names, session)?;
    }
    Ok(0)
}

/// A value in words, with the names of what it refers to.
fn said(names: &Names<'_>, record: &AnyRecord, cell: &Shown, lang: Lang) -> String {
    let value = cell.value.as_str();
    match (cell.column, record) {
        ("skills", _) => each(names, Kind::Category, value),
        ("capabilities", _) => each(names, Kind::Capability, value),
        ("availability", _) => in_words::availability(value, lang),
        ("recurrence", AnyRecord::Need(need)) => match &need.recurrence {
            Some(rule) => in_words::recurrence(rule, need.start, lang),
            None => value.to_owned(),
        },
        (column, _) => named(names, record, column, &words::cell(column, value, lang)),
    }
}

/// Codes with what stands behind the colon as names: `barber:3;shave` as `Haircut (barber) 3; Shave (shave)`.
fn each(names: &Names<'_>, kind: Kind, value: &str) -> String {
    let parts = value.split(';').map(|part| {
        let (code, more) = part.split_once(':').unwrap_or((part, ""));
        let name =
            Code::parse(code).map_or_else(|_| code.to_owned(), |code| names.name(kind, &code));
        let shown = if name == code {
            name
        } else {
            format!("{name} ({code})")
        };
        format!("{shown} {more}").trim_end().to_owned()
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// The value with the name behind it, where it is another record's code.
fn named(names: &Names<'_>, record: &AnyRecord, column: &str, value: &str) -> String {
    record
        .references()
        .iter()
        .find(|reference| reference.column == column && reference.code.as_str() == value)
        .map(|reference| names.name(reference.kind, &reference.code))
        .filter(|name| *name != value)
        .map_or_else(|| value.to_owned(), |name| format!("{name} ({value})"))
}

fn show_matches(
    desk: &Desk,
    need: &Code,
    names: &Names<'_>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let lang = session.lang;
    let mut table = Table::new([("", Align::Left), ("", Align::Left), ("", Align::Left)]);
    let matches = desk.rows()?.matches_of_need(need)?;
    for matched in &matches {
        let name = names.name(Kind::Supplier, &matched.supplier);
        let label = match (matched.ended_at.is_some(), lang) {
            (false, Lang::Zh) => "匹配",
            (false, Lang::En) => "match",
            (true, Lang::Zh) => "已结束",
            (true, Lang::En) => "ended",
        };
        let held: Vec<_> = matched
            .visits
            .iter()
            .filter(|start| matched.holds(**start))
            .copied()
            .collect();
        let visits = words::visits(&held, lang);
        table.row([label, &format!("{name} ({})", matched.supplier), &visits]);
    }
    session.lines(table.lines())
}
