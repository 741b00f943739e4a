//! `list`: the registries.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::{ArgMatches, Command};
use serde_json::Value;

use super::names::Names;
use super::registry::{cells, document, masked_cells};
use super::table::{Align, Layout, safe};
use super::{Failure, Session, Verb, args, registry, words};
use crate::console::app::library::{KINDS, Library, Neighbours, read_names};
use crate::desk::{Desk, Scope};
use crate::domain::kinds::Word;
use crate::domain::lang::counted;
use crate::domain::{AnyRecord, Code, Kind, Lang};
use crate::search::{Entry, Eyes, Finder, Found, Query, Scribe};
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
    let (library, rows) = (
        session.served.as_ref().map(|served| &served.library),
        desk.rows()?,
    );
    let list = List {
        desk: &desk,
        kind,
        scope: desk.access().scope(right),
        found: match library {
            _ if filter.trim().is_empty() => None,
            Some(library) if KINDS.contains(&kind) => Some(found_by(library, &desk, kind, filter)?),
            _ => Some(found(&desk, kind, filter, &*rows)?),
        },
        rows: &*rows,
    };
    if session.json {
        documents(&list, session)?;
        return Ok(0);
    }
    let count = lines(&list, session)?;
    let records = counted(count, "record", "records");
    session.note(say!(session.lang, zh: "共 {count} 条", en: "{records}"));
    Ok(0)
}

/// What is listed. A registry may be large, so each record is read when it is its turn and none is held.
struct List<'a> {
    desk: &'a Desk,
    kind: Kind,
    /// What of it whoever calls may see.
    scope: Scope,
    rows: &'a dyn Rows,
    /// What was found; all when nothing was looked for.
    found: Option<Found>,
}

impl List<'_> {
    /// Calls `each` for every record in its turn.
    fn each(&self, each: &mut dyn FnMut(&AnyRecord) -> Result<(), Failure>) -> Result<(), Failure> {
        let Some(found) = &self.found else {
            return seen(&self.scope, self.kind, self.rows, each);
        };
        for code in (0..found.len()).filter_map(|at| found.code(at)) {
            if let Some(record) = self.rows.get(self.kind, &code)? {
                each(&record)?;
            }
        }
        Ok(())
    }
}

/// One document of all records. They are read once before the first is told, since half a document is none: what can't
/// be read is then the answer.
fn documents(list: &List<'_>, session: &mut Session<'_>) -> Result<(), Failure> {
    list.each(&mut |_| Ok(()))?;
    let kind = Value::from(list.kind.word());
    write!(session.out, "{{\"kind\":{kind},\"rows\":[")?;
    let mut comma = "";
    list.each(&mut |record| {
        write!(session.out, "{comma}{}", row_document(list.desk, record)?)?;
        comma = ",";
        Ok(())
    })?;
    Ok(writeln!(session.out, "]}}")?)
}

/// Prints a table of all records and gives their number. They are read twice: to see how wide the columns are, and to
/// print them.
fn lines(list: &List<'_>, session: &mut Session<'_>) -> Result<usize, Failure> {
    let mut columns = Columns::new(list, session.lang)?;
    let mut layout = columns.layout();
    let mut count = 0;
    list.each(&mut |record| {
        layout.measure(&columns.cells(record)?);
        count += 1;
        Ok(())
    })?;
    session.lines(layout.head())?;
    list.each(&mut |record| session.say(layout.line(&columns.cells(record)?)))?;
    Ok(count)
}

/// What the station's own search finds, which is ready.
fn found_by(library: &Library, desk: &Desk, kind: Kind, filter: &str) -> Result<Found, Failure> {
    library.load(kind, desk)?;
    library.catch_up(desk)?;
    let (mut finder, cancel) = (Finder::new(), AtomicBool::default());
    let found = library
        .search(&mut finder, kind, filter, desk, &cancel)
        .map_err(|wrong| Failure::usage(wrong.said()))?;
    Ok(found.unwrap_or_else(|| Found::nothing(kind)))
}

/// What is found without a station.
fn found(desk: &Desk, kind: Kind, filter: &str, rows: &dyn Rows) -> Result<Found, Failure> {
    let query = Query::new(kind, filter).map_err(|wrong| Failure::usage(wrong.said()))?;
    let scope = desk.access().scope(registry::right_to_see(kind));
    let (mut scribe, beside) = (Scribe::new(kind), Neighbours(rows));
    seen(&scope, kind, rows, &mut |record| {
        scribe.put(&Entry::of(record, &beside));
        Ok(())
    })?;
    let (book, names) = (scribe.finish(), read_names(desk)?);
    let eyes = Eyes {
        lexicon: &names,
        sees: None,
    };
    let hits = Finder::new().find(&book, &query, eyes, &AtomicBool::default());
    let positions = hits
        .unwrap_or_default()
        .iter()
        .map(|hit| hit.position)
        .collect();
    Ok(Found {
        book,
        positions: Arc::new(positions),
    })
}

/// Every record of a kind that is within a scope.
fn seen(
    scope: &Scope,
    kind: Kind,
    rows: &dyn Rows,
    each: &mut dyn FnMut(&AnyRecord) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut done = Ok(());
    rows.scan(kind, None, &mut |record| {
        done = scope
            .sees(rows, &record)
            .map_err(Failure::from)
            .and_then(|sees| if sees { each(&record) } else { Ok(()) });
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    done
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

/// The cells of records, for a table.
struct Columns<'a> {
    desk: &'a Desk,
    kind: Kind,
    lang: Lang,
    names: Names<'a>,
    /// Names that were looked up, of the few that many records refer to.
    known: HashMap<(Kind, Code), String>,
}

impl<'a> Columns<'a> {
    fn new(list: &List<'a>, lang: Lang) -> Result<Self, Failure> {
        Ok(Self {
            desk: list.desk,
            kind: list.kind,
            lang,
            names: Names::of(list.desk, lang)?,
            known: HashMap::new(),
        })
    }

    fn layout(&self) -> Layout {
        let labels = cells(&registry::empty(self.kind));
        let label = |column: &&str| {
            labels
                .iter()
                .find(|cell| cell.column == *column)
                .map_or(*column, |cell| cell.label.get(self.lang))
                .to_owned()
        };
        let state = text!(zh: "状态", en: "state").get(self.lang).to_owned();
        let state = (self.kind == Kind::Need).then_some(state);
        let heads = shown(self.kind).iter().map(label).chain(state);
        Layout::new(heads.map(|head| (head.to_uppercase(), Align::Left)))
    }

    fn cells(&mut self, record: &AnyRecord) -> Result<Vec<String>, Failure> {
        let own = masked_cells(record);
        let references = record.references();
        let mut row = Vec::new();
        for column in shown(self.kind) {
            let cell = own.iter().find(|cell| cell.column == *column);
            let value = cell.map(|cell| words::cell(column, &cell.value, self.lang));
            let value = value.unwrap_or_default();
            let named = references
                .iter()
                .find(|reference| reference.column == *column && reference.code.as_str() == value);
            row.push(match named {
                Some(reference) => self.name(reference.kind, &reference.code),
                None => value,
            });
        }
        let state = state(self.desk, record)?;
        row.extend(state.map(|(_, text)| text.get(self.lang).to_owned()));
        Ok(safe(row))
    }

    fn name(&mut self, kind: Kind, code: &Code) -> String {
        let is_of_few = matches!(
            kind,
            Kind::Street | Kind::Community | Kind::Category | Kind::Capability
        );
        if !is_of_few {
            return self.names.name(kind, code);
        }
        let known = self.known.entry((kind, code.clone()));
        known.or_insert_with(|| self.names.name(kind, code)).clone()
    }
}
