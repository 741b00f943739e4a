//! `restore`: a store from a copy.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::{Failure, Session, Verb, args};
use crate::domain::Lang;
use crate::domain::printable::printable;
use crate::exchange::copy;
use crate::store;
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "restore",
    about: text!(zh: "从备份恢复数据库", en: "Make the store from a copy"),
    examples: &[
        (
            "matchdesk restore backup-2026-11-23.redb",
            text!(zh: "恢复到默认位置（那里不能已有数据库）", en: "at the default place, where no store may be"),
        ),
        (
            "matchdesk restore backup.redb --store ~/restored.redb",
            text!(zh: "恢复到另一个位置", en: "at another place"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command.arg(args::path_arg(
        "FILE",
        text!(zh: "备份文件", en: "The copy"),
        lang,
    ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let from = args::path_of(matches, "FILE");
    let (shown, place) = (
        from.display().to_string(),
        session.store.display().to_string(),
    );
    if session.store.symlink_metadata().is_ok() {
        return Err(Failure::invalid(
            both!(zh: "{place} 处已有数据库；请先移走它，或用 --store 指定另一个位置",
                en: "there is a store at {place} already; move it away first, or name another place with --store"),
        ));
    }
    if from.symlink_metadata().is_err() {
        return Err(Failure::invalid(
            both!(zh: "没有 {shown} 这个文件", en: "there is no file {shown}"),
        ));
    }
    copy(&*store::open_sound(&from)?, &(&session.store).into())?;
    let sentence =
        say!(session.lang, zh: "已从 {shown} 恢复到 {place}", en: "Restored {shown} to {place}");
    session.answer(
        &json!({"restored": shown, "store": place}),
        printable(&sentence),
    )?;
    Ok(0)
}
