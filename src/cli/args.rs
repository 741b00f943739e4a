//! The command line's grammar, in the chosen language.

use std::path::PathBuf;

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::{Failure, Session};
use crate::domain::lang::Text;
use crate::domain::{Code, Kind, Lang};
use crate::text;

/// One verb of the command line.
pub struct Verb {
    /// What is typed.
    pub name: &'static str,
    /// What it does.
    pub about: Text,
    /// Lines that can be typed as they stand, each with what it does.
    pub examples: &'static [(&'static str, Text)],
    /// Adds its arguments.
    pub args: fn(Command, Lang) -> Command,
    /// Does it, and gives the exit status.
    pub run: fn(&ArgMatches, &mut Session<'_>) -> Result<u8, Failure>,
}

/// The options that every verb has stand below its own.
const GLOBALS_LAST: usize = 1000;

const EXAMPLES: &[(&str, Text)] = &[
    (
        "matchdesk demo",
        text!(zh: "打开一个虚构社区试用", en: "try it on a made-up community"),
    ),
    (
        "matchdesk import all data/",
        text!(zh: "导入文件夹里的所有文件", en: "take in every file of a folder"),
    ),
    ("matchdesk", text!(zh: "打开操作台", en: "open the console")),
];

/// The whole grammar.
#[must_use]
pub fn command(lang: Lang, verbs: &[Verb]) -> Command {
    let about = text!(zh: "社区公益服务的匹配操作台：登记供方和需求，查看排好序的候选人，确认最合适的一位",
        en: "The match desk of a community service: register suppliers and needs, see ranked candidates, confirm the best");
    let root = Command::new("matchdesk")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(text!(zh: "命令", en: "Commands").get(lang))
        .subcommand_value_name(text!(zh: "命令", en: "COMMAND").get(lang))
        .arg(
            Arg::new("version")
                .long("version")
                .short('V')
                .action(ArgAction::Version)
                .help(text!(zh: "显示版本", en: "Show the version").get(lang)),
        )
        .args(globals(lang));
    let root = dress(root, lang, about, EXAMPLES);
    verbs.iter().fold(root, |root, verb| {
        let command = (verb.args)(Command::new(verb.name), lang);
        root.subcommand(dress(command, lang, verb.about, verb.examples))
    })
}

fn globals(lang: Lang) -> [Arg; 6] {
    [
        Arg::new("store")
            .long("store")
            .value_name(text!(zh: "路径", en: "PATH").get(lang))
            .env("MATCHDESK_STORE")
            .value_parser(value_parser!(PathBuf))
            .help(text!(zh: "数据库的位置（或用环境变量 MATCHDESK_STORE）", en: "Where the store is (or MATCHDESK_STORE)").get(lang)),
        Arg::new("now")
            .long("now")
            .value_name(text!(zh: "时间", en: "TIME").get(lang))
            .env("MATCHDESK_NOW")
            .help(text!(zh: "规则按这个时间计算，如 2026-11-23T08:00（或 MATCHDESK_NOW）", en: "The rules' clock, as in 2026-11-23T08:00 (or MATCHDESK_NOW)").get(lang)),
        Arg::new("lang")
            .long("lang")
            .value_name("zh|en")
            .value_parser(["zh", "en"])
            .hide_possible_values(true)
            .help(text!(zh: "界面语言（或 MATCHDESK_LANG）", en: "The language (or MATCHDESK_LANG)").get(lang)),
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help(text!(zh: "用一个 JSON 文档回答", en: "Answer with one JSON document").get(lang)),
        Arg::new("quiet")
            .long("quiet")
            .short('q')
            .action(ArgAction::SetTrue)
            .help(text!(zh: "不显示多余的话", en: "Say nothing that was not asked for").get(lang)),
        Arg::new("help")
            .long("help")
            .short('h')
            .action(ArgAction::Help)
            .help(text!(zh: "显示帮助", en: "Show help").get(lang)),
    ]
    .map(|arg| arg.global(true).hide_env(true).display_order(GLOBALS_LAST))
}

/// What all commands have: description, help in the language, headings, examples.
#[must_use]
pub fn dress(command: Command, lang: Lang, about: Text, examples: &[(&str, Text)]) -> Command {
    let command = if examples.is_empty() {
        command
    } else {
        command.after_help(shown(lang, examples))
    };
    let usage = text!(zh: "用法：", en: "Usage: ").get(lang);
    let command = command
        .about(about.get(lang))
        .disable_help_flag(true)
        .help_template(format!(
            "{{about}}\n\n{usage}{{usage}}\n\n{{all-args}}{{after-help}}\n"
        ));
    match lang {
        Lang::En => command,
        Lang::Zh => command.mut_args(|arg| {
            let heading = if arg.is_positional() {
                "参数"
            } else {
                "选项"
            };
            arg.help_heading(heading)
        }),
    }
}

fn shown(lang: Lang, examples: &[(&str, Text)]) -> String {
    let heading = text!(zh: "示例:", en: "Examples:").get(lang);
    let mut shown = heading.to_owned();
    for (line, what) in examples {
        let what = what.get(lang);
        shown.push_str("\n  ");
        shown.push_str(line);
        shown.push_str("\n      ");
        shown.push_str(what);
    }
    shown
}

/// A positional argument that must be given.
#[must_use]
pub fn positional(name: &'static str, help: Text, lang: Lang) -> Arg {
    Arg::new(name).required(true).help(help.get(lang))
}

/// An option with a value.
#[must_use]
pub fn option(name: &'static str, value: Text, help: Text, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value.get(lang))
        .help(help.get(lang))
}

/// The option `--reason`, with what it is the reason of.
#[must_use]
pub fn reason(help: Text, lang: Lang) -> Arg {
    option("reason", text!(zh: "原因", en: "TEXT"), help, lang)
}

/// An option without a value.
#[must_use]
pub fn flag(name: &'static str, help: Text, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help.get(lang))
}

/// The KIND argument.
#[must_use]
pub fn kind_arg(lang: Lang) -> Arg {
    positional(
        "KIND",
        text!(zh: "种类：suppliers、residents、needs 等（单数也可以）", en: "suppliers, residents, needs … (the singular is understood too)"),
        lang,
    )
}

/// A positional path.
#[must_use]
pub fn path_arg(name: &'static str, help: Text, lang: Lang) -> Arg {
    positional(name, help, lang).value_parser(PathBufValueParser::new())
}

/// The text of an argument; empty when it was not given.
#[must_use]
pub fn text_of<'a>(matches: &'a ArgMatches, name: &str) -> &'a str {
    matches
        .try_get_one::<String>(name)
        .ok()
        .flatten()
        .map_or("", String::as_str)
}

/// The path in an argument.
#[must_use]
pub fn path_of(matches: &ArgMatches, name: &str) -> PathBuf {
    matches
        .get_one::<PathBuf>(name)
        .cloned()
        .unwrap_or_default()
}

/// The code in an argument. What is no code names no record.
#[must_use]
pub fn code_of(matches: &ArgMatches, name: &str) -> Code {
    Code::composed(text_of(matches, name))
}

/// The kind in the KIND argument.
///
/// # Errors
/// Wrong usage when it names none.
pub fn kind_of(matches: &ArgMatches) -> Result<Kind, Failure> {
    Kind::of_word(text_of(matches, "KIND")).map_err(Failure::usage)
}
