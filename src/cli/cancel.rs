//! `cancel`: calls a need off.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::names::Names;
use super::{Failure, Session, Verb, args, unmatch};
use crate::desk::Command as Order;
use crate::domain::printable::printable;
use crate::domain::{Kind, Lang, Right};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "cancel",
    about: text!(zh: "取消一条需求，释放以后的时段", en: "Call a need off, which frees its future visits"),
    examples: &[
        (
            "matchdesk cancel N000001 --reason 住院",
            text!(zh: "写明原因", en: "with the reason"),
        ),
        (
            "matchdesk cancel N000001 --reason 'family helps' --json",
            text!(zh: "供脚本使用", en: "for scripts"),
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
        .arg(unmatch::reason(lang))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Serve)?;
    let need = args::code_of(matches, "NEED");
    let order = Order::Cancel {
        need: need.clone(),
        reason: args::text_of(matches, "reason").to_owned(),
    };
    session.execute(&desk, &order)?;
    let lang = session.lang;
    let name = Names::of(&desk, lang)?.name(Kind::Need, &need);
    let document = json!({"need": need.as_str(), "state": "cancelled"});
    session.answer(
        &document,
        printable(&say!(lang, zh: "已取消：{need} {name}", en: "Cancelled: {need} {name}")),
    )?;
    Ok(0)
}
