//! `why`: every rule and criterion for a pair.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::names::Names;
use super::table::{Align, Table, bar};
use super::words::{CRITERION_NAMES, rule};
use super::{Failure, Session, Verb, args, shapes};
use crate::desk::Desk;
use crate::domain::printable::printable;
use crate::domain::{Code, Kind, Lang, Right};
use crate::matching::Explanation;
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "why",
    about: text!(zh: "说明某位供方为什么合适或不合适", en: "Why a supplier is, or is not, a candidate for a need"),
    examples: &[
        (
            "matchdesk why N000001 V0001090",
            text!(zh: "逐条规则和各项得分", en: "every rule, and the score's parts"),
        ),
        (
            "matchdesk why N000001 V0001090 --json",
            text!(zh: "供脚本使用", en: "for scripts"),
        ),
    ],
    args: pair,
    run,
};

/// The arguments NEED and SUPPLIER.
pub fn pair(command: Command, lang: Lang) -> Command {
    command
        .arg(args::positional(
            "NEED",
            text!(zh: "需求的编码", en: "The need's code"),
            lang,
        ))
        .arg(args::positional(
            "SUPPLIER",
            text!(zh: "供方的编码", en: "The supplier's code"),
            lang,
        ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Demand)?;
    let need = args::code_of(matches, "NEED");
    let supplier = args::code_of(matches, "SUPPLIER");
    desk.permit_for(&session.actor, Right::Demand, Kind::Need, &need)?;
    let why = desk.why(&need, &supplier)?;
    if session.json {
        let names = Names::of(&desk, session.lang)?;
        let name = names.name(Kind::Supplier, &why.supplier);
        session.document(&document(&why, &name, session.lang))?;
    } else {
        show(&desk, &why, session)?;
    }
    Ok(0)
}

fn document(why: &Explanation, name: &str, lang: Lang) -> Value {
    let rules: Vec<Value> = why
        .rules
        .iter()
        .map(|verdict| json!({"rule": verdict.rule, "pass": verdict.pass, "detail": verdict.detail.get(lang)}))
        .collect();
    json!({
        "need": why.need.as_str(),
        "supplier": why.supplier.as_str(),
        "name": name,
        "eligible": why.eligible(),
        "failed": why.failed(),
        "rules": rules,
        "score": why.score,
        "weights_version": why.weighed.version,
        "weights_of": why.weighed.of.as_ref().map(Code::as_str),
        "criteria": shapes::criteria(&why.criteria, &why.weighed.weights),
        "distance_km": why.distance_km,
        "visits": shapes::starts(&why.visits),
    })
}

fn show(desk: &Desk, why: &Explanation, session: &mut Session<'_>) -> Result<(), Failure> {
    let lang = session.lang;
    let names = Names::of(desk, lang)?;
    let (need, supplier) = (&why.need, &why.supplier);
    let of_need = names.name(Kind::Need, need);
    let of_supplier = names.name(Kind::Supplier, supplier);
    let verdict = if why.eligible() {
        text!(zh: "合适", en: "a candidate")
    } else if why.visits.is_empty() {
        text!(zh: "没有待安排的时段", en: "no visit waits for a supplier")
    } else {
        text!(zh: "不合适", en: "not a candidate")
    }
    .get(lang);
    session.say(printable(&say!(lang,
        zh: "{of_supplier}（{supplier}）→ {of_need}（{need}）：{verdict}",
        en: "{of_supplier} ({supplier}) for {of_need} ({need}): {verdict}")))?;
    session.lines(rules(why, lang).lines())?;
    session.say("")?;
    session.lines(criteria(why, lang).lines())
}

fn rules(why: &Explanation, lang: Lang) -> Table {
    let mut table = Table::new([("", Align::Left), ("", Align::Left), ("", Align::Left)]);
    for verdict in &why.rules {
        let mark = if verdict.pass { "✓" } else { "✗" };
        table.row([mark, &rule(verdict.rule, lang), verdict.detail.get(lang)]);
    }
    table
}

fn criteria(why: &Explanation, lang: Lang) -> Table {
    let mut table = Table::new(
        [
            (text!(zh: "项目", en: "CRITERION"), Align::Left),
            (text!(zh: "值", en: "VALUE"), Align::Right),
            (text!(zh: "权重", en: "WEIGHT"), Align::Right),
            (text!(zh: "得分", en: "POINTS"), Align::Right),
            (text!(zh: "", en: ""), Align::Left),
        ]
        .map(|(head, align)| (head.get(lang), align)),
    );
    for ((name, value), weight) in CRITERION_NAMES
        .iter()
        .zip(why.criteria)
        .zip(why.weighed.weights.0)
    {
        let points = shapes::points(value, weight, &why.weighed.weights);
        table.row([
            name.get(lang).to_owned(),
            format!("{:.3}", value + 0.0),
            format!("{weight}"),
            format!("{points:.2}"),
            bar(value, 12),
        ]);
    }
    let sum = text!(zh: "合计", en: "score").get(lang);
    table.row([sum, "", "", &format!("{:.2}", why.score), ""]);
    table
}
