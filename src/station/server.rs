//! The station's side: takes sessions in, one thread each, until it is told to leave or nobody needs it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::sockopt::socket_peercred;
use rustix::process::{Resource, Signal, getrlimit, setrlimit};
use serde_json::Value;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::guests::{Admission, Guests, OF_ONE, SESSIONS, Ticket};
use super::line::{Line, Received, ToSession, ToStation};
use super::peer::Peer;
use super::service::Manager;
use super::socket::{Door, Listening};
use super::{PROTOCOL, RELEASE};
use crate::domain::Said;
use crate::{both, text};

/// Files that may be open at the same time, when the system lets a process have so many.
const FILES: u64 = 8192;
/// How long a session may take to say what it wants.
const GREETING: Duration = Duration::from_secs(5);
/// How long a session may take nothing of what it is told.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the station looks whether it is still needed.
const BEAT: Duration = Duration::from_millis(500);
/// How long sessions may take to end when the station leaves.
const FAREWELL: Duration = Duration::from_secs(5);
/// The exit status of a session that is not served now.
const UNAVAILABLE: u8 = 5;

/// What a station serves: made by the layer above, which knows verbs and console.
pub trait Host: Send + Sync + 'static {
    /// Whether a session may come in at all.
    ///
    /// # Errors
    /// The exit status and the reason when it may not.
    fn admit(&self, peer: &Peer, call: &Value) -> Result<(), (u8, Said)>;

    /// Serves one session to its end and gives the exit status.
    fn serve(&self, peer: &Peer, call: Value, line: &Arc<Line>) -> u8;

    /// Whether nobody else has written to the store's file.
    fn is_untouched(&self) -> bool;

    /// Nobody is here for the moment, or the station leaves: makes the next opening quick.
    fn rest(&self, leaves: bool);
}

/// How a station serves.
#[derive(Debug)]
pub struct Serving {
    /// The store's file: when it goes, so does the station.
    pub store: PathBuf,
    /// Where sessions knock.
    pub socket: PathBuf,
    /// Who may knock.
    pub door: Door,
    /// A socket that somebody else has opened already, in place of `socket`.
    pub given: Option<UnixListener>,
    /// How long the station stays when nobody is there; for ever when none.
    pub idle: Option<Duration>,
    /// Who is told of the station's state.
    pub manager: Manager,
}

struct Station {
    host: Arc<dyn Host>,
    guests: Arc<Guests>,
}

enum Event {
    Ended,
    Leave,
}

/// Serves until a signal comes, the store's file goes, or nobody has been there for the idle time.
///
/// # Errors
/// When the socket can't be opened.
pub fn serve(host: Arc<dyn Host>, serving: Serving, ready: impl FnOnce()) -> io::Result<()> {
    let signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    survive_full_files()?;
    let store = Watched::at(&serving.store)?;
    // Kept while the station serves: a socket of its own goes with it.
    let mut _listening = None;
    let listener = if let Some(given) = serving.given {
        given
    } else {
        let own = Listening::at(&serving.socket, &serving.door)?;
        let listener = own.listener.try_clone()?;
        _listening = Some(own);
        listener
    };
    allow_files();
    let station = Arc::new(Station {
        host,
        guests: Arc::default(),
    });
    let (sender, events) = channel();
    heed(signals, sender.clone())?;
    let door = OpenDoor::open(&station, listener, sender)?;
    let mut manager = serving.manager;
    manager.serves();
    ready();
    station.attend(&events, &store, serving.idle, &mut manager);
    manager.leaves();
    // From here on nobody comes in: who knocks waits for whoever serves next.
    door.close();
    station.leave(&mut manager);
    Ok(())
}

fn heed(mut signals: Signals, events: Sender<Event>) -> io::Result<()> {
    spawn("signals", move || {
        if signals.forever().next().is_some() {
            let _ = events.send(Event::Leave);
        }
    })
    .map(drop)
}

/// A file that has come to the limit of its size is an error of the write, like a full disk, and no reason to die.
fn survive_full_files() -> io::Result<()> {
    let heard = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(Signal::XFSZ.as_raw(), heard).map(drop)
}

/// A session needs a file of its own, and some for what it reads and writes; a system's usual limit is for less.
fn allow_files() {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < FILES) {
        limit.current = Some(limit.maximum.map_or(FILES, |most| most.min(FILES)));
        // With fewer files there is room for fewer sessions.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// The thread that lets guests in.
struct OpenDoor {
    thread: JoinHandle<()>,
    bell: UnixStream,
}

impl OpenDoor {
    fn open(
        station: &Arc<Station>,
        listener: UnixListener,
        events: Sender<Event>,
    ) -> io::Result<Self> {
        // A guest who has gone again before being let in must not hold up the others.
        listener.set_nonblocking(true)?;
        let (bell, rung) = UnixStream::pair()?;
        let station = Arc::clone(station);
        let thread = spawn("door", move || {
            station.accept(&listener, &rung, &events);
        })?;
        Ok(Self { thread, bell })
    }

    fn close(self) {
        drop(self.bell);
        let _ = self.thread.join();
    }
}

impl Station {
    fn attend(
        &self,
        events: &Receiver<Event>,
        store: &Watched,
        idle: Option<Duration>,
        manager: &mut Manager,
    ) {
        let mut since = Instant::now();
        let mut rested = false;
        loop {
            match events.recv_timeout(manager.beat().unwrap_or(BEAT).min(BEAT)) {
                Ok(Event::Leave) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(Event::Ended) => since = Instant::now(),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if !store.is_there() {
                break;
            }
            let here = self.guests.count();
            manager.is_alive();
            manager.counts(here);
            if here > 0 {
                since = Instant::now();
                rested = false;
            } else if !rested && since.elapsed() > BEAT {
                self.host.rest(false);
                rested = true;
            }
            if idle.is_some_and(|idle| since.elapsed() >= idle) && self.guests.close_when_empty() {
                break;
            }
        }
    }

    fn accept(self: Arc<Self>, listener: &UnixListener, rung: &UnixStream, events: &Sender<Event>) {
        loop {
            let mut waiting = [
                PollFd::new(rung, PollFlags::IN),
                PollFd::new(listener, PollFlags::IN),
            ];
            if poll(&mut waiting, None).is_err() {
                continue;
            }
            if !waiting[0].revents().is_empty() {
                return;
            }
            match listener.accept() {
                Ok((stream, _)) => self.take_in(stream, events),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Out of files or memory: it may pass, and must not be spun on.
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    fn take_in(self: &Arc<Self>, stream: UnixStream, events: &Sender<Event>) {
        let Ok(uid) = socket_peercred(&stream).map(|peer| peer.uid.as_raw()) else {
            return;
        };
        let Ok(line) = Line::of_station(stream, PATIENCE).map(Arc::new) else {
            return;
        };
        let guest = Guest {
            station: Arc::clone(self),
            ticket: Some(self.guests.arrive(uid, &line)),
            events: events.clone(),
            line,
        };
        // Without a thread the guest is dropped, and the line with it.
        let _ = spawn("session", move || guest.serve());
    }

    fn leave(&self, manager: &mut Manager) {
        self.guests.dismiss();
        self.guests.wait(FAREWELL);
        manager.is_alive();
        self.host.rest(true);
    }
}

fn refusal(said: Said, leaves: bool) -> ToSession {
    ToSession::Refused {
        status: UNAVAILABLE,
        said,
        leaves,
    }
}

/// One who has come in.
struct Guest {
    station: Arc<Station>,
    /// Gone first when the guest goes, so that whoever hears of it finds nobody.
    ticket: Option<Ticket>,
    events: Sender<Event>,
    line: Arc<Line>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.line.hang_up();
        self.ticket = None;
        let _ = self.events.send(Event::Ended);
    }
}

impl Guest {
    fn serve(&self) {
        // A guest that speaks no sense is dropped without a word.
        if let Ok(status) = self.talk() {
            let _ = self.line.say(&ToSession::Exit { status });
        }
    }

    fn talk(&self) -> io::Result<u8> {
        let peer = Peer::of(self.line.stream())?;
        let Some(Received::Message(ToStation::Hello {
            protocol,
            release,
            call,
        })) = self.line.receive_within(GREETING)?
        else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        match self.admit(protocol, &release) {
            Admission::Served if protocol == PROTOCOL => {
                if let Err((status, said)) = self.station.host.admit(&peer, &call) {
                    let leaves = false;
                    self.line.say(&ToSession::Refused {
                        status,
                        said,
                        leaves,
                    })?;
                    return Err(io::ErrorKind::PermissionDenied.into());
                }
                self.line.say(&ToSession::Welcome)?;
                return Ok(self.host(&peer, call));
            }
            Admission::Served => self.line.say(&refusal(differs(&release), false))?,
            Admission::Full => self.line.say(&refusal(full(), false))?,
            Admission::FullOfOne => self.line.say(&refusal(full_of_one(), false))?,
            Admission::Leaving => self.line.say(&refusal(leaves(), true))?,
            Admission::MakesRoom => {
                // The station leaves only when this has been said.
                let said = self.line.say(&refusal(leaves(), true));
                let _ = self.events.send(Event::Leave);
                said?;
            }
        }
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    /// What breaks in one session is told there, and the others go on.
    fn host(&self, peer: &Peer, call: Value) -> u8 {
        let host = || self.station.host.serve(peer, call, &self.line);
        catch_unwind(AssertUnwindSafe(host)).unwrap_or_else(|_| {
            let broken = text!(
                zh: "matchdesk 内部出错，这个会话已结束；服务台的日志里有说明\n",
                en: "something in matchdesk broke and ended this session; the station's log says what\n"
            );
            let _ = self.line.err(broken.zh.as_bytes());
            let _ = self.line.err(broken.en.as_bytes());
            UNAVAILABLE
        })
    }

    /// While nobody is in the middle of anything, a newcomer may have a station of its own release, or a fresh look at a
    /// file that somebody else has written to.
    fn admit(&self, protocol: u32, release: &str) -> Admission {
        let Some(ticket) = &self.ticket else {
            return Admission::Leaving;
        };
        let differs = protocol != PROTOCOL || release != RELEASE;
        let is_stale = || self.station.guests.is_idle() && !self.station.host.is_untouched();
        ticket.enter(differs || is_stale())
    }
}

fn full() -> Said {
    both!(zh: "服务台已有 {SESSIONS} 个会话，请稍后再试", en: "the station has {SESSIONS} sessions; try again later")
}

fn full_of_one() -> Said {
    both!(zh: "您在服务台已有 {OF_ONE} 个会话；请先结束一些", en: "you have {OF_ONE} sessions at the station; end some of them first")
}

fn leaves() -> Said {
    both!(zh: "服务台正在退出", en: "the station is leaving")
}

fn differs(release: &str) -> Said {
    both!(
        zh: "服务台运行的是 matchdesk {RELEASE}，而这里是 {release}，两者不通。请等其他会话结束后再试，或由管理员重启服务台",
        en: "the station runs matchdesk {RELEASE} and this is {release}; they don't understand each other. Try again when the other sessions have ended, or let the administrator restart the station"
    )
}

/// The store's file as it was when the station opened it.
struct Watched {
    path: PathBuf,
    identity: (u64, u64),
}

impl Watched {
    fn at(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            identity: identity(path)?,
        })
    }

    fn is_there(&self) -> bool {
        identity(&self.path).is_ok_and(|found| found == self.identity)
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(run)
}
