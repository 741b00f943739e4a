//! `list`: the registries.

use std::ops::ControlFlow;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::names::Names;
use super::registry::{cells, document, masked_cells};
use super::table::{Align, Table};
use super::{Failure, Session, Verb, args, registry, words};
use crate::desk::Desk;
use crate::domain::kinds::Word;
use crate::domain::lang::counted;
use crate::domain::{AnyRecord, Kind, Lang};
use crate::search::{Filter, SearchKey};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "list",
    about: text!(zh: "列出一个种类的记录，可用汉字、拼音、首字母或编码筛选", en: "List records of a kind; filter by name, pinyin, initials or code"),
    examples: &[
        (
            "matchdesk list suppliers",
            text!(zh: "所有供方", en: "all suppliers"),
        ),
        (
            "matchdesk list residents --filter wxy",
            text!(zh: "按拼音首字母找王秀英", en: "find 王秀英 by her initials"),
        ),
        (
            "matchdesk list needs --json",
            text!(zh: "供脚本使用", en: "for scripts"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command.arg(args::kind_arg(lang)).arg(args::option(
        "filter",
        text!(zh: "文字", en: "TEXT"),
        text!(zh: "只列出与之相符的", en: "Only what matches, the best first"),
        lang,
    ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let kind = args::kind_of(matches)?;
    let right = registry::right_to_see(kind);
    let desk = if kind == Kind::Need {
        session.open_and_roll(right)?
    } else {
        session.open(right)?
    };
    let records = found(&desk, kind, args::text_of(matches, "filter"), session.lang)?;
    if session.json {
        let rows = records
            .iter()
            .map(|record| row_document(&desk, record))
            .collect::<Result<Vec<Value>, Failure>>()?;
        session.document(&json!({"kind": kind.word(), "rows": rows}))?;
        return Ok(0);
    }
    let lang = session.lang;
    session.lines(table(&desk, kind, &records, lang)?.lines())?;
    let count = records.len();
    let records = counted(count, "record", "records");
    session.note(say!(lang, zh: "共 {count} 条", en: "{records}"));
    Ok(0)
}

fn found(desk: &Desk, kind: Kind, filter: &str, lang: Lang) -> Result<Vec<AnyRecord>, Failure> {
    let mut records = Vec::new();
    let rows = desk.rows()?;
    let scope = desk.access().scope(registry::right_to_see(kind));
    let mut seen = Ok(true);
    rows.scan(kind, None, &mut |record| {
        seen = scope.sees(&*rows, &record);
        match seen {
            Ok(true) => records.push(record),
            Ok(false) => {}
            Err(_) => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    })?;
    seen?;
    if filter.trim().is_empty() {
        return Ok(records);
    }
    let names = Names::of(desk, lang)?;
    let keys: Vec<SearchKey> = records.iter().map(|record| key(record, &names)).collect();
    let mut search = Filter::new();
    let ids = search.query(&keys, filter);
    Ok(ids
        .iter()
        .filter_map(|id| records.get(*id as usize).cloned())
        .collect())
}

/// What a record is found by: its code, names and telephone number, and the names of the people it is about.
fn key(record: &AnyRecord, names: &Names<'_>) -> SearchKey {
    let mut fields = vec![record.key().to_string()];
    let mut number = String::new();
    for cell in cells(record) {
        match cell.column {
            "name" | "name_zh" | "name_en" => fields.push(cell.value),
            "phone" => number = cell.value,
            _ => {}
        }
    }
    for reference in record.references() {
        if matches!(reference.column, "resident" | "supplier" | "category") {
            fields.push(names.name(reference.kind, &reference.code));
        }
    }
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    SearchKey::with_number(&fields, &number)
}

fn row_document(desk: &Desk, record: &AnyRecord) -> Result<Value, Failure> {
    let mut row = document(&masked_cells(record));
    if let Some((word, _)) = state(desk, record)? {
        row.insert("state".to_owned(), word.into());
    }
    Ok(row.into())
}

fn state(
    desk: &Desk,
    record: &AnyRecord,
) -> Result<Option<(&'static str, crate::domain::lang::Text)>, Failure> {
    let AnyRecord::Need(need) = record else {
        return Ok(None);
    };
    let state = desk.index()?.state(&need.code, desk.now());
    Ok(state.map(words::state))
}

/// The columns that a list has room for.
fn shown(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Street => &["code", "name_zh", "name_en"],
        Kind::Community => &["code", "street", "name_zh", "name_en"],
        Kind::Category => &["code", "parent", "name_zh", "name_en", "remote", "retired"],
        Kind::Capability => &["code", "name_zh", "name_en", "retired"],
        Kind::Supplier => &[
            "code",
            "name",
            "kind",
            "sex",
            "phone",
            "community",
            "skills",
            "status",
        ],
        Kind::Resident => &[
            "code",
            "name",
            "sex",
            "birth_date",
            "phone",
            "community",
            "circumstances",
        ],
        Kind::Need => &[
            "code",
            "resident",
            "category",
            "start",
            "minutes",
            "recurrence",
            "people",
            "urgency",
        ],
        Kind::Match => &[
            "need",
            "supplier",
            "confirmed_at",
            "confirmed_by",
            "rank",
            "score",
            "ended_at",
        ],
        Kind::Service => &[
            "code", "resident", "supplier", "category", "start", "minutes", "outcome", "rating",
        ],
        Kind::Settings => &[],
        Kind::Grant => &["holder", "role", "streets", "revoked"],
    }
}

fn table(desk: &Desk, kind: Kind, records: &[AnyRecord], lang: Lang) -> Result<Table, Failure> {
    let names = Names::of(desk, lang)?;
    let columns = shown(kind);
    let labels = cells(&super::registry::empty(kind));
    let label = |column: &&str| {
        labels
            .iter()
            .find(|cell| cell.column == *column)
            .map_or(*column, |cell| cell.label.get(lang))
            .to_owned()
    };
    let state_head =
        (kind == Kind::Need).then(|| text!(zh: "状态", en: "state").get(lang).to_owned());
    let heads = columns.iter().map(label).chain(state_head);
    let mut table = Table::new(heads.map(|head| (head.to_uppercase(), Align::Left)));
    for record in records {
        let own = masked_cells(record);
        let references = record.references();
        let value = |column: &&str| {
            let value = own
                .iter()
                .find(|cell| cell.column == *column)
                .map(|cell| words::cell(column, &cell.value, lang))
                .unwrap_or_default();
            references
                .iter()
                .find(|reference| reference.column == *column && reference.code.as_str() == value)
                .map_or(value, |reference| {
                    names.name(reference.kind, &reference.code)
                })
        };
        let state = state(desk, record)?.map(|(_, text)| text.get(lang).to_owned());
        table.row(columns.iter().map(value).chain(state));
    }
    Ok(table)
}
