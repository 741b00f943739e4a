//! The command line of SPEC §6: one verb a file, one line a verb.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::process::ExitCode;

use clap::ArgMatches;
use serde_json::json;

use crate::console::config::{Config, UserFile};
use crate::domain::Lang;
use crate::domain::printable::printable;

mod args;
mod away;
mod changes;
pub mod console;
mod failure;
mod meter;
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
mod chances;
mod completions;
mod config;
mod confirm;
mod demo;
mod doctor;
mod edit;
mod export;
mod generate;
mod grant;
mod help;
mod import;
mod keys;
mod list;
mod log;
mod login;
mod man;
mod outcome;
mod plan;
mod queue;
mod relax;
mod restore;
mod revoke;
mod settings;
mod show;
mod station;
mod stats;
mod substitute;
mod unmatch;
mod verify;
mod weights;
mod whoami;
mod why;

pub use args::Verb;
pub use failure::{Failure, status};
pub use session::{Served, Session};

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
    substitute::VERB,
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
    settings::VERB,
    weights::VERB,
    grant::VERB,
    revoke::VERB,
    whoami::VERB,
    keys::VERB,
    config::VERB,
    doctor::VERB,
    station::VERB,
    login::VERB,
    help::VERB,
    completions::VERB,
    man::VERB,
];

/// Verbs that need no station: they have no store, make one, are one, or look at what is around it.
const HERE: [&str; 11] = [
    "config",
    "doctor",
    "keys",
    "demo",
    "generate",
    "restore",
    "station",
    "login",
    "help",
    "completions",
    "man",
];

/// Runs the program with the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let mut out = BufWriter::new(io::stdout());
    let mut err = io::stderr();
    let (config, wrong) = Config::load(UserFile::config().as_ref());
    let lang = usage::language(&args, |name| std::env::var(name).ok(), config.language);
    let status = start(&args, lang, true, &mut out, &mut err);
    // After the answer, which it does not change; whoever asks about the settings has been told.
    let asks = |arg: &OsString| {
        ["config", "doctor", "--quiet", "-q"]
            .iter()
            .any(|it| arg == it)
    };
    if let Some(wrong) = wrong.first().filter(|_| !args.iter().any(asks)) {
        let _ = writeln!(err, "{}", printable(wrong.said().get(lang)));
    }
    ExitCode::from(status)
}

/// Runs one command line in this process, without a station, and gives the exit status. There is no console then.
pub fn run(args: &[OsString], lang: Lang, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    start(args, lang, false, out, err)
}

fn start(
    args: &[OsString],
    lang: Lang,
    with_station: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let matches = match args::command(lang, VERBS).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return usage::tell(&error, lang, out, err),
    };
    let mut session = session_of(&matches, lang, out, err);
    let is_here = matches
        .subcommand_name()
        .is_none_or(|verb| HERE.contains(&verb));
    let done = match check_now(&session) {
        Ok(()) if with_station && !is_here && away::is_served(&session.store) => {
            away::run(args, away::Hand::Named(&matches), &mut session)
        }
        Ok(()) => dispatch(&matches, &mut session),
        Err(failure) => Err(failure),
    };
    finish(done, &mut session)
}

/// Runs a command line that a login over SSH asked for.
fn run_asked(args: &[OsString], login: &mut Session<'_>) -> u8 {
    let lang = usage::language(args, |name| std::env::var(name).ok(), None);
    let matches = match args::command(lang, VERBS).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return usage::tell(&error, lang, login.out, login.err),
    };
    let mut session = session_of(&matches, lang, login.out, login.err);
    let done = check_now(&session).and_then(|()| match matches.subcommand_name() {
        None => console::open(&mut session),
        Some(verb) if HERE.contains(&verb) => {
            login::permit(verb).and_then(|()| dispatch(&matches, &mut session))
        }
        Some(_) => login::ask(args, &matches, &mut session),
    });
    finish(done, &mut session)
}

/// What the journal calls the console among what was asked for.
const CONSOLE: &str = "console";
/// What it calls a command line that can't be read.
const COMMAND: &str = "command";

/// The verb of a command line that came over a line. The rest of it may hold what belongs in no journal.
fn verb_of(call: &serde_json::Value) -> &'static str {
    let args = call.get("args").and_then(serde_json::Value::as_array);
    let words = args.into_iter().flatten().skip(1);
    let words: Vec<&str> = words.filter_map(serde_json::Value::as_str).collect();
    let line = [&["matchdesk"], words.as_slice()].concat();
    let parsed = args::command(Lang::En, VERBS).try_get_matches_from(line);
    let named = parsed.ok().and_then(|matches| {
        let name = matches.subcommand_name()?;
        VERBS.iter().find(|verb| verb.name == name)
    });
    named.map_or(COMMAND, |verb| verb.name)
}

/// Runs a command line that came over a line, in the station.
fn run_in(args: Vec<String>, session: &mut Session<'_>) -> u8 {
    let matches = match args::command(session.lang, VERBS).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return usage::tell(&error, session.lang, session.out, session.err),
    };
    let done = match matches.subcommand_name() {
        Some(verb) if !HERE.contains(&verb) => dispatch(&matches, session),
        _ => Err(Failure::usage(
            crate::both!(zh: "这个命令不在服务台里运行", en: "a station does not run this command"),
        )),
    };
    finish(done, session)
}

fn finish(done: Result<u8, Failure>, session: &mut Session<'_>) -> u8 {
    let done = done.and_then(|status| match session.out.flush() {
        Err(error) if status == status::DONE => Err(error.into()),
        // A console whose terminal has gone says how it ended, not that it can't draw.
        _ => Ok(status),
    });
    match done {
        Ok(status) => status,
        Err(failure) => tell(&failure, session),
    }
}

fn check_now(session: &Session<'_>) -> Result<(), Failure> {
    match &session.now {
        Some(now) => session::parse_now(now, crate::domain::Zone::default()).map(drop),
        None => Ok(()),
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
        meter: if io::stderr().is_terminal() {
            meter::Meter::Own
        } else {
            meter::Meter::None
        },
        served: None,
        request: None,
    }
}

fn dispatch(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
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
