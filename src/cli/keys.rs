//! `keys`: what each key does, and what is wrong with a key map.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::table::{Align, Table};
use super::{Failure, Session, Verb, args, status};
use crate::both;
use crate::console::actions::{ACTIONS, Danger, SCOPES, text_of};
use crate::console::config::{Config, UserFile, folder};
use crate::console::keys::{Base, Binding, Key, Keymap, KeymapError};
use crate::domain::Lang;
use crate::domain::printable::printable;
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "keys",
    about: text!(zh: "列出操作台的按键，或检查自己的按键文件", en: "List the keys of the console, or check a key map of your own"),
    examples: &[
        (
            "matchdesk keys",
            text!(zh: "现在有效的按键", en: "the keys in effect"),
        ),
        (
            "matchdesk keys --map vim",
            text!(zh: "内置的 vim 按键", en: "those of the built-in map for Vim's hands"),
        ),
        (
            "matchdesk keys check",
            text!(zh: "检查 keymap.toml：行、列和改法", en: "what is wrong with keymap.toml: line, column and how to mend it"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(
            Arg::new("WHAT")
                .value_parser(["list", "check"])
                .hide_possible_values(true)
                .help(text!(zh: "list 列出（默认），check 检查", en: "list (as without it) or check").get(lang)),
        )
        .arg(
            args::path_arg(
                "FILE",
                text!(zh: "按键文件；默认是配置文件夹里的 keymap.toml", en: "The key map; keymap.toml in the configuration folder when left out"),
                lang,
            )
            .required(false),
        )
        .arg(
            args::option(
                "map",
                text!(zh: "名称", en: "NAME"),
                text!(zh: "内置的按键方案：default、vim 或 emacs；默认按 config.toml", en: "The built-in map below it: default, vim or emacs; that of config.toml when left out"),
                lang,
            )
            .value_parser(["default", "vim", "emacs"])
            .hide_possible_values(true),
        )
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let base = Base::named(args::text_of(matches, "map"));
    let base = base.unwrap_or_else(|| Config::load(UserFile::config().as_ref()).0.keymap);
    let path = match matches.get_one::<PathBuf>("FILE") {
        Some(path) => Some(path.clone()),
        None => folder().map(|folder| folder.join("keymap.toml")),
    };
    let user = path.as_deref().and_then(UserFile::read);
    let is_check = args::text_of(matches, "WHAT") == "check";
    if let (None, Some(path)) = (&user, matches.get_one::<PathBuf>("FILE")) {
        let path = path.display();
        return Err(Failure::invalid(
            both!(zh: "没有文件 {path}", en: "there is no file {path}"),
        ));
    }
    let (map, problems) = Keymap::load(base, user.as_ref());
    if is_check {
        check(base, user.as_ref(), path, &problems, session)
    } else {
        list(base, &map, &problems, session)
    }
}

fn check(
    base: Base,
    user: Option<&UserFile>,
    path: Option<PathBuf>,
    problems: &[KeymapError],
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let lang = session.lang;
    let status = if problems.is_empty() {
        status::DONE
    } else {
        status::REFUSED
    };
    if session.json {
        let file = user.map(|user| user.name.clone());
        let problems: Vec<Value> = problems.iter().map(|p| document(p, lang)).collect();
        session.document(&json!({"map": base.name(), "file": file, "problems": problems}))?;
        return Ok(status);
    }
    session.lines(problems.iter().map(|p| printable(p.said().get(lang))))?;
    if !problems.is_empty() || session.quiet {
        return Ok(status);
    }
    let base = base.name();
    let name = user
        .map(|user| user.name.clone())
        .or_else(|| Some(path?.display().to_string()));
    let name = name.unwrap_or_default();
    let said = match user {
        Some(_) => {
            say!(lang, zh: "{name}：没有问题（叠在 {base} 上）", en: "{name}: nothing is wrong (over {base})")
        }
        None => {
            say!(lang, zh: "没有 {name}；使用内置的 {base}", en: "there is no {name}; the built-in {base} is in effect")
        }
    };
    session.say(printable(&said))?;
    Ok(status)
}

fn document(problem: &KeymapError, lang: Lang) -> Value {
    json!({
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "code": problem.problem.code(),
        "message": problem.problem.said().get(lang),
    })
}

fn list(
    base: Base,
    map: &Keymap,
    problems: &[KeymapError],
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let lang = session.lang;
    if session.json {
        let scopes: Vec<Value> = SCOPES
            .iter()
            .map(|scope| json!({"scope": scope.id, "text": scope.text.get(lang), "keys": keys(map, scope.id, lang)}))
            .collect();
        session.document(&json!({"map": base.name(), "scopes": scopes}))?;
        return Ok(status::DONE);
    }
    for scope in SCOPES {
        let (id, text) = (scope.id, scope.text.get(lang));
        session.say(format!("[{id}]  {text}"))?;
        let mut table = Table::new(["", "", ""].map(|head| (head, Align::Left)));
        for action in ACTIONS {
            let keys = map.keys_in(id, action.id).join("  ");
            if keys.is_empty() {
                continue;
            }
            let dots = if action.danger == Danger::Asks {
                "…"
            } else {
                ""
            };
            let text = format!("{}{dots}", action.text.get(lang));
            table.row([format!("  {keys:20}").as_str(), action.id, &text]);
        }
        session.lines(table.lines())?;
        session.say("")?;
    }
    for problem in problems {
        session.note(printable(problem.said().get(lang)));
    }
    Ok(status::DONE)
}

/// The keys of a scope for scripts, by their names in key maps.
fn keys(map: &Keymap, scope: &str, lang: Lang) -> Vec<Value> {
    let own = |binding: &&Binding| binding.scope == scope;
    map.bindings()
        .filter(own)
        .map(|binding| {
            let names: Vec<String> = binding.keys.iter().copied().map(Key::name).collect();
            let text = text_of(binding.action).get(lang);
            json!({"keys": names.join(" "), "action": binding.action, "text": text})
        })
        .collect()
}
