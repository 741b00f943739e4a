//! `edit`: changes a record.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::{Failure, Session, Verb, add, args, registry};
use crate::desk::Command as Order;
use crate::domain::kinds::Word;
use crate::domain::printable::printable;
use crate::domain::{Lang, Right};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "edit",
    about: text!(zh: "修改一条记录", en: "Change a record"),
    examples: &[
        (
            "matchdesk edit supplier V0001090 --status paused",
            text!(zh: "暂停一位供方", en: "pause a supplier"),
        ),
        (
            "matchdesk edit need N000001 --urgency urgent --reason '家属来电'",
            text!(zh: "写明原因", en: "with the reason"),
        ),
        (
            "matchdesk edit service S000001 --outcome no_show",
            text!(zh: "更正服务结果", en: "correct an outcome"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    add::kinds(command, lang, |command, kind, lang| {
        let command = command
            .arg(args::positional(
                "CODE",
                text!(zh: "记录的编码", en: "The record's code"),
                lang,
            ))
            .arg(args::reason(text!(zh: "为什么修改", en: "Why"), lang));
        registry::options(command, kind, lang, &["code"])
    })
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let (kind, matches) = registry::chosen(matches)?;
    let desk = session.open_and_roll(Right::Supply)?;
    let before = registry::must(&desk, kind, matches)?;
    let after = registry::filled(before.clone(), matches)?;
    let key = before.key();
    let order = Order::Edit {
        before,
        after,
        reason: args::text_of(matches, "reason").to_owned(),
    };
    let done = session.execute(&desk, &order)?;
    let changed = !done.events.is_empty();
    let document = json!({"kind": kind.word(), "code": key.as_str(), "changed": changed});
    let lang = session.lang;
    let what = kind.say(lang);
    let sentence = if changed {
        say!(lang, zh: "已修改{what} {key}", en: "Changed {what} {key}")
    } else {
        say!(lang, zh: "{what} {key} 没有变化", en: "{what} {key} is as it was")
    };
    session.answer(&document, printable(&sentence))?;
    Ok(0)
}
