//! `completions`: what a shell needs to complete a command line.

use clap::{ArgMatches, Command};
use clap_complete::Shell;

use super::{Failure, Session, Verb, args};
use crate::domain::Lang;
use crate::text;

pub const VERB: Verb = Verb {
    name: "completions",
    about: text!(zh: "输出命令行补全脚本", en: "Print the completions of a shell"),
    examples: &[
        (
            "matchdesk completions bash > ~/.local/share/bash-completion/completions/matchdesk",
            text!(zh: "供 bash 使用", en: "for bash"),
        ),
        (
            "matchdesk completions fish > ~/.config/fish/completions/matchdesk.fish",
            text!(zh: "供 fish 使用", en: "for fish"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command.arg(
        args::positional(
            "SHELL",
            text!(zh: "bash、zsh 或 fish", en: "bash, zsh or fish"),
            lang,
        )
        .value_parser(["bash", "zsh", "fish"])
        .hide_possible_values(true),
    )
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let shell = match args::text_of(matches, "SHELL") {
        "bash" => Shell::Bash,
        "zsh" => Shell::Zsh,
        _ => Shell::Fish,
    };
    let mut script = Vec::new();
    let mut grammar = args::command(session.lang, super::VERBS);
    clap_complete::generate(shell, &mut grammar, "matchdesk", &mut script);
    session.out.write_all(&script)?;
    Ok(0)
}
