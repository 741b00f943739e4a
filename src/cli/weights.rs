//! `weights`: how much each criterion counts, for all needs or those of a category.

use std::sync::atomic::AtomicBool;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::{Map, Value, json};

use super::names::Names;
use super::table::{Align, Table};
use super::words::CRITERION_NAMES;
use super::{Failure, Session, Verb, args};
use crate::both;
use crate::desk::{Command as Order, Desk, DeskError, Shift, WeightsPreview, WeightsVersion};
use crate::domain::printable::printable;
use crate::domain::record::{CRITERIA, Category, Settings, Weights};
use crate::domain::{Code, Kind, Lang, Right};
use crate::store::Refusal;
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "weights",
    about: text!(zh: "查看或修改评分权重（全局或某一类别），可先预览影响", en: "Show, preview or change the weights of the criteria"),
    examples: &[
        (
            "matchdesk weights",
            text!(zh: "查看全局和各类别的权重", en: "those of all needs and of each category that has its own"),
        ),
        (
            "matchdesk weights --category barber --set proximity=30,fairness=20 --preview",
            text!(zh: "只预览：哪些需求会换首选", en: "only look: which needs would get another first candidate"),
        ),
        (
            "matchdesk weights --category barber --set proximity=30,fairness=20",
            text!(zh: "为该类别及其下级设定权重", en: "set them for a category and those below it"),
        ),
        (
            "matchdesk weights --category barber --clear",
            text!(zh: "改回沿用上级的权重", en: "let it go by those above it again"),
        ),
        (
            "matchdesk weights --history",
            text!(zh: "查看历次权重", en: "every version there was"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(args::option(
            "category",
            text!(zh: "类别", en: "CATEGORY"),
            text!(zh: "类别的编码；不写则为全局", en: "A category's code; without it those of all needs"),
            lang,
        ))
        .arg(
            args::option(
                "set",
                text!(zh: "标准=权重,…", en: "CRITERION=WEIGHT,…"),
                text!(zh: "修改这些权重，其余照旧；可重复", en: "Change these and leave the others; any number of times"),
                lang,
            )
            .action(ArgAction::Append),
        )
        .arg(
            args::flag(
                "clear",
                text!(zh: "去掉类别自己的权重；不写类别则恢复默认值", en: "Take a category's own away; without a category go back to the defaults"),
                lang,
            )
            .conflicts_with("set"),
        )
        .arg(args::flag(
            "preview",
            text!(zh: "只显示当前队列的排名会怎样变化，不修改", en: "Only show how the rankings of the queue would change"),
            lang,
        ))
        .arg(args::reason(text!(zh: "为什么修改", en: "Why"), lang))
        .arg(
            args::flag(
                "history",
                text!(zh: "列出每一版权重", en: "List every version"),
                lang,
            )
            .conflicts_with_all(["set", "clear", "preview", "category"]),
        )
        .arg(
            Arg::new("show")
                .long("show")
                .value_name(text!(zh: "版本", en: "VERSION").get(lang))
                .value_parser(value_parser!(u32).range(1..))
                .conflicts_with_all(["set", "clear", "preview", "category", "history"])
                .help(text!(zh: "查看某一版权重", en: "Show one version").get(lang)),
        )
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    if matches.get_flag("history") || matches.contains_id("show") {
        return history(matches, session);
    }
    let desk = session.open(Right::Supply)?;
    let before = desk.settings()?;
    let category = category(matches, &desk)?;
    let after = changed(matches, &desk, &before, category.as_ref())?;
    let Some(after) = after else {
        if matches.get_flag("preview") {
            return Err(Failure::usage(
                both!(zh: "请用 --set 或 --clear 说明要预览的修改", en: "say what to preview with --set or --clear"),
            ));
        }
        return show(&desk, &before, category.as_ref(), session);
    };
    if matches.get_flag("preview") {
        desk.permit_everywhere(&session.actor, Right::Vocabulary)?;
        let preview = desk.preview_weights(&after, &AtomicBool::default())?;
        return tell_preview(&desk, &preview, session);
    }
    let is_new = !after.weighs_as(&before);
    let mut now = before.clone();
    if is_new {
        let order = Order::Edit {
            before: before.into(),
            after: after.into(),
            reason: args::text_of(matches, "reason").to_owned(),
        };
        let done = session.execute(&desk, &order)?;
        if let Some(crate::domain::AnyRecord::Settings(kept)) = super::changes::first(&done) {
            now = kept.clone();
        }
    }
    let version = now.weights_version();
    if session.json {
        let mut document = document(&desk, &now, category.as_ref(), session.lang)?;
        document.insert("changed".to_owned(), is_new.into());
        session.document(&document.into())?;
        return Ok(0);
    }
    let sentence = if is_new {
        say!(session.lang, zh: "权重已修改，现为第 {version} 版", en: "The weights are changed; this is version {version}")
    } else {
        say!(session.lang, zh: "权重没有变化，仍为第 {version} 版", en: "The weights are as they were, version {version}")
    };
    session.answer(&Value::Null, sentence)?;
    Ok(0)
}

/// The category named, which must be there and count as itself.
fn category(matches: &ArgMatches, desk: &Desk) -> Result<Option<Code>, Failure> {
    if !matches.contains_id("category") {
        return Ok(None);
    }
    let category: Category = desk.must(&args::code_of(matches, "category"))?;
    if let Some(into) = &category.merged_into {
        let code = &category.code;
        return Err(Failure::invalid(
            both!(zh: "类别 {code} 已并入 {into}；请设定 {into} 的权重", en: "category {code} was merged into {into}; set those of {into}"),
        ));
    }
    Ok(Some(category.code))
}

/// The settings as they shall be; none when nothing shall change.
fn changed(
    matches: &ArgMatches,
    desk: &Desk,
    before: &Settings,
    category: Option<&Code>,
) -> Result<Option<Settings>, Failure> {
    let mut after = before.clone();
    if matches.get_flag("clear") {
        after.set_weights(category, None);
        return Ok(Some(after));
    }
    let Some(changes) = matches.get_many::<String>("set") else {
        return Ok(None);
    };
    let mut weights = match category {
        Some(category) => desk.index()?.weights_for(category).weights,
        None => before.weights,
    };
    for change in changes {
        weights = weights.with(&in_english(change)).map_err(Failure::usage)?;
    }
    after.set_weights(category, Some(weights));
    Ok(Some(after))
}

/// The criteria by their names in JSON: they may be given by what tables call them.
fn in_english(change: &str) -> String {
    let names = CRITERION_NAMES.iter().zip(CRITERIA);
    names.fold(change.to_owned(), |change, (name, criterion)| {
        change.replace(name.zh, criterion)
    })
}

fn by_name(weights: &Weights) -> Value {
    let parts = CRITERIA.iter().zip(weights.0);
    let parts: Map<String, Value> = parts
        .map(|(name, weight)| ((*name).to_owned(), weight.into()))
        .collect();
    parts.into()
}

fn document(
    desk: &Desk,
    settings: &Settings,
    category: Option<&Code>,
    lang: Lang,
) -> Result<Map<String, Value>, DeskError> {
    let mut document = Map::new();
    document.insert("version".to_owned(), settings.weights_version().into());
    if let Some(category) = category {
        let weighed = desk.index()?.weights_under(settings, category);
        document.insert("category".to_owned(), category.as_str().into());
        let of = weighed.of.as_ref().map(Code::as_str);
        document.insert("weights_of".to_owned(), of.into());
        document.insert("weights".to_owned(), by_name(&weighed.weights));
        return Ok(document);
    }
    let names = Names::of(desk, lang)?;
    document.insert("default".to_owned(), by_name(&settings.weights));
    let own = settings.category_weights.iter();
    let own: Vec<Value> = own
        .map(|own| {
            json!({
                "category": own.category.as_str(),
                "name": names.name(Kind::Category, &own.category),
                "weights": by_name(&own.weights),
            })
        })
        .collect();
    document.insert("categories".to_owned(), own.into());
    Ok(document)
}

fn show(
    desk: &Desk,
    settings: &Settings,
    category: Option<&Code>,
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let lang = session.lang;
    if session.json {
        let document = document(desk, settings, category, lang)?;
        session.document(&document.into())?;
        return Ok(0);
    }
    let version = settings.weights_version();
    let names = Names::of(desk, lang)?;
    let mut table = table(lang);
    if let Some(category) = category {
        let weighed = desk.index()?.weights_under(settings, category);
        table.row(row(&names.name(Kind::Category, category), &weighed.weights));
        session.lines(table.lines())?;
        let of = weighed.of.map_or_else(
            || {
                text!(zh: "沿用全局的权重", en: "those of all needs")
                    .get(lang)
                    .to_owned()
            },
            |of| {
                let name = names.name(Kind::Category, &of);
                if of == *category {
                    text!(zh: "自己的权重", en: "its own").get(lang).to_owned()
                } else {
                    say!(lang, zh: "沿用{name}的权重", en: "those of {name}")
                }
            },
        );
        session.note(say!(lang, zh: "第 {version} 版，{of}", en: "version {version}, {of}"));
        return Ok(0);
    }
    let general = text!(zh: "全局", en: "all needs").get(lang);
    table.row(row(general, &settings.weights));
    for own in &settings.category_weights {
        table.row(row(
            &names.name(Kind::Category, &own.category),
            &own.weights,
        ));
    }
    session.lines(table.lines())?;
    session.note(say!(lang, zh: "第 {version} 版", en: "version {version}"));
    Ok(0)
}

fn table(lang: Lang) -> Table {
    let own = [(text!(zh: "类别", en: "CATEGORY"), Align::Left)];
    let sum = [(text!(zh: "合计", en: "SUM"), Align::Right)];
    let criteria = CRITERION_NAMES.map(|name| (name, Align::Right));
    let heads = own.into_iter().chain(criteria).chain(sum);
    Table::new(heads.map(|(head, align)| (head.get(lang).to_uppercase(), align)))
}

fn row(name: &str, weights: &Weights) -> Vec<String> {
    let cells = weights.0.iter().map(ToString::to_string);
    [name.to_owned()]
        .into_iter()
        .chain(cells)
        .chain([weights.sum().to_string()])
        .collect()
}

fn best(best: Option<&(Code, f64)>, names: &Names<'_>) -> Value {
    match best {
        Some((supplier, score)) => json!({
            "supplier": supplier.as_str(),
            "name": names.name(Kind::Supplier, supplier),
            "score": score,
        }),
        None => Value::Null,
    }
}

fn tell_preview(
    desk: &Desk,
    preview: &WeightsPreview,
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let lang = session.lang;
    let names = Names::of(desk, lang)?;
    if session.json {
        let needs: Vec<Value> = preview
            .shifts
            .iter()
            .map(|shift| {
                json!({
                    "need": shift.need.as_str(),
                    "category": shift.category.as_str(),
                    "changed": shift.is_changed(),
                    "old": best(shift.old.as_ref(), &names),
                    "new": best(shift.new.as_ref(), &names),
                    "candidates": shift.candidates,
                    "mean_rank_shift": shift.mean_shift,
                })
            })
            .collect();
        let document = json!({"preview": {
            "open": preview.open,
            "weighed": preview.shifts.len(),
            "changed": preview.changed(),
            "mean_rank_shift": preview.mean_shift(),
            "needs": needs,
        }});
        session.document(&document)?;
        return Ok(0);
    }
    session.lines(shifts(preview, &names, lang).lines())?;
    let (open, weighed, changed) = (preview.open, preview.shifts.len(), preview.changed());
    let moved = preview.mean_shift();
    session.say(say!(lang,
        zh: "队列 {open} 条需求，其中 {weighed} 条的权重不同，{changed} 条会换首选；候选人平均移动 {moved:.2} 名",
        en: "{open} needs in the queue, {weighed} weighed differently, {changed} with another first candidate; candidates move by {moved:.2} ranks on the average"))?;
    Ok(0)
}

/// The needs that would get another first candidate.
fn shifts(preview: &WeightsPreview, names: &Names<'_>, lang: Lang) -> Table {
    let heads = [
        (text!(zh: "需求", en: "NEED"), Align::Left),
        (text!(zh: "现在首选", en: "FIRST NOW"), Align::Left),
        (text!(zh: "得分", en: "SCORE"), Align::Right),
        (text!(zh: "将来首选", en: "FIRST THEN"), Align::Left),
        (text!(zh: "得分", en: "SCORE"), Align::Right),
        (text!(zh: "平均移动", en: "MEAN SHIFT"), Align::Right),
    ];
    let mut table = Table::new(heads.map(|(head, align)| (head.get(lang), align)));
    let name = |best: &Option<(Code, f64)>| match best {
        Some((code, score)) => [
            format!("{} ({code})", printable(&names.name(Kind::Supplier, code))),
            format!("{score:.2}"),
        ],
        None => ["–".to_owned(), String::new()],
    };
    for shift in preview.shifts.iter().filter(|shift| shift.is_changed()) {
        let Shift {
            need,
            old,
            new,
            mean_shift,
            ..
        } = shift;
        let ([old, was], [new, is]) = (name(old), name(new));
        let moved = format!("{mean_shift:.2}");
        table.row([need.to_string(), old, was, new, is, moved]);
    }
    table
}

fn history(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open(Right::Supply)?;
    let lang = session.lang;
    let mut versions = desk.weights_history()?;
    if let Some(wanted) = matches.get_one::<u32>("show") {
        versions.retain(|version| version.settings.weights_version() == *wanted);
        if versions.is_empty() {
            let last = desk.settings()?.weights_version();
            return Err(Refusal::new(Refusal::NOT_FOUND,
                both!(zh: "没有第 {wanted} 版权重；现在是第 {last} 版", en: "there is no version {wanted} of the weights; this is version {last}"),
            ).into());
        }
    }
    if session.json {
        let all = versions
            .iter()
            .map(|version| version_document(&desk, version, lang))
            .collect::<Result<Vec<Value>, Failure>>()?;
        let document = match (matches.contains_id("show"), all.as_slice()) {
            (true, [one]) => one.clone(),
            _ => json!({"versions": all}),
        };
        session.document(&document)?;
        return Ok(0);
    }
    let names = Names::of(&desk, lang)?;
    for version in &versions {
        let number = version.settings.weights_version();
        let who = printable(&version.who);
        let since = version.since.map(|since| since.minute().to_string());
        let since = since.unwrap_or_default().replace('T', " ");
        let reason = printable(&version.reason);
        let head = say!(lang, zh: "第 {number} 版  {since} {who} {reason}", en: "Version {number}  {since} {who} {reason}");
        session.say(head.trim_end())?;
        let mut table = table(lang);
        let general = text!(zh: "全局", en: "all needs").get(lang);
        table.row(row(general, &version.settings.weights));
        for own in &version.settings.category_weights {
            table.row(row(
                &names.name(Kind::Category, &own.category),
                &own.weights,
            ));
        }
        session.lines(table.lines())?;
        session.say("")?;
    }
    Ok(0)
}

fn version_document(desk: &Desk, version: &WeightsVersion, lang: Lang) -> Result<Value, Failure> {
    let mut document = document(desk, &version.settings, None, lang)?;
    let since = version.since.map(|since| desk.zone().rfc3339(since));
    document.insert("since".to_owned(), since.into());
    document.insert("who".to_owned(), version.who.as_str().into());
    document.insert("reason".to_owned(), version.reason.as_str().into());
    Ok(document.into())
}
