//! `log`: the journal in sentences.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::names::Names;
use super::{COMMAND, CONSOLE, Failure, Session, Verb, args, registry, session, words};
use crate::desk::{Desk, Journal};
use crate::domain::kinds::Word;
use crate::domain::mask::masked;
use crate::domain::printable::printable;
use crate::domain::{Code, Denial, Kind, Lang, Note, Right, Verb as Happened};
use crate::store::{Entry, FieldChange};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "log",
    about: text!(zh: "查看日志：谁在什么时候做了什么", en: "The journal: who did what, when, and what was before"),
    examples: &[
        (
            "matchdesk log --need N000001",
            text!(zh: "一条需求的经过", en: "the story of a need"),
        ),
        (
            "matchdesk log --supplier V0001090 --since 2026-11-01T00:00",
            text!(zh: "某位供方最近的记录", en: "what concerned a supplier lately"),
        ),
        (
            "matchdesk log --who wang --since 2026-11-23T00:00",
            text!(zh: "某人今天做了什么", en: "what somebody did today"),
        ),
        (
            "matchdesk log --head",
            text!(zh: "每条日志链的末端，请另存一份", en: "the head of each chain, to be kept elsewhere"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    let code = text!(zh: "编码", en: "CODE");
    command
        .arg(args::option(
            "need",
            code,
            text!(zh: "只看这条需求", en: "Only what concerns this need"),
            lang,
        ))
        .arg(args::option(
            "supplier",
            code,
            text!(zh: "只看这位供方", en: "Only what concerns this supplier"),
            lang,
        ))
        .arg(args::option(
            "resident",
            code,
            text!(zh: "只看这位居民和其需求", en: "Only what concerns this resident and their needs"),
            lang,
        ))
        .arg(args::option(
            "who",
            text!(zh: "用户", en: "USER"),
            text!(zh: "只看这个人做的", en: "Only what this person did"),
            lang,
        ))
        .arg(args::option(
            "station",
            text!(zh: "服务站", en: "STATION"),
            text!(zh: "只看在这台机器上做的", en: "Only what was done at this machine"),
            lang,
        ))
        .arg(args::option(
            "since",
            text!(zh: "时间", en: "TIME"),
            text!(zh: "只看此后的", en: "Only from this time on"),
            lang,
        ))
        .arg(args::option(
            "until",
            text!(zh: "时间", en: "TIME"),
            text!(zh: "只看此前的", en: "Only before this time"),
            lang,
        ))
        .arg(args::flag(
            "head",
            text!(zh: "只显示每条链的末端", en: "Only the head of each chain"),
            lang,
        ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open(Right::Journal)?;
    if matches.get_flag("head") {
        return heads(&desk, session);
    }
    let code = |name| {
        matches
            .get_one::<String>(name)
            .map(|code| Code::composed(code))
    };
    let time = |name| {
        matches
            .get_one::<String>(name)
            .map(|text| session::parse_now(text, desk.zone()))
            .transpose()
    };
    let entries = desk.journal(&Journal {
        need: code("need"),
        supplier: code("supplier"),
        resident: code("resident"),
        who: matches.get_one("who").cloned(),
        station: matches.get_one("station").cloned(),
        since: time("since")?,
        until: time("until")?,
    })?;
    if session.json {
        let entries: Vec<Value> = entries.iter().map(|entry| document(&desk, entry)).collect();
        session.document(&json!({"entries": entries}))?;
        return Ok(0);
    }
    let names = Names::of(&desk, session.lang)?;
    for entry in &entries {
        session.say(printable(&sentence(&desk, entry, &names, session.lang)))?;
    }
    Ok(0)
}

fn heads(desk: &Desk, session: &mut Session<'_>) -> Result<u8, Failure> {
    let heads = desk.store().heads()?;
    if session.json {
        let heads: Vec<Value> = heads
            .iter()
            .map(|head| json!({"chain": head.chain.as_str(), "sequence": head.sequence, "hash": head.hash}))
            .collect();
        session.document(&json!({"heads": heads}))?;
    } else {
        for head in heads {
            session.say(format!("{}:{}:{}", head.chain, head.sequence, head.hash))?;
        }
    }
    Ok(0)
}

fn document(desk: &Desk, entry: &Entry) -> Value {
    let zone = desk.zone();
    let changes: Vec<Value> = entry
        .changes
        .iter()
        .map(|change| json!({"column": change.column, "before": shown(change, change.before.as_ref()), "after": shown(change, change.after.as_ref())}))
        .collect();
    let denial = (entry.verb == Happened::Denied).then(|| Denial::of(&entry.reason));
    let (reason, more) = denial.map_or((entry.reason.as_str(), None), |it| (it.asked, it.more));
    json!({
        "chain": entry.chain.as_str(),
        "sequence": entry.sequence,
        "at": zone.rfc3339(zone.local(entry.request.real)),
        "now": zone.rfc3339(entry.request.now),
        "who": entry.request.who,
        "station": entry.request.station,
        "verb": entry.verb.word(),
        "kind": entry.kind.word(),
        "key": entry.key.as_str(),
        "reason": reason,
        "more": more,
        "changes": changes,
    })
}

fn sentence(desk: &Desk, entry: &Entry, names: &Names<'_>, lang: Lang) -> String {
    let real = desk.zone().local(entry.request.real).minute();
    let (when, who) = (words::when(real), entry.request.who.as_str());
    let what = deed(entry, names, lang);
    let changes = changes(entry, lang);
    let reason = entry.reason.as_str();
    let mut sentence = format!("{when} {who} {what}{changes}");
    if !reason.is_empty() && entry.verb != Happened::Denied {
        sentence.push_str(&say!(lang, zh: "，原因：{reason}", en: ", because: {reason}"));
    }
    sentence
}

/// What was done, to which record.
fn deed(entry: &Entry, names: &Names<'_>, lang: Lang) -> String {
    let verb = entry.verb.say(lang);
    let key = &entry.key;
    if key.as_str() == Note::ALL {
        return of_all(entry, lang);
    }
    if entry.verb == Happened::Denied {
        let (asked, kind, more) = (asked(entry, lang), entry.kind.say(lang), more(entry, lang));
        return say!(lang, zh: "被拒绝：{asked}（{kind} {key}）{more}", en: "was denied: {asked} ({kind} {key}){more}");
    }
    if let (Kind::Match, Some((need, supplier))) = (entry.kind, pair(key)) {
        let name = names.name(Kind::Supplier, &supplier);
        return match entry.verb {
            Happened::Confirmed => {
                say!(lang, zh: "确认 {name}（{supplier}）服务 {need}", en: "confirmed {name} ({supplier}) for {need}")
            }
            Happened::Unmatched => {
                say!(lang, zh: "结束 {name}（{supplier}）与 {need} 的匹配", en: "ended the match of {name} ({supplier}) and {need}")
            }
            Happened::Rolled => {
                say!(lang, zh: "为 {need} 顺延预约 {name}（{supplier}）", en: "booked later visits of {need} for {name} ({supplier})")
            }
            _ => {
                say!(lang, zh: "{verb}匹配 {need} / {supplier}", en: "{verb} the match {need} / {supplier}")
            }
        };
    }
    let kind = entry.kind.say(lang);
    let name = names.name(entry.kind, key);
    if entry.verb == Happened::Revealed {
        return say!(lang, zh: "查看了{kind} {key} {name} 的个人信息", en: "saw the personal data of {kind} {key} {name}");
    }
    let shown = if name == key.as_str() {
        String::new()
    } else {
        format!(" {name}")
    };
    say!(lang, zh: "{verb}{kind} {key}{shown}", en: "{verb} {kind} {key}{shown}")
}

/// What was done, or asked for, with a kind of record as a whole.
fn of_all(entry: &Entry, lang: Lang) -> String {
    let kind = entry.kind.say(lang);
    if entry.verb == Happened::Denied {
        let (asked, more) = (asked(entry, lang), more(entry, lang));
        return say!(lang, zh: "被拒绝：{asked}{more}", en: "was denied: {asked}{more}");
    }
    let kinds = entry.kind.word();
    say!(lang, zh: "导出了{kind}，包括个人信息", en: "exported {kinds} with their personal data")
}

/// What was asked for and denied.
fn asked(entry: &Entry, lang: Lang) -> String {
    let asked = Denial::of(&entry.reason).asked;
    match (Right::parse(asked), asked) {
        (Ok(right), _) => right.say(lang).to_owned(),
        (_, CONSOLE) => {
            let console = text!(zh: "打开控制台", en: "open the console");
            console.get(lang).to_owned()
        }
        (_, COMMAND) => text!(zh: "运行命令", en: "run a command")
            .get(lang)
            .to_owned(),
        _ => say!(lang, zh: "运行 {asked}", en: "run {asked}"),
    }
}

/// How many times more the same was denied, when an entry tells of several.
fn more(entry: &Entry, lang: Lang) -> String {
    match Denial::of(&entry.reason).more {
        None => String::new(),
        Some(1) => text!(zh: "，一小时内又有 1 次", en: ", and once more within the hour")
            .get(lang)
            .to_owned(),
        Some(times) => {
            say!(lang, zh: "，一小时内又有 {times} 次", en: ", and {times} times more within the hour")
        }
    }
}

fn pair(key: &Code) -> Option<(Code, Code)> {
    let mut parts = key.as_str().split('/');
    Some((Code::composed(parts.next()?), Code::composed(parts.next()?)))
}

/// The fields that became different; of a new record only how it is known.
fn changes(entry: &Entry, lang: Lang) -> String {
    if entry.kind != Kind::Grant
        && matches!(entry.verb, Happened::Added | Happened::Imported)
        && entry.changes.iter().all(is_new)
    {
        return String::new();
    }
    let erased = text!(zh: "（已删除）", en: "(erased)").get(lang);
    let outcome = (entry.verb == Happened::Closed
        && entry
            .changes
            .iter()
            .all(|change| change.column != "outcome"))
    .then(|| crate::domain::Outcome::Completed.say(lang).to_owned());
    let labels = registry::cells(&registry::empty(entry.kind));
    let parts: Vec<String> = entry
        .changes
        .iter()
        .filter(|change| {
            !matches!(
                change.column,
                "code"
                    | "need"
                    | "end_reason"
                    | "cancel_reason"
                    | "confirmed_at"
                    | "confirmed_by"
                    | "ended_at"
            )
        })
        .map(|change| {
            let column = change.column;
            let cell = |value: Option<&String>| {
                let value = shown(change, value);
                words::cell(column, value.as_deref().unwrap_or(erased), lang)
            };
            let (before, after) = (cell(change.before.as_ref()), cell(change.after.as_ref()));
            let label = labels
                .iter()
                .find(|cell| cell.column == column)
                .map_or(column, |cell| cell.label.get(lang));
            let none = text!(zh: "（空）", en: "(none)").get(lang);
            match (before.is_empty(), after.is_empty()) {
                (true, _) => format!("{label} {after}"),
                (false, true) => format!("{label} {before} → {none}"),
                (false, false) => format!("{label} {before} → {after}"),
            }
        })
        .chain(outcome)
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    }
}

/// A value as the journal shows it: personal ones in part.
fn shown(change: &FieldChange, value: Option<&String>) -> Option<String> {
    let value = value?;
    Some(if change.masked {
        masked(change.column, value)
    } else {
        value.clone()
    })
}

fn is_new(change: &FieldChange) -> bool {
    change.before.as_deref().is_some_and(str::is_empty)
}
