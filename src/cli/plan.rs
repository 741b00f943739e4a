//! `plan`: a proposal for the whole queue.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::names::Names;
use super::queue::need_heads;
use super::table::{Align, Table};
use super::{Failure, Session, Verb, words};
use crate::desk::Desk;
use crate::domain::kinds::Word;
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::record::Need;
use crate::domain::{Kind, Lang, Right};
use crate::matching::plan::{Plan, Shortage, by_code};
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
    if session.json {
        session.document(&document(&plan, session.lang))?;
        return Ok(0);
    }
    let lang = session.lang;
    if plan.proposals.is_empty() && plan.unfilled.is_empty() {
        session
            .say(text!(zh: "没有待匹配的需求。", en: "No need waits for a supplier.").get(lang))?;
        return Ok(0);
    }
    let names = Names::of(&desk, lang)?;
    if !plan.proposals.is_empty() {
        session.lines(table(&plan, &desk, &names, lang)?.lines())?;
    }
    for unfilled in &plan.unfilled {
        let (need, reason) = (&unfilled.need, unfilled.reason.said(&by_code));
        let (reason, missing) = (reason.get(lang), unfilled.missing);
        let name = names.name(Kind::Need, need);
        session.say(printable(&say!(lang,
            zh: "{need} {name}：还缺 {missing} 人，{reason}",
            en: "{need} {name}: {missing} wanted still, {reason}")))?;
    }
    if plan.unfilled.iter().any(|u| u.reason == Shortage::Nobody) {
        session.note(text!(zh: "用 matchdesk relax 需求编码 查看放宽什么有用", en: "matchdesk relax NEED shows what would help").get(lang));
    }
    let (count, total) = (plan.proposals.len(), plan.total_score());
    let proposals = counted(count, "proposal", "proposals");
    session.say(say!(lang, zh: "共 {count} 项提议，总分 {total:.2}；尚未预约任何服务", en: "{proposals}, {total:.2} in all; nothing is booked yet"))?;
    Ok(0)
}

fn document(plan: &Plan, lang: Lang) -> Value {
    let proposals: Vec<Value> = plan
        .proposals
        .iter()
        .map(|p| {
            let reason = p.reason.said(&by_code);
            json!({"need": p.need.as_str(), "supplier": p.supplier.as_str(), "score": p.score, "rank": p.rank, "reason": reason.get(lang)})
        })
        .collect();
    let unfilled: Vec<Value> = plan
        .unfilled
        .iter()
        .map(|u| {
            let reason = u.reason.said(&by_code);
            json!({"need": u.need.as_str(), "missing": u.missing, "reason": reason.get(lang)})
        })
        .collect();
    json!({"proposals": proposals, "unfilled": unfilled, "total_score": plan.total_score()})
}

fn table(plan: &Plan, desk: &Desk, names: &Names<'_>, lang: Lang) -> Result<Table, Failure> {
    let mut heads = need_heads();
    heads.extend([
        (text!(zh: "供方", en: "SUPPLIER"), Align::Left),
        (text!(zh: "得分", en: "SCORE"), Align::Right),
        (text!(zh: "名次", en: "RANK"), Align::Right),
        (text!(zh: "理由", en: "WHY"), Align::Left),
    ]);
    let mut table = Table::new(
        heads
            .into_iter()
            .map(|(head, align)| (head.get(lang), align)),
    );
    for proposal in &plan.proposals {
        let (need, supplier) = (desk.must::<Need>(&proposal.need)?, &proposal.supplier);
        let first = proposal.visits.first();
        table.row([
            need.code.to_string(),
            need.urgency.say(lang).to_owned(),
            names.name(Kind::Resident, &need.resident),
            names.name(Kind::Category, &need.category),
            first.map(|start| words::when(*start)).unwrap_or_default(),
            proposal.visits.len().to_string(),
            format!("{} {supplier}", names.name(Kind::Supplier, supplier)),
            format!("{:.2}", proposal.score),
            proposal.rank.to_string(),
            proposal.reason.said(&by_code).get(lang).to_owned(),
        ]);
    }
    Ok(table)
}
