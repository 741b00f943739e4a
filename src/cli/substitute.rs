//! `substitute`: gives one visit of a series to somebody else, while the regular supplier stays.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::names::Names;
use super::{Failure, Session, Verb, args, candidates, changes, confirm, shapes, why, words};
use crate::desk::{Command as Order, Desk, DeskError};
use crate::domain::printable::printable;
use crate::domain::record::{Need, Supplier};
use crate::domain::{Code, Kind, Lang, Minute, Record as _, Right};
use crate::store::Refusal;
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "substitute",
    about: text!(zh: "为一次服务找替补，原来的供方照常服务其余时段", en: "Somebody else for one visit of a match, which stays for the others"),
    examples: &[
        (
            "matchdesk substitute N000001 V0001090 2026-12-08T09:00",
            text!(zh: "那天谁能来", en: "who could come that day"),
        ),
        (
            "matchdesk substitute N000001 V0001090 2026-12-08T09:00 --by V0000160",
            text!(zh: "由另一位供方代替", en: "that one comes instead"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    why::pair(command, lang)
        .arg(args::positional(
            "START",
            text!(zh: "来不了的那次服务，如 2026-12-08T09:00", en: "The visit that the supplier can't make, as in 2026-12-08T09:00"),
            lang,
        ))
        .arg(args::option(
            "by",
            text!(zh: "供方编码", en: "SUPPLIER"),
            text!(zh: "由谁代替；不写则列出能来的人", en: "Who comes instead; without it those who could are listed"),
            lang,
        ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let start = confirm::parse_start(args::text_of(matches, "START"))?;
    let [need, supplier] = ["NEED", "SUPPLIER"].map(|name| args::code_of(matches, name));
    if args::text_of(matches, "by").is_empty() {
        list(&need, &supplier, start, session)
    } else {
        let by = args::code_of(matches, "by");
        book([&need, &supplier, &by], start, session)
    }
}

fn list(
    need: &Code,
    supplier: &Code,
    start: Minute,
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Demand)?;
    desk.must::<Need>(need)?;
    desk.permit_for(&session.actor, Right::Demand, Kind::Need, need)?;
    check_booked(&desk, need, supplier, start)?;
    let ranking = desk.candidates_on(need, start, 10)?;
    if session.json {
        let names = Names::of(&desk, session.lang)?;
        let document = shapes::ranking(&ranking, desk.zone(), |candidate| {
            names.name(Kind::Supplier, &candidate.supplier)
        });
        session.document(&document.into())?;
    } else {
        candidates::show(&desk, &ranking, session)?;
    }
    Ok(0)
}

fn check_booked(desk: &Desk, need: &Code, supplier: &Code, start: Minute) -> Result<(), DeskError> {
    desk.must::<Supplier>(supplier)?;
    let day = start.day();
    let booked = desk
        .index()?
        .booked_visits(Some(supplier), Some(need), day, day);
    if booked.iter().any(|visit| visit.start == start) {
        return Ok(());
    }
    Err(Refusal::new(
        Refusal::NOT_FOUND,
        both!(zh: "{need} 没有预约 {supplier} 在 {start} 的服务", en: "{supplier} is not booked for {need} at {start}"),
    )
    .into())
}

fn book(
    [need, supplier, by]: [&Code; 3],
    start: Minute,
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Serve)?;
    let order = Order::Substitute {
        need: need.clone(),
        supplier: supplier.clone(),
        start,
        by: by.clone(),
        place: None,
    };
    let done = session.execute(&desk, &order)?;
    let made = done
        .events
        .iter()
        .filter_map(|event| crate::domain::record::Match::ref_any(&event.after))
        .find(|made| made.supplier == *by);
    let service = changes::service(&done).map(|service| service.code.to_string());
    let document = json!({
        "need": need.as_str(),
        "supplier": by.as_str(),
        "instead_of": supplier.as_str(),
        "match": made.map(|made| made.key().to_string()),
        "visits": shapes::starts(&[start]),
        "service": service,
    });
    let lang = session.lang;
    let names = Names::of(&desk, lang)?;
    let [who, instead] = [by, supplier].map(|code| names.name(Kind::Supplier, code));
    let when = words::when(start);
    session.answer(
        &document,
        printable(&say!(lang,
        zh: "已安排：{need} 在 {when} 由 {who}（{by}）代替 {instead}（{supplier}），其余时段不变",
        en: "Booked: {who} ({by}) for {need} at {when} instead of {instead} ({supplier}), who stays for the other visits")),
    )?;
    Ok(0)
}
