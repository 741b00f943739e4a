//! `list`: the registries.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::names::Names;
use super::registry::{cells, document, masked_cells};
use super::table::{Align, Table};
use super::{Failure, Session, Verb, args, registry, words};
use crate::console::app::library::{KINDS, Library, Neighbours, read_names};
use crate::desk::Desk;
use crate::domain::kinds::Word;
use crate::domain::lang::counted;
use crate::domain::{AnyRecord, Kind, Lang};
use crate::search::{Entry, Eyes, Finder, Query, Scribe};
use crate::store::Rows;
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
            "matchdesk list suppliers --filter '状态:暂停 服务技能:理发'",
            text!(zh: "按字段查找：暂停的理发员", en: "by fields: the barbers who pause"),
        ),
        (
            "matchdesk list suppliers --filter 'status:paused skills:barber community:ahxl'",
            text!(zh: "同上，用英文列名，再加社区拼音首字母", en: "the same by columns, in one community by its initials"),
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
        text!(zh: "只列出与之相符的，最相符的在前；字段名:值 只在该字段里找", en: "Only what matches, the best first; FIELD:VALUE looks in that field"),
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
    let filter = args::text_of(matches, "filter");
    let records = match &session.served {
        Some(served) if KINDS.contains(&kind) && !filter.trim().is_empty() => {
            found_by(&served.library, &desk, kind, filter)?
        }
        _ => found(&desk, kind, filter)?,
    };
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

/// What the station's own search finds, which is ready.
fn found_by(
    library: &Library,
    desk: &Desk,
    kind: Kind,
    filter: &str,
) -> Result<Vec<AnyRecord>, Failure> {
    library.load(kind, desk)?;
    library.catch_up(desk)?;
    let (mut finder, cancel) = (Finder::new(), AtomicBool::default());
    let found = library
        .search(&mut finder, kind, filter, desk, &cancel)
        .map_err(|wrong| Failure::usage(wrong.said()))?;
    let (mut records, rows) = (Vec::new(), desk.rows()?);
    let found = found.iter();
    for code in found.flat_map(|found| (0..found.len()).filter_map(|at| found.code(at))) {
        records.extend(rows.get(kind, &code)?);
    }
    Ok(records)
}

fn found(desk: &Desk, kind: Kind, filter: &str) -> Result<Vec<AnyRecord>, Failure> {
    let query = Query::new(kind, filter).map_err(|wrong| Failure::usage(wrong.said()))?;
    let rows = desk.rows()?;
    let mut records = Vec::new();
    if query.is_empty() {
        seen(desk, kind, &*rows, &mut |record| records.push(record))?;
        return Ok(records);
    }
    // Of what is not found no record is kept: a registry may be large.
    let (mut scribe, beside) = (Scribe::new(kind), Neighbours(&*rows));
    seen(desk, kind, &*rows, &mut |record| {
        scribe.put(&Entry::of(&record, &beside));
    })?;
    let (book, names) = (scribe.finish(), read_names(desk)?);
    let eyes = Eyes {
        lexicon: &names,
        sees: None,
    };
    let hits = Finder::new().find(&book, &query, eyes, &AtomicBool::default());
    for hit in hits.unwrap_or_default() {
        if let Some(code) = book.code(hit.position) {
            records.extend(rows.get(kind, &code)?);
        }
    }
    Ok(records)
}

/// Every record of a kind that whoever calls may see.
fn seen(
    desk: &Desk,
    kind: Kind,
    rows: &dyn Rows,
    each: &mut dyn FnMut(AnyRecord),
) -> Result<(), Failure> {
    let scope = desk.access().scope(registry::right_to_see(kind));
    let mut seen = Ok(true);
    rows.scan(kind, None, &mut |record| {
        seen = scope.sees(rows, &record);
        match seen {
            Ok(true) => each(record),
            Ok(false) => {}
            Err(_) => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    })?;
    seen?;
    Ok(())
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
