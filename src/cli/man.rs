//! `man`: manual pages.

use std::fs;

use clap::{ArgMatches, Command};

use super::{Failure, Session, Verb, args};
use crate::domain::Lang;
use crate::{both, text};

pub const VERB: Verb = Verb {
    name: "man",
    about: text!(zh: "把手册页写入文件夹", en: "Write manual pages into a folder"),
    examples: &[
        (
            "matchdesk man ~/.local/share/man/man1",
            text!(zh: "然后可用 man matchdesk", en: "then man matchdesk shows them"),
        ),
        (
            "matchdesk man man/ --lang zh",
            text!(zh: "中文手册", en: "in Chinese"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command.arg(args::path_arg(
        "DIR",
        text!(zh: "文件夹", en: "The folder"),
        lang,
    ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let folder = args::path_of(matches, "DIR");
    let grammar = args::command(session.lang, super::VERBS);
    fs::create_dir_all(&folder)
        .and_then(|()| clap_mangen::generate_to(grammar, &folder))
        .map_err(|error| {
            let folder = folder.display();
            Failure::invalid(
                both!(zh: "无法写入 {folder}：{error}", en: "can't write into {folder}: {error}"),
            )
        })?;
    Ok(0)
}
