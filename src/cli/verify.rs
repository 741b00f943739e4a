//! `verify`: proves that the store is whole.

use std::io::Read as _;
use std::path::PathBuf;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Failure, Session, Verb, args, status};
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::{Code, Lang, Right};
use crate::exchange::There;
use crate::store::Head;
use crate::{both, say, text};

/// More than any list of heads is long, in bytes.
const MOST: u64 = 1 << 20;

pub const VERB: Verb = Verb {
    name: "verify",
    about: text!(zh: "检查数据库、日志链和所有推算结果", en: "Check the store, the journal's chains and what is derived from them"),
    examples: &[
        (
            "matchdesk verify",
            text!(zh: "检查整个数据库", en: "check the whole store"),
        ),
        (
            "matchdesk verify --since-head heads.txt",
            text!(zh: "并确认日志只增不改（heads.txt 由 log --head 得到）", en: "and that the journal only grew (log --head gave heads.txt)"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command.arg(args::option(
        "since-head",
        text!(zh: "末端", en: "HEAD"),
        text!(zh: "以前保存的末端：文件，或 链:序号:哈希，用逗号分隔", en: "Heads kept from before: a file, or chain:seq:hash, separated by commas"),
        lang,
    ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open(Right::Journal)?;
    let since = heads(args::text_of(matches, "since-head"), session)?;
    let lang = session.lang;
    let bar = session.bar(text!(zh: "检查", en: "Checking").get(lang));
    let report = desk.verify(&since, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let whole = report.problems.is_empty();
    if session.json {
        let problems: Vec<Value> = report
            .problems
            .iter()
            .map(|said| said.get(lang).into())
            .collect();
        session.document(&json!({"ok": whole, "records": report.records, "entries": report.entries, "problems": problems}))?;
    } else {
        for problem in &report.problems {
            session.say(printable(problem.get(lang)))?;
        }
        let (records, entries, wrong) = (report.records, report.entries, report.problems.len());
        if !session.quiet {
            let (of_records, of_entries, of_wrong) = (
                counted(records, "record", "records"),
                counted(entries, "journal entry", "journal entries"),
                counted(wrong, "problem", "problems"),
            );
            session.say(if whole {
                say!(lang, zh: "完好：{records} 条记录，{entries} 条日志", en: "Whole: {of_records}, {of_entries}")
            } else {
                say!(lang, zh: "发现 {wrong} 处问题，请用备份恢复（matchdesk restore）", en: "{of_wrong}; restore a backup (matchdesk restore)")
            })?;
        }
    }
    Ok(if whole { status::DONE } else { status::STORE })
}

/// The heads in a file, or given themselves.
fn heads(given: &str, session: &Session<'_>) -> Result<Vec<Head>, Failure> {
    let file = session.location(PathBuf::from(given));
    let mut text = String::new();
    if matches!(file.look(), Ok(There::File)) {
        let read = file
            .open()
            .and_then(|file| file.take(MOST).read_to_string(&mut text));
        read.map_err(|error| {
            Failure::invalid(
                both!(zh: "无法读取 {given}：{error}", en: "can't read {given}: {error}"),
            )
        })?;
    } else {
        given.clone_into(&mut text);
    }
    if let Ok(document) = serde_json::from_str::<Value>(&text) {
        return document["heads"]
            .as_array()
            .into_iter()
            .flatten()
            .map(of_json)
            .collect();
    }
    text.split([',', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(head)
        .collect()
}

fn of_json(value: &Value) -> Result<Head, Failure> {
    let part = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    head(&format!(
        "{}:{}:{}",
        part("chain"),
        value["sequence"],
        part("hash")
    ))
}

fn head(text: &str) -> Result<Head, Failure> {
    let mut parts = text.splitn(3, ':');
    let read = (|| {
        Some(Head {
            chain: Code::composed(parts.next()?),
            sequence: parts.next()?.parse().ok()?,
            hash: parts.next()?.to_owned(),
        })
    })();
    read.ok_or_else(|| {
        Failure::usage(both!(zh: "\"{text}\" 既不是文件，也不是 链:序号:哈希（log --head 会给出）", en: "\"{text}\" is neither a file nor chain:seq:hash as log --head gives it"))
    })
}
