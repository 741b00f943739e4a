//! `generate`: a made-up district as files.

use std::path::Path;

use chrono::NaiveDate;
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;

use super::{Failure, Session, Verb, args, session};
use crate::domain::lang::Text;
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::{Lang, Zone};
use crate::generate::{Size, district};
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "generate",
    about: text!(zh: "生成一个虚构城区的文件，规模任意", en: "Write the files of a made-up district of any size"),
    examples: &[
        (
            "matchdesk generate data/",
            text!(zh: "默认规模", en: "of the usual size"),
        ),
        (
            "matchdesk generate big/ --suppliers 360000 --residents 60000 --needs 2000 --seed 7",
            text!(zh: "大规模；相同的种子得到相同的文件", en: "a large one; the same for the same seed"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    let size = |name, help| number(name, help, lang).value_parser(value_parser!(u32));
    command
        .arg(args::path_arg(
            "DIR",
            text!(zh: "文件夹", en: "The folder"),
            lang,
        ))
        .arg(size(
            "suppliers",
            text!(zh: "供方人数（默认 10000）", en: "Suppliers (10000 unless given)"),
        ))
        .arg(size(
            "residents",
            text!(zh: "居民人数（默认 5000）", en: "Residents (5000 unless given)"),
        ))
        .arg(size(
            "needs",
            text!(zh: "需求条数（默认 1000）", en: "Needs (1000 unless given)"),
        ))
        .arg(size(
            "services",
            text!(zh: "历史服务条数（默认 20000）", en: "Closed visits (20000 unless given)"),
        ))
        .arg(
            number(
                "seed",
                text!(zh: "随机种子（默认 1）", en: "The seed (1 unless given)"),
                lang,
            )
            .value_parser(value_parser!(u64)),
        )
}

fn number(name: &'static str, help: Text, lang: Lang) -> Arg {
    args::option(name, text!(zh: "数量", en: "N"), help, lang)
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let folder = args::path_of(matches, "DIR");
    let of = |name: &str, usual: u32| matches.get_one(name).copied().unwrap_or(usual);
    let size = Size {
        suppliers: of("suppliers", 10_000),
        residents: of("residents", 5_000),
        needs: of("needs", 1_000),
        services: of("services", 20_000),
        seed: matches.get_one("seed").copied().unwrap_or(1),
        as_of: today(session)?,
    };
    let bar = session.bar("");
    let summary = district(&folder, &size, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .map_err(|error| cannot_write(&folder, &error))?;
    bar.finish_and_clear();
    let shown = folder.display().to_string();
    let (suppliers, residents, needs) = (summary.suppliers, summary.residents, summary.needs);
    let document = json!({
        "folder": shown,
        "suppliers": suppliers,
        "residents": residents,
        "needs": needs,
        "matches": summary.matches,
        "services": summary.services,
    });
    let (of_suppliers, of_residents, of_needs) = (
        counted(suppliers, "supplier", "suppliers"),
        counted(residents, "resident", "residents"),
        counted(needs, "need", "needs"),
    );
    session.answer(
        &document,
        printable(&say!(session.lang,
        zh: "已写入 {shown}：供方 {suppliers}，居民 {residents}，需求 {needs}",
        en: "Written to {shown}: {of_suppliers}, {of_residents}, {of_needs}")),
    )?;
    Ok(0)
}

/// That made-up files can't be written.
pub fn cannot_write(folder: &Path, error: &std::io::Error) -> Failure {
    let folder = folder.display();
    Failure::invalid(
        both!(zh: "无法写入 {folder}：{error}", en: "can't write into {folder}: {error}"),
    )
}

/// The day around which made-up people live: the rules' clock's.
///
/// # Errors
/// Wrong usage when `--now` can't be read.
pub fn today(session: &Session<'_>) -> Result<NaiveDate, Failure> {
    let zone = Zone::default();
    let now = match &session.now {
        Some(text) => session::parse_now(text, zone)?,
        None => zone.local(chrono::Utc::now()),
    };
    Ok(now.day().date())
}
