//! What every verb works with: the language, where to write, the store and who asks.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::failure::Failure;
use super::meter::Meter;
use crate::console::app::library::Library;
use crate::desk::{Actor, Clock, Command, Desk, Done};
use crate::domain::lang::Text;
use crate::domain::record::Settings;
use crate::domain::{Code, Lang, Right, Stamp, Zone};
use crate::exchange::{Files, Location, OwnFiles};
use crate::station::{AwayFiles, Line, Peer};
use crate::store::{self, RequestId, Store, StoreError, fetch, random_id};
use crate::{both, text};

/// What takes no longer is not worth a bar.
const SHORT: Duration = Duration::from_millis(300);
/// What a command waits for in a station that has just begun.
const OPENING: Text = text!(zh: "正在打开登记册", en: "Opening the register");

/// One run of the command line.
pub struct Session<'a> {
    /// The language of texts.
    pub lang: Lang,
    /// Whether answers are JSON documents.
    pub json: bool,
    /// Whether messages that are not asked for are left out.
    pub quiet: bool,
    /// The store's place.
    pub store: PathBuf,
    /// Whether `store` was named and is not the default.
    pub named: bool,
    /// The moment at which the rules' clock stands, as it was given.
    pub now: Option<String>,
    /// Who asks.
    pub actor: Actor,
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Where progress is shown.
    pub meter: Meter,
    /// The station that this runs in; none when the process works on the store by itself.
    pub served: Option<Served>,
    /// The id of the next command, so that a run repeated after a lost line does nothing twice.
    pub request: Option<RequestId>,
}

/// The station's side of a run.
pub struct Served {
    /// The station's desk.
    pub desk: Desk,
    /// The registries that the station searches for everybody.
    pub library: Arc<Library>,
    /// The line to whoever asks.
    pub line: Arc<Line>,
    /// Whether others than the store's owner may use the station.
    pub is_shared: bool,
}

impl Session<'_> {
    /// Opens the store, which must be there, for something that needs a right.
    ///
    /// # Errors
    /// When there is none, it can't be opened, `--now` can't be read or must not be given, or no role grants the right.
    pub fn open(&self, right: Right) -> Result<Desk, Failure> {
        if let Some(served) = &self.served {
            served.desk.permit(&self.actor, right)?;
        }
        self.open_for_anyone()
    }

    /// Opens the store, which must be there, for something that whoever has a role may do.
    ///
    /// # Errors
    /// When there is none, it can't be opened, or `--now` can't be read or must not be given.
    pub fn open_for_anyone(&self) -> Result<Desk, Failure> {
        if let Some(served) = &self.served {
            let Some(text) = &self.now else {
                return Ok(served.desk.clone());
            };
            if served.is_shared {
                self.permit_clock(&served.desk)?;
            }
            let now = parse_now(text, served.desk.zone())?;
            return Ok(served.desk.at(Clock::Fixed(now)));
        }
        if self.store.symlink_metadata().is_err() {
            return Err(no_store(&self.store).into());
        }
        self.desk(store::open(&self.store)?)
    }

    /// A shared station's clock is moved by nobody but an administrator, on a store for trials (SPEC §3).
    fn permit_clock(&self, desk: &Desk) -> Result<(), Failure> {
        desk.permit(&self.actor, Right::Administer)?;
        let settings: Option<Settings> = fetch(&*desk.rows()?, &Code::composed(Settings::KEY))?;
        if settings.is_some_and(|settings| settings.trial) {
            return Ok(());
        }
        let said = both!(zh: "共用的服务台只有在试用数据库上才接受 --now；请去掉 --now 和 MATCHDESK_NOW", en: "a shared station takes --now only on a store for trials; leave out --now and MATCHDESK_NOW");
        Ok(desk.deny(&self.actor, Right::Administer, said)?)
    }

    /// Opens the store, making it when it is missing.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when it can't be made.
    pub fn open_or_create(&self, right: Right) -> Result<Desk, Failure> {
        if self.served.is_some() || self.store.symlink_metadata().is_ok() {
            return self.open(right);
        }
        if let Some(folder) = self.store.parent().filter(|_| !self.named) {
            std::fs::create_dir_all(folder).map_err(|error| {
                let folder = folder.display();
                StoreError::Unavailable(both!(zh: "无法建立文件夹 {folder}：{error}", en: "can't make the folder {folder}: {error}"))
            })?;
        }
        self.desk(store::create(&self.store)?)
    }

    /// Opens the store with its index and rolls standing matches forward (SPEC §4).
    ///
    /// # Errors
    /// As [`open`](Self::open), and when the store can't be read or written.
    pub fn open_and_roll(&self, right: Right) -> Result<Desk, Failure> {
        let desk = self.open(right)?;
        let (began, mut bar) = (Instant::now(), None);
        desk.load(&mut |done, total| {
            if began.elapsed() > SHORT {
                let bar = bar.get_or_insert_with(|| self.bar(OPENING.get(self.lang)));
                bar.set_length(total);
                bar.set_position(done);
            }
        })?;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        desk.roll_when_due()?;
        Ok(desk)
    }

    fn desk(&self, store: Box<dyn Store>) -> Result<Desk, Failure> {
        let clock = match &self.now {
            None => Clock::Machine,
            Some(text) => Clock::Fixed(parse_now(text, zone_of(&*store)?)?),
        };
        Ok(Desk::new(store, clock)?)
    }

    /// Does a command. When the run is one repeated after a lost answer, what was done then is told again.
    ///
    /// # Errors
    /// When it is refused, or the store can't be written.
    pub fn execute(&mut self, desk: &Desk, command: &Command) -> Result<Done, Failure> {
        let id = match self.request.take() {
            Some(id) => id,
            None => random_id()?,
        };
        self.request = Some(RequestId(id.0.wrapping_add(1)));
        Ok(desk.execute_once(id, &self.actor, command)?)
    }

    /// A place among the files of whoever asks.
    #[must_use]
    pub fn location(&self, path: PathBuf) -> Location {
        let files: Arc<dyn Files> = match &self.served {
            Some(served) => Arc::new(AwayFiles::new(Arc::clone(&served.line))),
            None => Arc::new(OwnFiles),
        };
        Location::new(files, path)
    }

    /// Whether somebody still waits for the answer.
    pub fn wanted(&self) -> ControlFlow<()> {
        match &self.served {
            Some(served) if served.line.is_gone() => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    /// A progress bar on a terminal; nothing in a pipe or when quiet.
    #[must_use]
    pub fn bar(&self, message: &str) -> ProgressBar {
        let target = if self.quiet {
            ProgressDrawTarget::hidden()
        } else {
            self.meter.target()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {wide_bar} {percent}% {elapsed_precise}")
        {
            bar.set_style(style);
        }
        bar.set_message(message.to_owned());
        bar
    }

    /// One line on standard output.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn say(&mut self, line: impl AsRef<str>) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{}", line.as_ref())?)
    }

    /// Several lines on standard output.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn lines<S: AsRef<str>>(
        &mut self,
        lines: impl IntoIterator<Item = S>,
    ) -> Result<(), Failure> {
        lines.into_iter().try_for_each(|line| self.say(line))
    }

    /// One JSON document on a line of standard output.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn document(&mut self, value: &Value) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{value}")?)
    }

    /// A message that goes beside the answer; none when quiet. That it can't be written does not matter.
    pub fn note(&mut self, line: impl AsRef<str>) {
        if !self.quiet {
            let _ = writeln!(self.err, "{}", line.as_ref());
        }
    }

    /// The answer of a verb that changes something: a document, or a sentence unless quiet.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn answer(&mut self, value: &Value, sentence: impl AsRef<str>) -> Result<(), Failure> {
        if self.json {
            self.document(value)
        } else if self.quiet {
            Ok(())
        } else {
            self.say(sentence)
        }
    }
}

/// Reads a TIME of the command line.
///
/// # Errors
/// When it is none: wrong usage.
pub fn parse_now(text: &str, zone: Zone) -> Result<Stamp, Failure> {
    Stamp::parse(text, zone).map_err(|said| {
        let (zh, en) = (said.zh, said.en);
        Failure::usage(both!(zh: "时间 \"{text}\"：{zh}", en: "time \"{text}\": {en}"))
    })
}

fn zone_of(store: &dyn Store) -> Result<Zone, StoreError> {
    let settings: Option<Settings> = fetch(&*store.rows()?, &Code::composed(Settings::KEY))?;
    Ok(settings.unwrap_or_default().zone())
}

/// That there is no store at a path, and what makes one.
#[must_use]
pub fn no_store(path: &Path) -> StoreError {
    let path = crate::domain::printable::printable(&path.display().to_string());
    StoreError::Unavailable(
        both!(zh: "{path} 处没有数据库。可用 matchdesk import、restore、add 或 demo 建立，或用 --store 指定另一个位置",
            en: "there is no store at {path}. matchdesk import, restore, add or demo makes one; --store names another place"),
    )
}

/// The default place of a store by its file's name: the XDG data folder.
#[must_use]
pub fn default_store(name: &str) -> PathBuf {
    use etcetera::BaseStrategy as _;
    etcetera::choose_base_strategy().map_or_else(
        |_| PathBuf::from(name),
        |folders| folders.data_dir().join("matchdesk").join(name),
    )
}

/// The system's user at this machine.
#[must_use]
pub fn system_actor() -> Actor {
    actor_of(&Peer::own())
}

/// A system user at this machine.
#[must_use]
pub fn actor_of(peer: &Peer) -> Actor {
    Actor {
        who: peer.name.clone(),
        station: station().unwrap_or_default(),
    }
}

fn station() -> Option<String> {
    let read = |path| -> io::Result<String> { std::fs::read_to_string(path) };
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .filter_map(|path| read(path).ok())
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
}
