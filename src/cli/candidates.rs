//! `candidates`: the ranked candidates of needs.

use std::time::Instant;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::names::Names;
use super::table::{Align, Table, bar};
use super::words::CRITERION_NAMES;
use super::{Failure, Session, Verb, args, chances, shapes};
use crate::desk::Desk;
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::record::Need;
use crate::domain::{Code, Kind, Lang, Right};
use crate::matching::Ranking;
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "candidates",
    about: text!(zh: "列出需求的候选人，按得分排序", en: "The ranked candidates of needs"),
    examples: &[
        (
            "matchdesk candidates N000001",
            text!(zh: "前十名候选人", en: "the best ten"),
        ),
        (
            "matchdesk candidates N000001 --top 3 --json",
            text!(zh: "前三名，JSON 格式", en: "the best three, as JSON"),
        ),
        (
            "matchdesk candidates --open --json",
            text!(zh: "队列中所有需求，每行一个 JSON 文档", en: "all needs in the queue, one JSON document a line"),
        ),
        (
            "matchdesk candidates N000001 --partial --near",
            text!(zh: "还有谁能承接大部分时段，谁只差一条规则", en: "also who can take most of a series, and who fails one rule only"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(
            Arg::new("NEED")
                .num_args(1..)
                .required_unless_present("open")
                .conflicts_with("open")
                .help(text!(zh: "需求的编码", en: "Codes of needs").get(lang)),
        )
        .arg(
            args::option(
                "top",
                text!(zh: "K", en: "K"),
                text!(zh: "只列前 K 名（默认 10）", en: "Only the best K (10 unless given)"),
                lang,
            )
            .value_parser(value_parser!(usize))
            .action(ArgAction::Set),
        )
        .arg(args::flag(
            "open",
            text!(zh: "队列中的所有需求", en: "All needs in the queue"),
            lang,
        ))
        .arg(args::flag(
            "partial",
            text!(zh: "也列出能承接大部分时段的供方", en: "Also those who can take most visits of a series"),
            lang,
        ))
        .arg(args::flag(
            "near",
            text!(zh: "也列出只差一条规则的供方，按规则分组", en: "Also the best who fail one rule only, by rule"),
            lang,
        ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Demand)?;
    let top = matches.get_one("top").copied().unwrap_or(10);
    let open = matches.get_flag("open");
    let needs = if open {
        desk.open_needs()?
    } else {
        named(&desk, matches, session)?
    };
    let many = open || needs.len() > 1;
    for (place, need) in needs.iter().enumerate() {
        let begun = Instant::now();
        let ranking = desk.candidates(need, top)?;
        let took = begun.elapsed();
        let others = chances::Others::of(&desk, need, matches, top)?;
        if session.json {
            let names = Names::of(&desk, session.lang)?;
            let mut document = shapes::ranking(&ranking, desk.zone(), |candidate| {
                names.name(Kind::Supplier, &candidate.supplier)
            });
            if many {
                let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
                document.insert("elapsed_us".to_owned(), micros.into());
            }
            others.put(&mut document, &names, session.lang);
            session.document(&document.into())?;
        } else {
            if place > 0 {
                session.say("")?;
            }
            show(&desk, &ranking, session)?;
            others.show(&desk, session)?;
        }
    }
    Ok(0)
}

/// The needs named; all must be there before the first is answered.
fn named(desk: &Desk, matches: &ArgMatches, session: &Session<'_>) -> Result<Vec<Code>, Failure> {
    matches
        .get_many::<String>("NEED")
        .into_iter()
        .flatten()
        .map(|code| {
            let code = desk.must::<Need>(&Code::composed(code))?.code;
            desk.permit_for(&session.actor, Right::Demand, Kind::Need, &code)?;
            Ok(code)
        })
        .collect()
}

/// Shows a ranking to people.
///
/// # Errors
/// When it can't be written.
pub fn show(desk: &Desk, ranking: &Ranking, session: &mut Session<'_>) -> Result<(), Failure> {
    let lang = session.lang;
    let names = Names::of(desk, lang)?;
    let (need, eligible) = (&ranking.need, ranking.eligible);
    let name = printable(&names.name(Kind::Need, need));
    if ranking.visits.is_empty() {
        return session.say(say!(lang, zh: "{need} {name}：没有待安排的时段。", en: "{need} {name}: no visit waits for a supplier."));
    }
    let visits = super::words::visits(&ranking.visits, lang);
    let candidates = counted(eligible, "candidate", "candidates");
    session.say(say!(lang, zh: "{need} {name}：{visits}，{eligible} 位候选人", en: "{need} {name}: {visits}, {candidates}"))?;
    if ranking.candidates.is_empty() {
        let hint = both!(zh: "用 matchdesk why {need} 供方编码 查看某人为何不合适", en: "matchdesk why {need} SUPPLIER says why somebody is none");
        session.note(hint.get(lang));
        return Ok(());
    }
    session.lines(table(ranking, &names, lang).lines())
}

fn table(ranking: &Ranking, names: &Names<'_>, lang: Lang) -> Table {
    let heads = [
        (text!(zh: "名次", en: "RANK"), Align::Right),
        (text!(zh: "编码", en: "CODE"), Align::Left),
        (text!(zh: "姓名", en: "NAME"), Align::Left),
        (text!(zh: "得分", en: "SCORE"), Align::Right),
        (text!(zh: "公里", en: "KM"), Align::Right),
    ];
    let parts = CRITERION_NAMES.map(|name| (name, Align::Left));
    let mut table = Table::new(
        heads
            .into_iter()
            .chain(parts)
            .map(|(head, align)| (head.get(lang), align)),
    );
    for candidate in &ranking.candidates {
        let km = candidate.distance_km;
        let own = [
            candidate.rank.to_string(),
            candidate.supplier.to_string(),
            names.name(Kind::Supplier, &candidate.supplier),
            format!("{:.2}", candidate.score),
            km.map_or_else(|| "–".to_owned(), |km| format!("{km:.2}")),
        ];
        let bars = candidate.criteria.iter().map(|value| bar(*value, 6));
        table.row(own.into_iter().chain(bars));
    }
    table
}
