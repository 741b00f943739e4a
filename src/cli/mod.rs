//! The command line of SPEC §6: one verb a file, one line a verb.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::process::ExitCode;

use clap::ArgMatches;
use serde_json::json;

use crate::domain::Lang;
use crate::domain::printable::printable;

mod args;
mod changes;
pub mod console;
mod failure;
mod names;
mod registry;
mod session;
mod shapes;
mod table;
mod usage;
mod words;

mod add;
mod backup;
mod cancel;
mod candidates;
mod completions;
mod confirm;
mod demo;
mod edit;
mod export;
mod generate;
mod help;
mod import;
mod list;
mod log;
mod man;
mod outcome;
mod plan;
mod queue;
mod relax;
mod restore;
mod show;
mod stats;
mod unmatch;
mod verify;
mod why;

pub use args::Verb;
pub use failure::{Failure, status};
pub use session::Session;

/// Every verb, in the order of the help.
const VERBS: &[Verb] = &[
    demo::VERB,
    generate::VERB,
    import::VERB,
    export::VERB,
    queue::VERB,
    candidates::VERB,
    why::VERB,
    relax::VERB,
    plan::VERB,
    confirm::VERB,
    unmatch::VERB,
    outcome::VERB,
    stats::VERB,
    show::VERB,
    list::VERB,
    add::VERB,
    edit::VERB,
    cancel::VERB,
    log::VERB,
    verify::VERB,
    backup::VERB,
    restore::VERB,
    help::VERB,
    completions::VERB,
    man::VERB,
];

/// Runs the program with the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let mut out = BufWriter::new(io::stdout());
    let mut err = io::stderr();
    let lang = usage::language(&args, |name| std::env::var(name).ok());
    ExitCode::from(run(args, lang, &mut out, &mut err))
}

/// Runs one command line and gives the exit status.
pub fn run(args: Vec<OsString>, lang: Lang, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let matches = match args::command(lang, VERBS).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return usage::tell(&error, lang, out, err),
    };
    let mut session = session_of(&matches, lang, out, err);
    let done = dispatch(&matches, &mut session)
        .and_then(|status| session.out.flush().map(|()| status).map_err(Into::into));
    match done {
        Ok(status) => status,
        Err(failure) => tell(&failure, &mut session),
    }
}

fn session_of<'a>(
    matches: &ArgMatches,
    lang: Lang,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
) -> Session<'a> {
    let store = matches.get_one::<std::path::PathBuf>("store").cloned();
    Session {
        lang,
        json: matches.get_flag("json"),
        quiet: matches.get_flag("quiet"),
        named: store.is_some(),
        store: store.unwrap_or_else(|| session::default_store("store.redb")),
        now: matches.get_one::<String>("now").cloned(),
        actor: session::system_actor(),
        out,
        err,
        terminal: io::stderr().is_terminal(),
    }
}

fn dispatch(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    if let Some(now) = &session.now {
        session::parse_now(now, crate::domain::Zone::default())?;
    }
    let Some((name, matches)) = matches.subcommand() else {
        return console::open(session);
    };
    match VERBS.iter().find(|verb| verb.name == name) {
        Some(verb) => (verb.run)(matches, session),
        None => console::open(session),
    }
}

/// Says why a verb stopped: in words on standard error, and with `--json` as the one document on standard output.
fn tell(failure: &Failure, session: &mut Session<'_>) -> u8 {
    let Some(said) = &failure.said else {
        return failure.status;
    };
    let message = said.get(session.lang);
    let lines: Vec<String> = message.lines().map(printable).collect();
    let _ = writeln!(session.err, "{}", lines.join("\n"));
    if session.json && failure.status != status::USAGE {
        let key = if failure.status == status::STORE {
            "error"
        } else {
            "refused"
        };
        let _ = session.document(&json!({key: failure.codes, "message": message}));
    }
    let _ = session.out.flush();
    failure.status
}
