//! A command line handed to the station of its store.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::ArgMatches;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Failure, Session, status};
use crate::both;
use crate::console::serve::Away;
use crate::domain::{Lang, Said};
use crate::exchange::default_rejects;
use crate::station::{self, Attempt, Call, Client, Offered, Unserved, Way, socket_of};
use crate::store::random_id;

/// How long a command is asked again whose station goes away each time before it says anything.
const AGAIN: Duration = Duration::from_secs(60);

/// What a session wants of its station.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AwayCall {
    /// The command line, the program's name first.
    pub args: Vec<String>,
    /// The language.
    pub lang: Lang,
    /// Whether answers are JSON documents.
    pub json: bool,
    /// Whether messages that are not asked for are left out.
    pub quiet: bool,
    /// The moment at which the rules' clock stands.
    pub now: Option<String>,
    /// The columns of the terminal that standard error is, if it is one.
    pub meter: Option<u16>,
    /// The id of the first command, in hexadecimal.
    pub request: Option<String>,
    /// The terminal, when the console is wanted.
    pub console: Option<Away>,
}

/// The socket that `MATCHDESK_SOCKET` names: that of a station which somebody else starts.
pub fn named_socket() -> Option<PathBuf> {
    std::env::var_os("MATCHDESK_SOCKET")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// The socket that was named, or the one beside the store.
pub fn socket(store: &Path) -> PathBuf {
    named_socket().unwrap_or_else(|| socket_of(store))
}

/// The store's path from the root, links followed, so that all its sessions find the same socket.
///
/// # Errors
/// When there is no store.
pub fn absolute(store: &Path) -> Result<PathBuf, Failure> {
    match fs::canonicalize(store) {
        Ok(path) => Ok(path),
        // Behind a socket that was named, the store itself need not be seen.
        Err(_) if named_socket().is_some() => Ok(store.to_owned()),
        Err(_) => Err(super::session::no_store(store).into()),
    }
}

/// Whether a store is there for a station to serve; the verbs that make one work without.
pub fn is_served(store: &Path) -> bool {
    named_socket().is_some() || fs::metadata(store).is_ok()
}

/// The call of a session without its command line.
pub fn call(session: &Session<'_>) -> AwayCall {
    AwayCall {
        lang: session.lang,
        json: session.json,
        quiet: session.quiet,
        now: session.now.clone(),
        ..AwayCall::default()
    }
}

/// Hands a command line to the station and shows its answer; gives the exit status.
///
/// # Errors
/// When no station can be had.
pub fn run(args: &[OsString], hand: Hand<'_>, session: &mut Session<'_>) -> Result<u8, Failure> {
    let store = absolute(&session.store)?;
    let args = args
        .iter()
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    let call = AwayCall {
        args,
        meter: io::stderr().is_terminal().then(columns),
        request: Some(format!("{:032x}", random_id()?.0)),
        ..call(session)
    };
    let offered = match hand {
        Hand::Named(matches) => Offered::of(named_files(matches)),
        Hand::Nothing => Offered::default(),
    };
    let mut lost_at: Option<Instant> = None;
    loop {
        let client =
            connect(&store, session.lang, &call, lost_at.is_some())?.offering(offered.clone());
        let mut out = Held {
            inner: session.out,
            begun: Vec::new(),
            shows: false,
        };
        match client.show(&mut out, session.err, &mut |_| {}) {
            Ok(Call::Ended(status)) => {
                out.show()?;
                return Ok(status);
            }
            // Nothing was shown yet: asked again under the same id, what was done is told and not done twice.
            Ok(Call::Lost)
                if !out.shows && lost_at.get_or_insert_with(Instant::now).elapsed() < AGAIN => {}
            Ok(Call::Lost) => return Err(lost()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Which files a session works with for its station.
#[derive(Clone, Copy, Debug)]
pub enum Hand<'a> {
    /// Those that the command line names.
    Named(&'a ArgMatches),
    /// None.
    Nothing,
}

/// Whether a command line names files.
pub fn names_files(matches: &ArgMatches) -> bool {
    !named_files(matches).is_empty()
}

/// The files and folders that a command line names, as the station will ask for them.
fn named_files(matches: &ArgMatches) -> Vec<PathBuf> {
    let Some((verb, matches)) = matches.subcommand() else {
        return Vec::new();
    };
    let mut named: Vec<PathBuf> = matches
        .ids()
        .filter(|id| *id != "store")
        .filter_map(|id| matches.try_get_many::<PathBuf>(id.as_str()).ok().flatten())
        .flatten()
        .map(|path| PathBuf::from(path.to_string_lossy().into_owned()))
        .collect();
    if verb == "import" {
        let rejects: Vec<PathBuf> = named.iter().map(|path| default_rejects(path)).collect();
        named.extend(rejects);
    }
    // A file, or what would be in it.
    if let Ok(Some(heads)) = matches.try_get_one::<String>("since-head") {
        named.push(PathBuf::from(heads));
    }
    named
}

fn lost() -> Failure {
    Failure {
        status: status::STORE,
        codes: vec!["station_lost".to_owned()],
        said: Some(
            both!(zh: "服务台中途退出，回答不完整；请再运行一次", en: "the station went away in the middle of its answer; run this again"),
        ),
    }
}

fn columns() -> u16 {
    crate::console::term::size().map_or(80, |(columns, _)| columns)
}

/// How much of an answer is held back until it is whole, in bytes; a longer one is shown as it comes.
const HOLDS: usize = 64 << 10;

/// Holds the beginning of an answer back, so that one that breaks off can be asked for again.
struct Held<'a> {
    inner: &'a mut dyn Write,
    begun: Vec<u8>,
    shows: bool,
}

impl Held<'_> {
    /// Shows what is held, and from now on what comes.
    fn show(&mut self) -> io::Result<()> {
        self.shows = true;
        self.inner.write_all(&std::mem::take(&mut self.begun))?;
        self.inner.flush()
    }
}

impl Write for Held<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.shows {
            return self.inner.write(bytes);
        }
        self.begun.extend(bytes);
        if self.begun.len() > HOLDS {
            self.show()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.shows {
            self.inner.flush()
        } else {
            Ok(())
        }
    }
}

/// Opens a session with the station of a store, starting one where none runs; `again` when there was one just now.
///
/// # Errors
/// When none can be had.
pub fn connect(store: &Path, lang: Lang, call: &AwayCall, again: bool) -> Result<Client, Unserved> {
    let call = serde_json::to_value(call).unwrap_or(Value::Null);
    let start = || start(store, lang);
    match named_socket() {
        Some(named) => station::connect(&named, &named, &call, Way::Waits(again)),
        None => station::connect(&socket_of(store), store, &call, Way::Starts(&start)),
    }
}

/// Starts a station in the background and waits until it serves.
fn start(store: &Path, lang: Lang) -> Attempt {
    let failed = |error: &io::Error| {
        Attempt::Failed(Unserved {
            status: status::STORE,
            said: both!(zh: "服务台启动不了：{error}", en: "the station can't be started: {error}"),
        })
    };
    match spawn(store, lang) {
        Ok(child) => heard(child).unwrap_or_else(|error| failed(&error)),
        Err(error) => failed(&error),
    }
}

fn spawn(store: &Path, lang: Lang) -> io::Result<Child> {
    let lang = match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    Command::new(std::env::current_exe()?)
        .args([
            "station",
            "--on-demand",
            "--json",
            "--lang",
            lang,
            "--store",
        ])
        .arg(store)
        .env_remove("MATCHDESK_NOW")
        .env_remove("MATCHDESK_STORE")
        // A service manager that has this session in its care is not the station's.
        .env_remove("NOTIFY_SOCKET")
        .env_remove("WATCHDOG_USEC")
        .env_remove("LISTEN_FDS")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

/// The first line that a station says: that it serves, or why not.
fn heard(mut child: Child) -> io::Result<Attempt> {
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).read_line(&mut line)?;
    }
    let said: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
    if said["station"].is_string() {
        // It outlives this session as a rule; when it does not, it must not stay as a zombie.
        let reaper = std::thread::Builder::new().name("reaper".to_owned());
        let _ = reaper.spawn(move || child.wait());
        return Ok(Attempt::Started);
    }
    let status = child
        .wait()?
        .code()
        .and_then(|code| u8::try_from(code).ok());
    let message = said["message"].as_str().map(str::to_owned);
    // Ended before it could say anything, as by a kill: the next may fare better.
    let is_silent = message.is_none();
    let said_it = message.map_or_else(silent, |message| Said {
        zh: message.clone(),
        en: message,
    });
    let why = Unserved {
        status: status
            .filter(|status| *status != 0)
            .unwrap_or(status::STORE),
        said: said_it,
    };
    let is_busy = is_silent
        || said["error"]
            .as_array()
            .is_some_and(|codes| codes.iter().any(|code| code == "store_busy"));
    Ok(if is_busy {
        Attempt::Busy(why)
    } else {
        Attempt::Failed(why)
    })
}

fn silent() -> Said {
    both!(
        zh: "服务台还没有就绪就退出了；请用 matchdesk station 启动它，看它说什么",
        en: "the station ended before it was ready; start it with matchdesk station and see what it says"
    )
}

impl From<Unserved> for Failure {
    fn from(why: Unserved) -> Self {
        let code = match why.status {
            status::FORBIDDEN => "not_permitted",
            _ => "store_unavailable",
        };
        Self {
            status: why.status,
            codes: vec![code.to_owned()],
            said: Some(why.said),
        }
    }
}
