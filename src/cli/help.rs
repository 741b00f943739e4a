//! `help`: what there is, or how one command is used.

use clap::{Arg, ArgMatches, Command};

use super::{Failure, Session, Verb, args};
use crate::domain::Lang;
use crate::{both, text};

pub const VERB: Verb = Verb {
    name: "help",
    about: text!(zh: "列出所有命令，或显示一个命令的用法和示例", en: "List the commands, or show one with examples"),
    examples: &[(
        "matchdesk help confirm",
        text!(zh: "confirm 的用法", en: "how confirm is used"),
    )],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command.arg(Arg::new("COMMAND").help(text!(zh: "命令", en: "The command").get(lang)))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let mut root = args::command(session.lang, super::VERBS);
    root.build();
    let name = args::text_of(matches, "COMMAND");
    let shown = if name.is_empty() {
        Some(&mut root)
    } else {
        root.find_subcommand_mut(name)
    };
    let Some(command) = shown else {
        return Err(Failure::usage(
            both!(zh: "没有命令 {name}；matchdesk help 列出所有命令", en: "there is no command {name}; matchdesk help lists them all"),
        ));
    };
    let help = command.render_help().to_string();
    session.say(help.trim_end())?;
    Ok(0)
}
