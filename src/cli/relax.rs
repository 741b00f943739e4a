//! `relax`: what a need could give up.

use clap::{ArgMatches, Command, value_parser};
use serde_json::{Map, Value, json};

use super::names::Names;
use super::{Failure, Session, Verb, args};
use crate::desk::{Desk, DeskError};
use crate::domain::kinds::Word;
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::record::Need;
use crate::domain::{Kind, Lang, Right, cell};
use crate::matching::relax::{Change, Relaxation, notable};
use crate::store::Refusal;
use crate::{both, say, text};

/// Changes shown to people; scripts get all.
const SHOWN: usize = 20;

pub const VERB: Verb = Verb {
    name: "relax",
    about: text!(zh: "需求放宽什么就能有（更多）候选人", en: "The smallest changes that would give a need candidates, or more of them"),
    examples: &[
        (
            "matchdesk relax N000001",
            text!(zh: "逐项试：时间、距离、时长、能力、性别、类别", en: "tries time, distance, length, capabilities, sex, category"),
        ),
        (
            "matchdesk relax N000001 --json",
            text!(zh: "供脚本使用", en: "for scripts"),
        ),
        (
            "matchdesk relax N000001 --apply 3 --reason '已与居民商定'",
            text!(zh: "采用第 3 种，原因记入日志", en: "use the third one; the journal keeps the reason"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(args::positional(
            "NEED",
            text!(zh: "需求的编码", en: "The need's code"),
            lang,
        ))
        .arg(
            args::option(
                "apply",
                text!(zh: "第几种", en: "N"),
                text!(zh: "采用所列的第几种", en: "Make this one of the list true, counted from 1"),
                lang,
            )
            .value_parser(value_parser!(usize))
            .requires("reason"),
        )
        .arg(args::reason(text!(zh: "为什么放宽", en: "Why"), lang).requires("apply"))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let chosen: Option<usize> = matches.get_one("apply").copied();
    let right = if chosen.is_some() {
        Right::Serve
    } else {
        Right::Demand
    };
    let desk = session.open_and_roll(right)?;
    let code = args::code_of(matches, "NEED");
    let need: Need = desk.must(&code)?;
    desk.permit_for(&session.actor, right, Kind::Need, &code)?;
    let (eligible, relaxations) = desk.relaxations(&code, &|| session.wanted())?;
    match chosen {
        Some(chosen) => {
            let reason = args::text_of(matches, "reason").trim();
            apply(&desk, &need, &relaxations, chosen, reason, session)
        }
        None => list(&desk, &need, eligible, &relaxations, session),
    }
}

fn list(
    desk: &Desk,
    need: &Need,
    eligible: usize,
    relaxations: &[Relaxation],
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let (lang, code) = (session.lang, &need.code);
    if session.json {
        let rows: Vec<Value> = relaxations
            .iter()
            .map(|relaxation| document(relaxation, need, lang))
            .collect();
        session
            .document(&json!({"need": code.as_str(), "eligible": eligible, "relaxations": rows}))?;
        return Ok(0);
    }
    let candidates = counted(eligible, "candidate", "candidates");
    session
        .say(say!(lang, zh: "{code} 现有 {eligible} 位候选人", en: "{code} has {candidates}"))?;
    if relaxations.is_empty() {
        session.say(
            text!(zh: "放宽一两项都不会增加候选人", en: "No one or two changes would give more")
                .get(lang),
        )?;
        return Ok(0);
    }
    let names = Names::of(desk, lang)?;
    let shown = notable(relaxations, SHOWN);
    for at in &shown {
        let Some(relaxation) = relaxations.get(*at) else {
            continue;
        };
        let best = relaxation
            .best
            .as_ref()
            .map(|(supplier, _)| names.name(Kind::Supplier, supplier))
            .unwrap_or_default();
        let (number, line) = (at + 1, relaxation.said(need));
        let line = line.get(lang);
        session.say(printable(
            &say!(lang, zh: "{number:>4}. {line}（最佳：{best}）", en: "{number:>4}. {line} (best: {best})"),
        ))?;
    }
    let more = relaxations.len() - shown.len();
    if more > 0 {
        session.say(say!(lang, zh: "      还有 {more} 种，见 --json", en: "      and {more} more, with --json"))?;
    }
    session.note(say!(lang,
        zh: "用 matchdesk relax {code} --apply 序号 --reason 原因 采用其中一种",
        en: "matchdesk relax {code} --apply N --reason TEXT makes one of them true"));
    Ok(0)
}

fn apply(
    desk: &Desk,
    need: &Need,
    relaxations: &[Relaxation],
    chosen: usize,
    reason: &str,
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let lang = session.lang;
    if reason.is_empty() {
        return Err(Failure::usage(both!(zh: "请写明原因", en: "give a reason")));
    }
    let found = chosen.checked_sub(1).and_then(|at| relaxations.get(at));
    let Some(relaxation) = found else {
        let (code, all) = (&need.code, relaxations.len());
        let said = both!(zh: "{code} 只有 {all} 种放宽办法，没有第 {chosen} 种；用 matchdesk relax {code} 查看", en: "{code} has {all} relaxations and no number {chosen}; matchdesk relax {code} lists them");
        return Err(DeskError::from(Refusal::new(Refusal::NOT_FOUND, said)).into());
    };
    let order = desk.relaxing(need, relaxation, reason)?;
    let done = session.execute(desk, &order)?;
    let changed: Vec<Value> = done
        .events
        .iter()
        .map(|event| json!({"kind": event.after.kind().word(), "code": event.after.key().as_str()}))
        .collect();
    let ranking = desk.candidates(&need.code, 1)?;
    let document = json!({
        "need": need.code.as_str(),
        "applied": document(relaxation, need, lang),
        "changed": changed,
        "eligible": ranking.eligible,
    });
    let (said, eligible) = (changes_said(relaxation, need, lang), ranking.eligible);
    session.answer(
        &document,
        printable(&say!(lang,
        zh: "已放宽：{said}；现有 {eligible} 位候选人",
        en: "Relaxed: {said}; {eligible} candidates now")),
    )?;
    Ok(0)
}

/// The changes without their count.
fn changes_said(relaxation: &Relaxation, before: &Need, lang: Lang) -> String {
    let parts: Vec<String> = relaxation
        .changes
        .iter()
        .map(|change| change.said(before).get(lang).to_owned())
        .collect();
    parts.join(text!(zh: "，并", en: " and ").get(lang))
}

fn document(relaxation: &Relaxation, before: &Need, lang: Lang) -> Value {
    let best = relaxation
        .best
        .as_ref()
        .map(|(supplier, score)| json!({"supplier": supplier.as_str(), "score": score}));
    json!({"set": set(relaxation), "eligible": relaxation.eligible, "best": best, "text": relaxation.said(before).get(lang)})
}

/// The need's columns as they would be, and the distance added.
fn set(relaxation: &Relaxation) -> Value {
    let need = &relaxation.need;
    let mut set = Map::new();
    for change in &relaxation.changes {
        let (column, value): (&str, Value) = match change {
            Change::Farther(km) => ("extra_km", (*km).into()),
            Change::Minutes(minutes) => ("minutes", (*minutes).into()),
            Change::Start(start) => ("start", start.to_string().into()),
            Change::Without(_) => ("capabilities", cell::join(&need.capabilities).into()),
            Change::AnySex => ("sex", "".into()),
            Change::Category(parent) => ("category", parent.as_str().into()),
        };
        set.insert(column.to_owned(), value);
    }
    Value::Object(set)
}
