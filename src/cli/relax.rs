//! `relax`: what a need could give up.

use clap::{ArgMatches, Command};
use serde_json::{Map, Value, json};

use super::names::Names;
use super::{Failure, Session, Verb, args};
use crate::desk::DeskError;
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::record::Need;
use crate::domain::{Kind, Lang, Right, cell};
use crate::matching::relax::{Change, Relaxation};
use crate::{say, text};

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
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command.arg(args::positional(
        "NEED",
        text!(zh: "需求的编码", en: "The need's code"),
        lang,
    ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Demand)?;
    let code = args::code_of(matches, "NEED");
    let need: Need = desk.must(&code)?;
    desk.permit_for(&session.actor, Right::Demand, Kind::Need, &code)?;
    let found = desk.index()?.relax(&code, desk.now());
    let (eligible, relaxations) =
        found.ok_or_else(|| DeskError::not_found(Kind::Need, code.as_str()))?;
    let lang = session.lang;
    if session.json {
        let rows: Vec<Value> = relaxations
            .iter()
            .map(|relaxation| document(relaxation, &need, lang))
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
    }
    let names = Names::of(&desk, lang)?;
    for relaxation in relaxations.iter().take(SHOWN) {
        let best = relaxation
            .best
            .as_ref()
            .map(|(supplier, _)| names.name(Kind::Supplier, supplier))
            .unwrap_or_default();
        let line = relaxation.said(&need);
        let line = line.get(lang);
        session.say(printable(
            &say!(lang, zh: "  {line}（最佳：{best}）", en: "  {line} (best: {best})"),
        ))?;
    }
    if let Some(more) = relaxations
        .len()
        .checked_sub(SHOWN)
        .filter(|more| *more > 0)
    {
        session.say(
            say!(lang, zh: "  还有 {more} 种，见 --json", en: "  and {more} more, with --json"),
        )?;
    }
    Ok(0)
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
