//! `queue`: the match queue.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::names::Names;
use super::table::{Align, Table};
use super::{Failure, Session, Verb, words};
use crate::desk::{BestRow, Desk};
use crate::domain::kinds::Word;
use crate::domain::lang::{Text, counted};
use crate::domain::{Kind, Lang, Right};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "queue",
    about: text!(zh: "列出待匹配的需求，最紧急的在前", en: "The match queue: needs that wait for suppliers, most urgent first"),
    examples: &[
        (
            "matchdesk queue",
            text!(zh: "待匹配的需求和每条的最佳候选人", en: "the needs, each with its best candidate"),
        ),
        (
            "matchdesk queue --json",
            text!(zh: "供脚本使用", en: "for scripts"),
        ),
        (
            "matchdesk queue --now 2026-11-23T08:00",
            text!(zh: "按指定时间计算", en: "as at that time"),
        ),
    ],
    args: no_args,
    run,
};

fn no_args(command: Command, _: Lang) -> Command {
    command
}

fn run(_: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Demand)?;
    let queue = desk.queue()?;
    if session.json {
        let needs: Vec<Value> = queue.iter().map(|row| document(&desk, row)).collect();
        session.document(&json!({"needs": needs}))?;
        return Ok(0);
    }
    let lang = session.lang;
    if queue.is_empty() {
        session
            .say(text!(zh: "没有待匹配的需求。", en: "No need waits for a supplier.").get(lang))?;
        return Ok(0);
    }
    let names = Names::of(&desk, lang)?;
    session.lines(table(&queue, &names, lang).lines())?;
    for row in &queue {
        for unfit in &row.row.unfit {
            let supplier = names.name(Kind::Supplier, &unfit.supplier);
            let (need, code) = (&row.row.need, &unfit.supplier);
            let rules = say_rules(&unfit.failed, lang);
            session.say(crate::domain::printable::printable(&say!(lang,
                zh: "{need}：固定安排的 {supplier}（{code}）这次不能去：{rules}",
                en: "{need}: the standing supplier {supplier} ({code}) can't take this visit: {rules}")))?;
        }
    }
    let count = queue.len();
    let needs = counted(count, "need", "needs");
    session.note(say!(lang, zh: "共 {count} 条需求", en: "{needs}"));
    Ok(0)
}

/// Rules by their names for people.
pub fn say_rules(failed: &[&str], lang: Lang) -> String {
    let rules: Vec<String> = failed.iter().map(|rule| words::rule(rule, lang)).collect();
    rules.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}

fn document(desk: &Desk, best: &BestRow) -> Value {
    let row = &best.row;
    let unfit: Vec<Value> = row
        .unfit
        .iter()
        .map(|unfit| json!({"supplier": unfit.supplier.as_str(), "failed": unfit.failed}))
        .collect();
    json!({
        "need": row.need.as_str(),
        "urgency": row.urgency.word(),
        "first_visit": row.visits.first().map(ToString::to_string),
        "opened_at": desk.zone().rfc3339(row.opened_at),
        "wanted": row.wanted,
        "matched": row.matched,
        "eligible": best.eligible,
        "best": best.best.as_ref().map(|(supplier, score)| json!({"supplier": supplier.as_str(), "score": score})),
        "resident": row.resident.as_str(),
        "category": row.category.as_str(),
        "visits": row.visits.len(),
        "unfit": unfit,
    })
}

/// The heads with which tables of needs in the queue begin.
pub fn need_heads() -> Vec<(Text, Align)> {
    vec![
        (text!(zh: "需求", en: "NEED"), Align::Left),
        (text!(zh: "紧急", en: "URGENCY"), Align::Left),
        (text!(zh: "居民", en: "RESIDENT"), Align::Left),
        (text!(zh: "服务", en: "SERVICE"), Align::Left),
        (text!(zh: "首次", en: "FIRST VISIT"), Align::Left),
        (text!(zh: "次数", en: "VISITS"), Align::Right),
    ]
}

fn table(queue: &[BestRow], names: &Names<'_>, lang: Lang) -> Table {
    let mut heads = need_heads();
    heads.extend([
        (text!(zh: "人数", en: "PLACES"), Align::Right),
        (text!(zh: "候选", en: "ELIGIBLE"), Align::Right),
        (text!(zh: "最佳", en: "BEST"), Align::Left),
        (text!(zh: "得分", en: "SCORE"), Align::Right),
    ]);
    let mut table = Table::new(
        heads
            .into_iter()
            .map(|(head, align)| (head.get(lang), align)),
    );
    for best in queue {
        let row = &best.row;
        let first = best.best.as_ref();
        table.row([
            row.need.to_string(),
            row.urgency.say(lang).to_owned(),
            names.name(Kind::Resident, &row.resident),
            names.name(Kind::Category, &row.category),
            row.visits
                .first()
                .map(|start| words::when(*start))
                .unwrap_or_default(),
            row.visits.len().to_string(),
            format!("{}/{}", row.matched, row.wanted),
            best.eligible.to_string(),
            first.map_or_else(String::new, |(code, _)| {
                format!("{} {code}", names.name(Kind::Supplier, code))
            }),
            first.map_or_else(String::new, |(_, score)| format!("{score:.2}")),
        ]);
    }
    table
}
