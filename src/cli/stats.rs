//! `stats`: the figures of SPEC §5.

use std::path::PathBuf;

use clap::{ArgMatches, Command, value_parser};
use serde_json::{Map, Value, json};

use super::table::{Align, Table};
use super::{Failure, Session, Verb, args, words};
use crate::domain::kinds::Word;
use crate::domain::{Day, Lang, Right};
use crate::exchange::text_out::Out;
use crate::exchange::{ExchangeError, Location};
use crate::figures::{By, Figures, Period, Row};
use crate::{both, text};

pub const VERB: Verb = Verb {
    name: "stats",
    about: text!(zh: "统计指标：按街乡、社区、类别、供方或月份", en: "Figures by street, community, category, supplier or month"),
    examples: &[
        (
            "matchdesk stats --by street",
            text!(zh: "各街乡的全部数据", en: "every street, all time"),
        ),
        (
            "matchdesk stats --by month --from 2026-01-01 --to 2026-12-31",
            text!(zh: "全年逐月", en: "month by month of a year"),
        ),
        (
            "matchdesk stats --by supplier --csv stats.csv",
            text!(zh: "写入 CSV 文件", en: "into a CSV file"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    let date = text!(zh: "日期", en: "DATE");
    command
        .arg(
            args::option("by", text!(zh: "分组", en: "GROUP"), text!(zh: "street（街乡）、community（社区）、category（类别）、supplier（供方）或 month（月份）",
                en: "street, community, category, supplier or month"), lang)
            .required(true),
        )
        .arg(args::option("from", date, text!(zh: "从这一天起", en: "The first day counted"), lang))
        .arg(args::option("to", date, text!(zh: "到这一天为止（含当天）", en: "The last day counted"), lang))
        .arg(
            args::option("csv", text!(zh: "文件", en: "FILE"), text!(zh: "写入 CSV 文件", en: "Write them into a CSV file"), lang)
                .value_parser(value_parser!(PathBuf)),
        )
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let by = By::parse(args::text_of(matches, "by")).map_err(|said| {
        let (zh, en) = (said.zh, said.en);
        Failure::usage(both!(zh: "--by：{zh}", en: "--by: {en}"))
    })?;
    let period = Period {
        from: day(matches, "from")?,
        to: day(matches, "to")?,
    };
    let desk = session.open(Right::Figures)?;
    if !matches!(by, By::Street | By::Community) {
        desk.permit_everywhere(&session.actor, Right::Figures)?;
    }
    let rows = desk.stats(by, period)?;
    if let Some(path) = matches.get_one::<PathBuf>("csv") {
        write_csv(session.location(path.clone()), &rows, session.lang)?;
    }
    if session.json {
        let rows: Vec<Value> = rows.iter().map(|row| document(row, session.lang)).collect();
        session.document(&json!({
            "by": by.word(),
            "from": period.from.map(|day| day.to_string()),
            "to": period.to.map(|day| day.to_string()),
            "rows": rows,
        }))?;
    } else if !matches.contains_id("csv") {
        session.lines(table(&rows, by, session.lang).lines())?;
    }
    Ok(0)
}

fn day(matches: &ArgMatches, name: &str) -> Result<Option<Day>, Failure> {
    let Some(text) = matches.get_one::<String>(name) else {
        return Ok(None);
    };
    Day::parse(text).map(Some).map_err(|said| {
        let (zh, en) = (said.zh, said.en);
        Failure::usage(both!(zh: "--{name} \"{text}\"：{zh}", en: "--{name} \"{text}\": {en}"))
    })
}

fn name(row: &Row, lang: Lang) -> &str {
    match lang {
        Lang::En if !row.name_en.is_empty() => &row.name_en,
        _ => &row.name_zh,
    }
}

fn values(figures: &Figures) -> Map<String, Value> {
    match serde_json::to_value(figures) {
        Ok(Value::Object(values)) => values,
        _ => Map::new(),
    }
}

fn document(row: &Row, lang: Lang) -> Value {
    let mut document = Map::new();
    document.insert("key".to_owned(), row.key.as_str().into());
    document.insert("name".to_owned(), name(row, lang).into());
    document.extend(values(&row.figures));
    document.into()
}

fn write_csv(to: Location, rows: &[Row], lang: Lang) -> Result<(), ExchangeError> {
    let figures = values(&Figures::default());
    let header: Vec<&str> = ["key", "name"]
        .into_iter()
        .chain(figures.keys().map(String::as_str))
        .collect();
    let mut out = Out::create(to, &header)?;
    for row in rows {
        out.text_cell(&row.key)?;
        out.text_cell(name(row, lang))?;
        for value in values(&row.figures).values() {
            let cell = if value.is_null() {
                String::new()
            } else {
                value.to_string()
            };
            out.plain_cell(&cell)?;
        }
        out.end_row()?;
    }
    out.finish()?;
    Ok(())
}

fn table(rows: &[Row], by: By, lang: Lang) -> Table {
    let heads = [
        text!(zh: "新增需求", en: "OPENED"),
        text!(zh: "已匹配", en: "MATCHED"),
        text!(zh: "匹配用时(时)", en: "HOURS TO MATCH"),
        text!(zh: "应服务", en: "DUE"),
        text!(zh: "空缺", en: "UNFILLED"),
        text!(zh: "完成", en: "COMPLETED"),
        text!(zh: "未到", en: "NO-SHOW"),
        text!(zh: "待登记", en: "AWAITING"),
        text!(zh: "完成率", en: "RATE"),
        text!(zh: "服务小时", en: "HOURS"),
        text!(zh: "满意度", en: "RATING"),
        text!(zh: "参与率", en: "TAKING PART"),
        text!(zh: "积压", en: "BACKLOG"),
    ];
    let mut table = Table::new(
        [(by.say(lang), Align::Left), ("", Align::Left)]
            .into_iter()
            .chain(heads.iter().map(|head| (head.get(lang), Align::Right))),
    );
    for row in rows {
        let f = &row.figures;
        let own = [row.key.clone(), name(row, lang).to_owned()];
        table.row(own.into_iter().chain([
            f.needs_opened.to_string(),
            f.needs_matched.to_string(),
            words::decimal(f.median_hours_to_match),
            f.visits_due.to_string(),
            f.visits_unfilled.to_string(),
            f.completed.to_string(),
            f.no_show.to_string(),
            f.awaiting_outcome.to_string(),
            words::percent(f.completion_rate),
            hours(f.minutes_served),
            words::decimal(f.satisfaction),
            words::percent(f.participation_rate),
            f.backlog.to_string(),
        ]));
    }
    table
}

/// Minutes as hours with one decimal.
fn hours(minutes: u64) -> String {
    format!("{}.{}", minutes / 60, minutes % 60 / 6)
}
