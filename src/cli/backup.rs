//! `backup`: a consistent copy of the store.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::{Failure, Session, Verb, args};
use crate::domain::printable::printable;
use crate::domain::{Lang, Right};
use crate::exchange::copy;
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "backup",
    about: text!(zh: "把数据库备份到文件", en: "Copy the store into a file"),
    examples: &[
        (
            "matchdesk backup backup-2026-11-23.redb",
            text!(zh: "一份完整的备份", en: "a whole copy"),
        ),
        (
            "matchdesk backup /media/usb/matchdesk.redb --quiet",
            text!(zh: "供定时任务使用", en: "for a timer"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command.arg(args::path_arg(
        "FILE",
        text!(zh: "备份文件，不能已经存在", en: "The copy; must not be there yet"),
        lang,
    ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let to = args::path_of(matches, "FILE");
    let shown = to.display().to_string();
    let desk = session.open(Right::Administer)?;
    copy(desk.store(), &session.location(to))?;
    let sentence = say!(session.lang, zh: "已备份到 {shown}", en: "Copied to {shown}");
    session.answer(&json!({"backup": shown}), printable(&sentence))?;
    Ok(0)
}
