//! `export`: the store's records into files of SPEC §2.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Failure, Session, Verb, args};
use crate::desk::Command as Order;
use crate::domain::field::Privacy;
use crate::domain::kinds::Word;
use crate::domain::lang::counted;
use crate::domain::printable::printable;
use crate::domain::{Kind, Lang, Record, Right};
use crate::exchange::{Exported, Progress, export_all, export_file};
use crate::{for_kind, say, text};

pub const VERB: Verb = Verb {
    name: "export",
    about: text!(zh: "导出为 CSV 文件", en: "Write records into CSV files"),
    examples: &[
        (
            "matchdesk export suppliers suppliers.csv",
            text!(zh: "一个种类，不含个人敏感信息", en: "one kind, without sensitive columns"),
        ),
        (
            "matchdesk export all out/ --with-personal-data",
            text!(zh: "全部导出，可导入空数据库", en: "everything, fit for an empty store"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(args::positional("KIND", text!(zh: "种类：suppliers、residents、needs 等，或 all", en: "suppliers, residents, needs … or all"), lang))
        .arg(args::path_arg("FILE", text!(zh: "CSV 文件；all 时是文件夹", en: "The CSV file; with all, the folder"), lang))
        .arg(args::flag("with-personal-data", text!(zh: "包括电话、证件号、住址、情况和备注", en: "With phone, id_number, address, circumstances and note"), lang))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let kind = match args::text_of(matches, "KIND") {
        "all" => None,
        _ => Some(args::kind_of(matches)?),
    };
    let to = session.location(args::path_of(matches, "FILE"));
    let personal = matches.get_flag("with-personal-data");
    let desk = session.open(Right::Export)?;
    if personal {
        let kinds: Vec<Kind> = match kind {
            Some(kind) => vec![kind],
            None => Kind::FILES
                .into_iter()
                .filter(|kind| is_personal(*kind))
                .collect(),
        };
        session.execute(&desk, &Order::Export { kinds })?;
    }
    let lang = session.lang;
    let bar = session.bar("");
    let mut progress = |at: Progress| {
        bar.set_length(at.total);
        bar.set_position(at.done);
        bar.set_message(at.kind.say(lang));
        session.wanted()
    };
    let files = match kind {
        Some(kind) => vec![export_file(&desk, kind, to, personal, &mut progress)?],
        None => export_all(&desk, to, personal, &mut progress)?,
    };
    bar.finish_and_clear();
    tell(&files, session)?;
    Ok(0)
}

/// Whether records of a kind have columns that are left out unless asked for.
fn is_personal(kind: Kind) -> bool {
    for_kind!(kind, R => R::fields().iter().any(|field| field.privacy == Privacy::Masked))
}

fn tell(files: &[Exported], session: &mut Session<'_>) -> Result<(), Failure> {
    if session.json {
        let files: Vec<Value> = files
            .iter()
            .map(|file| {
                json!({
                    "kind": file.kind.word(),
                    "file": file.path.display().to_string(),
                    "rows": file.rows,
                    "left_out": file.left_out,
                })
            })
            .collect();
        return session.document(&json!({"files": files}));
    }
    let lang = session.lang;
    for file in files {
        if session.quiet {
            break;
        }
        let (path, rows) = (file.path.display(), file.rows);
        let of_rows = counted(rows, "row", "rows");
        session.say(printable(
            &say!(lang, zh: "{path}：{rows} 行", en: "{path}: {of_rows}"),
        ))?;
        if !file.left_out.is_empty() {
            let columns = file.left_out.join(", ");
            session.note(say!(lang, zh: "  未包括：{columns}（需要时加 --with-personal-data）", en: "  left out: {columns} (--with-personal-data includes them)"));
        }
    }
    Ok(())
}
