//! `config`: what the configuration says, and what in it is wrong.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::table::{Align, Table};
use super::{Failure, Session, Verb, args, status};
use crate::console::config::{Config, SETTINGS, UserFile, folder, schema};
use crate::domain::Lang;
use crate::domain::printable::printable;
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "config",
    about: text!(zh: "显示配置，检查 config.toml", en: "Show the configuration and check config.toml"),
    examples: &[
        (
            "matchdesk config",
            text!(zh: "现在有效的设置，和文件里的错误", en: "what counts, and what is wrong with the file"),
        ),
        (
            "matchdesk config --schema > config.schema.json",
            text!(zh: "供编辑器检查和补全的 JSON Schema", en: "a JSON Schema by which editors check and complete the file"),
        ),
    ],
    args: |command: Command, lang: Lang| {
        command.arg(args::flag(
            "schema",
            text!(zh: "输出 JSON Schema", en: "Print the JSON Schema"),
            lang,
        ))
    },
    run,
};

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let lang = session.lang;
    if matches.get_flag("schema") {
        let schema = serde_json::to_string_pretty(&schema(lang)).unwrap_or_default();
        session.say(schema)?;
        return Ok(status::DONE);
    }
    let file = UserFile::config();
    let (config, problems) = Config::load(file.as_ref());
    let status = if problems.is_empty() {
        status::DONE
    } else {
        status::REFUSED
    };
    let path = folder().map(|folder| folder.join("config.toml").display().to_string());
    let path = path.unwrap_or_default();
    if session.json {
        let settings: serde_json::Map<String, Value> = SETTINGS
            .iter()
            .map(|setting| (setting.key.to_owned(), json!(setting.of(&config))))
            .collect();
        let problems: Vec<Value> = problems
            .iter()
            .map(|p| json!({"line": p.place.line, "column": p.place.column, "message": p.why.get(lang)}))
            .collect();
        let there = file.is_some();
        session.document(
            &json!({"file": path, "exists": there, "settings": settings, "problems": problems}),
        )?;
        return Ok(status);
    }
    session.say(printable(&match file {
        Some(_) => path,
        None => say!(lang, zh: "{path}（还没有这个文件）", en: "{path} (not there yet)"),
    }))?;
    let heads = ["", "", ""].map(|head| (head, Align::Left));
    let mut table = Table::new(heads);
    for setting in SETTINGS {
        let value = setting.of(&config).unwrap_or(setting.unset.get(lang));
        let (text, values) = (setting.text.get(lang), setting.values.join(" "));
        let about = say!(lang, zh: "{text}（{values}）", en: "{text} ({values})");
        table.row([setting.key, value, &about]);
    }
    session.lines(table.lines())?;
    session.lines(problems.iter().map(|p| printable(p.said().get(lang))))?;
    Ok(status)
}
