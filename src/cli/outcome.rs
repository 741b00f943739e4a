//! `outcome`: closes a visit.

use clap::{ArgMatches, Command, value_parser};
use serde_json::json;

use super::{Failure, Session, Verb, args, changes, confirm, why, words};
use crate::desk::Command as Order;
use crate::domain::kinds::Word;
use crate::domain::printable::printable;
use crate::domain::{Lang, Outcome, Right};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "outcome",
    about: text!(zh: "登记一次服务的结果", en: "Close a visit with what became of it"),
    examples: &[
        (
            "matchdesk outcome N000001 V0001090 2026-11-24T09:00 completed --rating 5",
            text!(zh: "已完成，居民打 5 分", en: "completed, the resident gives 5"),
        ),
        (
            "matchdesk outcome N000001 V0001090 2026-11-24T09:00 no_show",
            text!(zh: "供方没有来", en: "the supplier did not come"),
        ),
        (
            "matchdesk outcome N000001 V0001090 2026-11-24T09:00 completed --minutes 90",
            text!(zh: "实际用了 90 分钟", en: "it took 90 minutes"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    why::pair(command, lang)
        .arg(args::positional("START", text!(zh: "预约的开始时间，如 2026-11-24T09:00", en: "The visit's start, as in 2026-11-24T09:00"), lang))
        .arg(args::positional(
            "OUTCOME",
            text!(zh: "completed（完成）、no_show（未到）、cancelled_by_resident（居民取消）或 cancelled_by_supplier（供方取消）",
                en: "completed, no_show, cancelled_by_resident or cancelled_by_supplier"),
            lang,
        ))
        .arg(
            args::option("rating", text!(zh: "分", en: "N"), text!(zh: "居民的评分，1 到 5", en: "The resident's rating, 1 to 5"), lang)
                .value_parser(value_parser!(u8).range(1..=5)),
        )
        .arg(
            args::option("minutes", text!(zh: "分钟", en: "M"), text!(zh: "实际时长，默认按预约", en: "How long it took; as planned unless given"), lang)
                .value_parser(value_parser!(u16)),
        )
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let start = confirm::parse_start(args::text_of(matches, "START"))?;
    let outcome = Outcome::parse(args::text_of(matches, "OUTCOME")).map_err(Failure::usage)?;
    let desk = session.open_and_roll(Right::Serve)?;
    let lang = session.lang;
    let (need, supplier) = (
        args::code_of(matches, "NEED"),
        args::code_of(matches, "SUPPLIER"),
    );
    let order = Order::Close {
        need: need.clone(),
        supplier: supplier.clone(),
        start,
        outcome,
        rating: matches.get_one("rating").copied(),
        minutes: matches.get_one("minutes").copied(),
    };
    let done = session.execute(&desk, &order)?;
    let when = words::when(start);
    if start.stamp() > desk.now() && !outcome.is_cancelled() {
        session.note(say!(lang, zh: "注意：{when} 的服务还没有开始", en: "Note: the visit of {when} has not started yet"));
    }
    let service = changes::service(&done);
    let document = json!({
        "need": need.as_str(),
        "supplier": supplier.as_str(),
        "start": start.to_string(),
        "outcome": outcome.word(),
        "rating": service.and_then(|service| service.rating),
        "minutes": service.map(|service| service.minutes),
        "service": service.map(|service| service.code.as_str()),
    });
    let said = outcome.say(lang);
    session.answer(
        &document,
        printable(&say!(lang,
        zh: "已登记：{need}，{supplier}，{when}：{said}",
        en: "Recorded: {need}, {supplier}, {when}: {said}")),
    )?;
    Ok(0)
}
