//! `confirm`: makes a match.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;

use super::names::Names;
use super::{Failure, Session, Verb, args, changes, shapes, why, words};
use crate::desk::{Command as Order, Desk};
use crate::domain::printable::printable;
use crate::domain::{Code, Kind, Lang, Minute, Record as _, Right};
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "confirm",
    about: text!(zh: "确认匹配，预约所有待安排的时段", en: "Make a match, which books every visit considered"),
    examples: &[
        (
            "matchdesk confirm N000001 V0001090",
            text!(zh: "预约所有待安排的时段", en: "for all visits considered"),
        ),
        (
            "matchdesk confirm N000001 V0001090 --visit 2026-11-24T09:00",
            text!(zh: "只预约这一次", en: "for that visit only"),
        ),
        (
            "matchdesk confirm N000001 V0001090 --partial",
            text!(zh: "由几位供方分担一组服务", en: "a series shared by several"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    let part = args::flag(
        "partial",
        text!(zh: "预约该供方能承接的时段，其余留在队列", en: "The visits that the supplier can take; the others stay in the queue"),
        lang,
    );
    why::pair(command, lang).arg(part.conflicts_with("visit")).arg(
        Arg::new("visit")
            .long("visit")
            .value_name(text!(zh: "开始时间", en: "START").get(lang))
            .num_args(1..)
            .action(ArgAction::Append)
            .help(text!(zh: "只预约这些时段，如 2026-11-24T09:00", en: "Only these visits, as in 2026-11-24T09:00").get(lang)),
    )
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let visits = named(matches)?;
    let desk = session.open_and_roll(Right::Serve)?;
    let (need, supplier) = (
        args::code_of(matches, "NEED"),
        args::code_of(matches, "SUPPLIER"),
    );
    let order = if matches.get_flag("partial") {
        part(&desk, &need, &supplier)?
    } else {
        Order::Confirm {
            need: need.clone(),
            supplier: supplier.clone(),
            visits,
            place: None,
        }
    };
    let done = session.execute(&desk, &order)?;
    let booked = changes::booked(&done);
    let key = changes::matched(&done).map(|(_, after)| after.key().to_string());
    let document = json!({
        "need": need.as_str(),
        "supplier": supplier.as_str(),
        "match": key,
        "visits": shapes::starts(&booked),
    });
    let lang = session.lang;
    let names = Names::of(&desk, lang)?;
    let name = names.name(Kind::Supplier, &supplier);
    let of_need = names.name(Kind::Need, &need);
    let when = words::visits(&booked, lang);
    session.answer(
        &document,
        printable(&say!(lang,
        zh: "已确认：{name}（{supplier}）服务 {of_need}（{need}），预约 {when}",
        en: "Confirmed: {name} ({supplier}) for {of_need} ({need}), booked {when}")),
    )?;
    Ok(0)
}

/// The visits that a supplier can take, as a match of their own; as any other when that is all of them or none, so that
/// the refusal names the rules.
fn part(desk: &Desk, need: &Code, supplier: &Code) -> Result<Order, Failure> {
    let visits = desk.part_of(need, supplier)?;
    let considered = desk.index()?.considered(need, desk.now());
    let (need, supplier, place) = (need.clone(), supplier.clone(), None);
    Ok(if visits.is_empty() || visits == considered {
        Order::Confirm {
            need,
            supplier,
            visits: None,
            place,
        }
    } else {
        Order::Share {
            need,
            supplier,
            visits,
            place,
        }
    })
}

fn named(matches: &ArgMatches) -> Result<Option<Vec<Minute>>, Failure> {
    matches
        .get_many::<String>("visit")
        .map(|starts| starts.map(|start| parse_start(start)).collect())
        .transpose()
}

/// Reads a START of the command line.
///
/// # Errors
/// Wrong usage when it is no local time.
pub fn parse_start(text: &str) -> Result<Minute, Failure> {
    Minute::parse(text).map_err(|said| {
        let (zh, en) = (said.zh, said.en);
        Failure::usage(both!(zh: "开始时间 \"{text}\"：{zh}", en: "start \"{text}\": {en}"))
    })
}
