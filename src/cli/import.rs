//! `import`: files of SPEC §2 into the store.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command, value_parser};
use serde_json::{Value, json};

use super::{Failure, Session, Verb, args, status};
use crate::desk::{Clock, Desk, right_to_import};
use crate::domain::kinds::Word;
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::{Kind, Lang, Right};
use crate::exchange::{
    ExchangeError, FileReport, ImportOptions, Progress, import_all, import_file,
};
use crate::store::StoreError;
use crate::{both, say, text};

/// How many refused rows and warnings of a file are shown; the rejects file has them all.
const SHOWN: usize = 10;

pub const VERB: Verb = Verb {
    name: "import",
    about: text!(zh: "导入 CSV 文件；坏行写入退回文件，好行照常导入", en: "Take in CSV files; bad rows go to a rejects file, good rows go in"),
    examples: &[
        (
            "matchdesk import suppliers suppliers.csv",
            text!(zh: "一个文件", en: "one file"),
        ),
        (
            "matchdesk import all data/",
            text!(zh: "文件夹里的所有文件，按正确的顺序", en: "every file of a folder, in the right order"),
        ),
        (
            "matchdesk import needs needs.csv --dry-run",
            text!(zh: "只看会发生什么，不写入", en: "only say what would happen"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(args::positional("KIND", text!(zh: "种类：suppliers、residents、needs 等，或 all", en: "suppliers, residents, needs … or all"), lang))
        .arg(args::path_arg("FILE", text!(zh: "CSV 文件；all 时是文件夹", en: "The CSV file; with all, the folder"), lang))
        .arg(args::flag("dry-run", text!(zh: "只说明会发生什么", en: "Only say what would happen"), lang))
        .arg(
            args::option("rejects", text!(zh: "文件", en: "FILE"), text!(zh: "退回文件的位置", en: "Where refused rows go"), lang)
                .value_parser(value_parser!(PathBuf)),
        )
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let kind = match args::text_of(matches, "KIND") {
        "all" => None,
        _ => Some(args::kind_of(matches)?),
    };
    let path = args::path_of(matches, "FILE");
    let options = ImportOptions {
        dry_run: matches.get_flag("dry-run"),
        rejects: matches.get_one::<PathBuf>("rejects").cloned(),
        lang: session.lang,
    };
    let right = match kind {
        Some(kind) => right_to_import(kind),
        None => Right::Administer,
    };
    let made = session.store.symlink_metadata().is_err();
    let taken = if made && options.dry_run {
        rehearse(session, kind, &path, &options)
    } else {
        let desk = session.open_or_create(right)?;
        take(&desk, session, kind, &path, &options)
    };
    let reports = match taken {
        Ok(reports) => reports,
        Err(error) => {
            if made && error.before().is_empty() {
                // The store was made for this import only, and nothing came into it.
                let _ = std::fs::remove_file(&session.store);
            }
            return Err(error.into());
        }
    };
    tell(&reports, options.dry_run, session)?;
    let refused = reports.iter().any(|report| report.rejected_count > 0);
    Ok(if refused {
        status::REFUSED
    } else {
        status::DONE
    })
}

/// A dry run without a store: over an empty one that is gone afterwards.
fn rehearse(
    session: &Session<'_>,
    kind: Option<Kind>,
    path: &Path,
    options: &ImportOptions,
) -> Result<Vec<FileReport>, ExchangeError> {
    let folder = tempfile::tempdir().map_err(|error| {
        crate::desk::DeskError::Store(StoreError::Unavailable(
            both!(zh: "无法建立临时文件夹：{error}", en: "can't make a temporary folder: {error}"),
        ))
    })?;
    let desk = Desk::open_or_create(&folder.path().join("store.redb"), Clock::Machine)?;
    take(&desk, session, kind, path, options)
}

/// Takes one file, or with no kind a folder.
pub fn take(
    desk: &Desk,
    session: &Session<'_>,
    kind: Option<Kind>,
    path: &Path,
    options: &ImportOptions,
) -> Result<Vec<FileReport>, ExchangeError> {
    let from = session.location(path.to_owned());
    let bar = session.bar("");
    let lang = session.lang;
    let mut progress = |at: Progress| {
        bar.set_length(at.total);
        bar.set_position(at.done);
        bar.set_message(at.kind.say(lang));
        session.wanted()
    };
    let reports = match kind {
        Some(kind) => import_file(desk, &session.actor, kind, from, options, &mut progress)
            .map(|report| vec![report]),
        None => import_all(desk, &session.actor, from, options, &mut progress),
    };
    bar.finish_and_clear();
    reports
}

fn tell(reports: &[FileReport], dry_run: bool, session: &mut Session<'_>) -> Result<(), Failure> {
    if session.json {
        let files: Vec<Value> = reports
            .iter()
            .map(|report| document(report, session.lang))
            .collect();
        return session.document(&json!({"dry_run": dry_run, "files": files}));
    }
    for report in reports {
        tell_file(report, session)?;
    }
    Ok(())
}

fn document(report: &FileReport, lang: Lang) -> Value {
    let rejects: Vec<Value> = report
        .rejected
        .iter()
        .map(|row| json!({"line": row.line, "column": row.column, "value": row.value, "error": row.said.get(lang)}))
        .collect();
    let warnings: Vec<Value> = report
        .warnings
        .iter()
        .map(|(line, said)| json!({"line": line, "warning": said.get(lang)}))
        .collect();
    json!({
        "kind": report.kind.word(),
        "file": report.path.display().to_string(),
        "encoding": report.encoding,
        "rows": report.rows,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": report.rejected_count,
        "rejects": rejects,
        "rejects_file": report.rejects_path.as_ref().map(|path| path.display().to_string()),
        "warning_count": report.warning_count,
        "warnings": warnings,
        "unknown_columns": report.unknown_columns,
    })
}

fn tell_file(report: &FileReport, session: &mut Session<'_>) -> Result<(), Failure> {
    let lang = session.lang;
    if !session.quiet {
        session.say(summary(report, lang))?;
    }
    for column in &report.unknown_columns {
        session.note(printable(&say!(lang, zh: "  不认识的列 {column}，已跳过", en: "  unknown column {column}, skipped")));
    }
    for (line, said) in report.warnings.iter().take(SHOWN) {
        let said = said.get(lang);
        session.note(printable(
            &say!(lang, zh: "  第 {line} 行，注意：{said}", en: "  line {line}, note: {said}"),
        ));
    }
    for row in report.rejected.iter().take(SHOWN) {
        let _ = writeln!(session.err, "  {}", printable(&row.say(lang)));
    }
    if let Some(path) = &report.rejects_path {
        let (count, path) = (report.rejected_count, path.display());
        let rows = counted(count, "row", "rows");
        let _ = writeln!(
            session.err,
            "  {}",
            printable(&say!(lang,
            zh: "退回 {count} 行，在 {path}；改好后可再次导入该文件",
            en: "{rows} refused, in {path}; mend what is there and import that file"))
        );
    }
    if let Some(error) = &report.rejects_error {
        let _ = writeln!(session.err, "  {}", error.say(lang));
    }
    Ok(())
}

fn summary(report: &FileReport, lang: Lang) -> String {
    let file = report
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let (added, changed, unchanged) = (report.added, report.changed, report.unchanged);
    let refused = report.rejected_count;
    let encoding = match report.encoding {
        "UTF-8" => String::new(),
        other => format!(" ({other})"),
    };
    let lead = match (report.dry_run, lang) {
        (false, _) => "",
        (true, Lang::Zh) => "试运行：",
        (true, Lang::En) => "Dry run: ",
    };
    printable(&say!(lang,
        zh: "{lead}{file}{encoding}：新增 {added}，更新 {changed}，未变 {unchanged}，退回 {refused}",
        en: "{lead}{file}{encoding}: {added} added, {changed} changed, {unchanged} unchanged, {refused} refused"))
}
