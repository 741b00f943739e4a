//! The form of a record, made from its field table.

use std::sync::Arc;

use super::known;
use crate::console::app::model::Model;
use crate::console::app::view::Effect;
use crate::console::panes::sheet::{Spec, Submit};
use crate::console::panes::{QUEUE, reveal};
use crate::console::widgets::form::{Choice, Field, Form, Search};
use crate::desk::{Command, Desk, Done};
use crate::domain::field::{Field as Column, Privacy};
use crate::domain::kinds::Word;
use crate::domain::lang::{Lang, Text};
use crate::domain::mask::masked;
use crate::domain::record::Need;
use crate::domain::{
    AnyRecord, Code, Kind, Record, Said, Sex, Status, Subject, SupplierKind, Urgency,
};
use crate::search::matches;
use crate::{both, text};

/// Fields that the desk fills, or other actions change.
const KEPT: [&str; 6] = [
    "opened_at",
    "cancelled_at",
    "cancel_reason",
    "status_since",
    "lon",
    "lat",
];

/// The form of one record.
pub struct RecordForm<R> {
    base: R,
    editing: bool,
}

impl<R: Record + Into<AnyRecord>> RecordForm<R> {
    /// A new record that begins with these values.
    pub fn adding(base: R) -> Self {
        Self {
            base,
            editing: false,
        }
    }

    /// A record to be changed.
    pub fn editing(base: R) -> Self {
        Self {
            base,
            editing: true,
        }
    }

    /// The columns of the form: the code last when new, where it may stay empty, and not at all when it can't change.
    fn columns(&self) -> impl Iterator<Item = &'static Column<R>> {
        let (code, rest): (Vec<_>, Vec<_>) = R::fields()
            .iter()
            .filter(|column| !KEPT.contains(&column.column))
            .partition(|column| column.column == "code");
        let code = code.into_iter().filter(|_| !self.editing);
        rest.into_iter().chain(code)
    }

    fn field(&self, column: &'static Column<R>, model: &Model) -> Field {
        let value = self.shown(column, model);
        let id = column.column;
        let label = column.label.get(model.lang);
        let lang = model.lang;
        let field = match (id, R::KIND) {
            ("kind", _) => choice::<SupplierKind>(id, label, &value, lang, false),
            ("status", _) => choice::<Status>(id, label, &value, lang, false),
            ("urgency", _) => choice::<Urgency>(id, label, &value, lang, false),
            ("sex", _) => sexes(id, label, &value, lang, R::KIND),
            ("resident", _) => {
                let known = known(Kind::Resident, model);
                let start = known(&value).unwrap_or_else(|| Choice::new(&value, &value));
                Field::record(id, label, &start, Kind::Resident, known)
            }
            ("category", _) => named(id, label, &value, Kind::Category, model),
            ("street", _) => named(id, label, &value, Kind::Street, model),
            ("community", _) => named(id, label, &value, Kind::Community, model),
            _ => Field::text(id, label, &value),
        };
        let field = field
            .help(help(id).map_or("", |text| text.get(lang)))
            .checked(self.check(column, model));
        if ["resident", "category", "start", "minutes", "name"].contains(&id) {
            field.required()
        } else {
            field
        }
    }

    /// A value as the form shows it at first: personal ones in part, unless the record's are shown in full.
    fn shown(&self, column: &Column<R>, model: &Model) -> String {
        if self.editing {
            reveal::shown(column, &self.base, model)
        } else {
            (column.get)(&self.base)
        }
    }

    /// Whether a field still holds the part of a personal value that it was shown with: the value stays as it is.
    fn is_kept(&self, column: &Column<R>, typed: &str) -> bool {
        self.editing
            && column.privacy == Privacy::Masked
            && !typed.is_empty()
            && typed == masked(column.column, &(column.get)(&self.base))
    }

    /// Checks the value alone, and that what it refers to exists.
    fn check(
        &self,
        column: &'static Column<R>,
        model: &Model,
    ) -> impl Fn(&str) -> Result<(), String> + 'static {
        let own = Self {
            base: self.base.clone(),
            editing: self.editing,
        };
        let (lang, desk) = (model.lang, Arc::clone(&model.desk));
        move |typed| {
            if own.is_kept(column, typed) {
                return Ok(());
            }
            let mut record = own.base.clone();
            (column.set)(&mut record, typed)
                .and_then(|()| exists(&record, column.column, &desk))
                .map_err(|said| said.get(lang).to_owned())
        }
    }

    fn read(&self, form: &Form, lang: Lang) -> Result<R, (&'static str, String)> {
        let mut record = self.base.clone();
        for column in self.columns() {
            let typed = form.value(column.column).trim();
            let is_given = column.column == "code" && typed.is_empty();
            if is_given || self.is_kept(column, typed) {
                continue;
            }
            (column.set)(&mut record, typed)
                .map_err(|said| (column.column, said.get(lang).to_owned()))?;
        }
        record
            .check()
            .map_err(|problem| (problem.column, problem.said.get(lang).to_owned()))?;
        Ok(record)
    }
}

/// Whether all that a record's column refers to is in the store.
fn exists<R: Record>(record: &R, column: &str, desk: &Desk) -> Result<(), Said> {
    let Ok(rows) = desk.rows() else {
        return Ok(());
    };
    for reference in record.references() {
        if reference.column == column
            && matches!(rows.get(reference.kind, &reference.code), Ok(None))
        {
            let (code, kind) = (reference.code, reference.kind.text());
            let (zh, en) = (kind.zh, kind.en);
            return Err(both!(zh: "没有编码为 {code} 的{zh}", en: "there is no {en} {code}"));
        }
    }
    Ok(())
}

fn choice<W: Word>(id: &'static str, label: &str, value: &str, lang: Lang, empty: bool) -> Field {
    let none = Choice::new("", text!(zh: "不限", en: "any").get(lang));
    let choices = empty
        .then_some(none)
        .into_iter()
        .chain(W::ALL.iter().map(|w| Choice::new(w.word(), w.say(lang))));
    Field::choice(id, label, value, choices.collect())
}

/// A person's own sex has no `any`; a need without one takes either.
fn sexes(id: &'static str, label: &str, value: &str, lang: Lang, kind: Kind) -> Field {
    let none = match kind {
        Kind::Need => text!(zh: "不限", en: "either"),
        _ => text!(zh: "未知", en: "unknown"),
    };
    let choices = [Choice::new("", none.get(lang))].into_iter().chain(
        Sex::ALL
            .iter()
            .filter(|sex| kind == Kind::Supplier || **sex != Sex::Any)
            .map(|sex| Choice::new(sex.word(), sex.say(lang))),
    );
    Field::choice(id, label, value, choices.collect())
}

/// A search among streets, communities or categories by either name, pinyin or code.
fn named(id: &'static str, label: &str, value: &str, kind: Kind, model: &Model) -> Field {
    let lang = model.lang;
    let all: Vec<([String; 3], Choice)> = model
        .names
        .usable(kind)
        .map(|code| {
            let (zh, en) = model.names.both(kind, code);
            let shown = format!("{} ({code})", model.names.get(kind, code, lang));
            (
                [zh, en, code.as_str()].map(str::to_owned),
                Choice::new(code.as_str(), shown),
            )
        })
        .collect();
    let first = all
        .iter()
        .find(|(_, choice)| choice.value == value)
        .map_or_else(|| Choice::new(value, value), |(_, choice)| choice.clone());
    let search: Search = Box::new(move |typed| {
        let mut found: Vec<(u32, &Choice)> = all
            .iter()
            .filter_map(|(texts, choice)| {
                let texts = texts.each_ref().map(String::as_str);
                Some((matches(&texts, typed)?, choice))
            })
            .collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found
            .into_iter()
            .map(|(_, choice)| choice.clone())
            .collect()
    });
    Field::search(id, label, &first, search)
}

/// One line about what to type.
fn help(column: &str) -> Option<Text> {
    Some(match column {
        "resident" => {
            text!(zh: "姓名、拼音首字母、编码或电话", en: "name, pinyin initials, code or telephone")
        }
        "category" => text!(zh: "输入名称或拼音查找", en: "type to search by name or code"),
        "start" => {
            text!(zh: "第一次服务：2026-11-24T09:00", en: "the first visit: 2026-11-24T09:00")
        }
        "minutes" => {
            text!(zh: "每次多少分钟，15 到 1440", en: "how long each visit takes, 15 to 1440")
        }
        "recurrence" => {
            text!(zh: "空着只一次；如 FREQ=WEEKLY;BYDAY=TU 或 FREQ=MONTHLY", en: "empty: once; else FREQ=WEEKLY;BYDAY=TU or FREQ=MONTHLY")
        }
        "people" => text!(zh: "同时需要几个人", en: "how many suppliers at once"),
        "capabilities" => {
            text!(zh: "能力编码，用 ; 隔开，如 strong;driver", en: "codes parted by ; as in strong;driver")
        }
        "skills" => {
            text!(zh: "类别编码:级别，用 ; 隔开，如 barber:3;clean", en: "category:level parted by ; as in barber:3;clean")
        }
        "availability" => {
            text!(zh: "如 weekdays 18:00-21:00; sat,sun 08:00-12:00", en: "as weekdays 18:00-21:00; sat,sun 08:00-12:00")
        }
        "away" => {
            text!(zh: "不在的日期，如 2026-12-01/2026-12-10", en: "days off, as 2026-12-01/2026-12-10")
        }
        "birth_date" | "joined_on" => text!(zh: "如 1948-05-01", en: "as 1948-05-01"),
        "id_number" => text!(zh: "18 位身份证号", en: "18-character identity number"),
        "radius_km" => {
            text!(zh: "最远愿意走几公里，空着不限", en: "how far they go in km; empty: no limit")
        }
        "max_hours_week" => {
            text!(zh: "每周最多几小时，空着不限", en: "at most so many hours a week; empty: no limit")
        }
        "capacity" => {
            text!(zh: "同一时间能服务几家，个人为 1", en: "how many visits at once; a person: 1")
        }
        "blocked" | "preferred" => {
            text!(zh: "供方编码，用 ; 隔开", en: "supplier codes parted by ;")
        }
        "circumstances" => text!(zh: "情况，用 ; 隔开", en: "circumstances parted by ;"),
        "code" => text!(zh: "空着自动编号", en: "empty: the next free one"),
        "kind" | "sex" | "status" | "urgency" => text!(zh: "← → 选择", en: "← → to choose"),
        _ => return None,
    })
}

impl<R: Record + Into<AnyRecord>> RecordForm<R> {
    /// The record as it is typed so far; none while some of it can't be read.
    fn so_far(&self, form: &Form) -> Option<R> {
        let mut record = self.base.clone();
        for column in self.columns().filter(|column| column.column != "code") {
            let typed = form.expected(column.column).trim();
            if !self.is_kept(column, typed) {
                (column.set)(&mut record, typed).ok()?;
            }
        }
        record.check().is_ok().then_some(record)
    }
}

impl<R: Record + Into<AnyRecord>> Spec for RecordForm<R> {
    fn subject(&self) -> Option<Subject> {
        let base = self.base.clone().into();
        Some(if self.editing {
            Subject::Edit(base)
        } else {
            Subject::Add(base)
        })
    }

    fn title(&self, model: &Model) -> String {
        let kind = R::KIND.say(model.lang);
        if self.editing {
            let what = text!(zh: "修改", en: "Edit").get(model.lang);
            format!("{what} {kind} {}", self.base.key())
        } else {
            let what = text!(zh: "新增", en: "New").get(model.lang);
            format!("{what} {kind}")
        }
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        self.columns()
            .map(|column| self.field(column, model))
            .collect()
    }

    fn submit(&self, form: &Form, model: &Model) -> Result<Submit, (&'static str, String)> {
        let record = self.read(form, model.lang)?;
        let command = if self.editing {
            Command::Edit {
                before: self.base.clone().into(),
                after: record.into(),
                reason: String::new(),
            }
        } else {
            Command::Add {
                record: record.into(),
            }
        };
        Ok(Submit::Command(command))
    }

    fn sketch(&self, form: &Form) -> Option<Option<Need>> {
        let need = |record: R| match record.into() {
            AnyRecord::Need(need) => Some(need),
            _ => None,
        };
        (R::KIND == Kind::Need).then(|| self.so_far(form).and_then(need))
    }

    fn done(&self, done: &Done, model: &Model) -> (String, Vec<Effect>) {
        let saved = text!(zh: "已保存", en: "Saved").get(model.lang);
        let kind = R::KIND.say(model.lang);
        let code = done.events.first().map(|event| event.after.key());
        let code = code.unwrap_or_else(|| Code::clone(&self.base.key()));
        let effects = if R::KIND == Kind::Need && !self.editing {
            vec![Effect::Focus(QUEUE)]
        } else {
            Vec::new()
        };
        (format!("{saved} {kind} {code}"), effects)
    }
}
