//! `settings`: what is set for the whole store.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::registry::{self, cells, document};
use super::table::{Align, Table};
use super::{Failure, Session, Verb, changes};
use crate::desk::Command as Order;
use crate::domain::{AnyRecord, Kind, Lang, Right};
use crate::text;

pub const VERB: Verb = Verb {
    name: "settings",
    about: text!(zh: "查看或修改权重、时区等全局设置", en: "Show or change weights, time zone and what else is set"),
    examples: &[
        ("matchdesk settings", text!(zh: "查看设置", en: "show them")),
        (
            "matchdesk settings --weights '20;15;15;10;15;10;15'",
            text!(zh: "七项标准的权重，依次为距离、熟悉、评分、可靠、公平、技能、意愿", en: "the weights of proximity, continuity, rating, reliability, fairness, proficiency, preference"),
        ),
    ],
    args: |command: Command, lang: Lang| {
        registry::options(command, Kind::Settings, lang, &["weights_version"])
    },
    run,
};

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open(Right::Supply)?;
    let before: AnyRecord = desk.settings()?.into();
    let mut after = registry::filled(before.clone(), matches)?;
    if after != before {
        let order = Order::Edit {
            before,
            after: after.clone(),
            reason: String::new(),
        };
        let done = session.execute(&desk, &order)?;
        after = changes::first(&done).cloned().unwrap_or(after);
    }
    let cells = cells(&after);
    if session.json {
        session.document(&json!({"settings": document(&cells)}))?;
        return Ok(0);
    }
    let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
    for cell in &cells {
        table.row([cell.label.get(session.lang), &cell.value]);
    }
    session.lines(table.lines())?;
    Ok(0)
}
