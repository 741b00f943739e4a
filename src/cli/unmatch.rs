//! `unmatch`: ends a match.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::names::Names;
use super::{Failure, Session, Verb, args, changes, shapes, why, words};
use crate::desk::Command as Order;
use crate::domain::printable::printable;
use crate::domain::{Kind, Lang, Record as _, Right};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "unmatch",
    about: text!(zh: "结束匹配，释放以后的时段", en: "End a match, which frees its future visits"),
    examples: &[
        (
            "matchdesk unmatch N000001 V0001090 --reason 生病",
            text!(zh: "需求回到队列", en: "the need comes back to the queue"),
        ),
        (
            "matchdesk unmatch N000001 V0001090 --reason 'moved away' --json",
            text!(zh: "供脚本使用", en: "for scripts"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    why::pair(command, lang).arg(reason(lang))
}

/// The option `--reason`, which must be given.
pub fn reason(lang: Lang) -> clap::Arg {
    args::reason(text!(zh: "为什么", en: "Why"), lang).required(true)
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open_and_roll(Right::Serve)?;
    let (need, supplier) = (
        args::code_of(matches, "NEED"),
        args::code_of(matches, "SUPPLIER"),
    );
    let order = Order::Unmatch {
        need: need.clone(),
        supplier: supplier.clone(),
        reason: args::text_of(matches, "reason").to_owned(),
    };
    let done = session.execute(&desk, &order)?;
    let freed = changes::freed(&done);
    let key = changes::matched(&done).map(|(_, after)| after.key().to_string());
    let document = json!({
        "need": need.as_str(),
        "supplier": supplier.as_str(),
        "match": key,
        "freed": shapes::starts(&freed),
    });
    let lang = session.lang;
    let name = Names::of(&desk, lang)?.name(Kind::Supplier, &supplier);
    let sentence = if freed.is_empty() {
        say!(lang, zh: "已结束：{name}（{supplier}）与 {need} 的匹配", en: "Ended: the match of {name} ({supplier}) and {need}")
    } else {
        let when = words::visits(&freed, lang);
        say!(lang, zh: "已结束：{name}（{supplier}）与 {need} 的匹配，释放 {when}", en: "Ended: the match of {name} ({supplier}) and {need}; free again: {when}")
    };
    session.answer(&document, printable(&sentence))?;
    Ok(0)
}
