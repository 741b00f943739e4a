//! `add`: a new record.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::{Failure, Session, Verb, args, changes, registry};
use crate::desk::Command as Order;
use crate::domain::kinds::Word;
use crate::domain::printable::printable;
use crate::domain::{Kind, Lang, Right};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "add",
    about: text!(zh: "新增一条记录", en: "Enter a new record"),
    examples: &[
        (
            "matchdesk add supplier --name 王芳 --kind person --skills 'clean:2' --availability 'weekdays 09:00-12:00'",
            text!(zh: "一位志愿者；编码自动给出", en: "a volunteer; the code is given"),
        ),
        (
            "matchdesk add need --resident R000001 --category clean --start 2026-12-01T09:00 --minutes 60",
            text!(zh: "一条需求", en: "a need"),
        ),
        (
            "matchdesk add supplier --help",
            text!(zh: "这个种类的所有栏目", en: "all fields of that kind"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    kinds(command, lang, |command, kind, lang| {
        registry::options(command, kind, lang, &[])
    })
}

/// A subcommand for each kind that is changed by hand.
pub fn kinds(command: Command, lang: Lang, with: fn(Command, Kind, Lang) -> Command) -> Command {
    let command = command
        .subcommand_required(true)
        .subcommand_help_heading(text!(zh: "种类", en: "Kinds").get(lang))
        .subcommand_value_name(text!(zh: "种类", en: "KIND").get(lang));
    registry::by_hand().fold(command, |command, kind| {
        let own = with(
            Command::new(kind.word()).visible_alias(kind.singular()),
            kind,
            lang,
        );
        command.subcommand(args::dress(own, lang, kind.text(), &[]))
    })
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let (kind, matches) = registry::chosen(matches)?;
    let record = registry::filled(registry::empty(kind), matches)?;
    let desk = session.open_or_create(Right::Supply)?;
    let done = session.execute(&desk, &Order::Add { record })?;
    let key = changes::first(&done)
        .map(|record| record.key().to_string())
        .unwrap_or_default();
    let document = json!({"kind": kind.word(), "code": key});
    let lang = session.lang;
    let what = kind.say(lang);
    session.answer(
        &document,
        printable(&say!(lang, zh: "已新增{what} {key}", en: "Added {what} {key}")),
    )?;
    Ok(0)
}
