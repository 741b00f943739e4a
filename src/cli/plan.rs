//! `plan`: a proposal for the whole queue.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::names::Names;
use super::table::{Align, Table};
use super::{Failure, Session, Verb};
use crate::domain::lang::counted;
use crate::domain::{Kind, Lang, Right};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "plan",
    about: text!(zh: "为整个队列提出匹配方案，不做任何预约", en: "Propose matches for the whole queue; books nothing"),
    examples: &[
        (
            "matchdesk plan",
            text!(zh: "先满足最紧急的需求，再求总分最高", en: "the most urgent needs first, then the highest sum of scores"),
        ),
        (
            "matchdesk plan --json",
            text!(zh: "供脚本使用", en: "for scripts"),
        ),
    ],
    args: |command: Command, _: Lang| command,
    run,
};

fn run(_: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Demand)?;
    let plan = desk.plan()?;
    let lang = session.lang;
    // A sum of nothing may be a negative zero.
    let total = plan.total_score + 0.0;
    if session.json {
        let proposals: Vec<Value> = plan
            .proposals
            .iter()
            .map(|p| json!({"need": p.need.as_str(), "supplier": p.supplier.as_str(), "score": p.score, "rank": p.rank, "reason": p.reason.get(lang)}))
            .collect();
        let unfilled: Vec<Value> = plan
            .unfilled
            .iter()
            .map(|u| json!({"need": u.need.as_str(), "reason": u.reason.get(lang)}))
            .collect();
        session.document(
            &json!({"proposals": proposals, "unfilled": unfilled, "total_score": total}),
        )?;
        return Ok(0);
    }
    let names = Names::of(&desk, lang)?;
    let mut table = Table::new([
        (text!(zh: "需求", en: "NEED").get(lang), Align::Left),
        (text!(zh: "供方", en: "SUPPLIER").get(lang), Align::Left),
        (text!(zh: "得分", en: "SCORE").get(lang), Align::Right),
        (text!(zh: "排名", en: "RANK").get(lang), Align::Right),
        (text!(zh: "理由", en: "WHY").get(lang), Align::Left),
    ]);
    for proposal in &plan.proposals {
        let supplier = format!(
            "{} {}",
            names.name(Kind::Supplier, &proposal.supplier),
            proposal.supplier
        );
        let (score, rank) = (format!("{:.2}", proposal.score), proposal.rank.to_string());
        table.row([
            proposal.need.to_string(),
            supplier,
            score,
            rank,
            proposal.reason.get(lang).to_owned(),
        ]);
    }
    session.lines(table.lines())?;
    for unfilled in &plan.unfilled {
        let (need, reason) = (&unfilled.need, unfilled.reason.get(lang));
        session
            .say(say!(lang, zh: "{need} 没有满足：{reason}", en: "{need} stays open: {reason}"))?;
    }
    let count = plan.proposals.len();
    let proposals = counted(count, "proposal", "proposals");
    session.say(say!(lang, zh: "共 {count} 项，总分 {total:.2}；尚未预约任何服务", en: "{proposals}, {total:.2} in all; nothing is booked yet"))?;
    Ok(0)
}
