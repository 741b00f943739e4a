//! The station's side: takes sessions in, one thread each, until it is told to leave or nobody needs it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::line::{Line, Received, ToSession, ToStation};
use super::peer::Peer;
use super::socket::{Door, Listening};
use super::{PROTOCOL, RELEASE};
use crate::both;
use crate::domain::Said;

/// Sessions at the same time.
const SESSIONS: usize = 512;
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

    /// Nobody is here for the moment: makes the next opening quick.
    fn rest(&self);
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
}

struct Station {
    host: Arc<dyn Host>,
    here: AtomicUsize,
    leaving: AtomicBool,
    lines: Mutex<Vec<Weak<Line>>>,
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
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let store = Watched::at(&serving.store)?;
    // Kept while the station serves: the socket goes with it.
    let mut _listening = None;
    let listener = if let Some(given) = serving.given {
        given
    } else {
        let own = Listening::at(&serving.socket, &serving.door)?;
        let listener = own.listener.try_clone()?;
        _listening = Some(own);
        listener
    };
    let station = Arc::new(Station {
        host,
        here: AtomicUsize::new(0),
        leaving: AtomicBool::new(false),
        lines: Mutex::default(),
    });
    let (sender, events) = channel();
    let to_signals = sender.clone();
    spawn("signals", move || {
        if signals.forever().next().is_some() {
            let _ = to_signals.send(Event::Leave);
        }
    })?;
    let door = Arc::clone(&station);
    spawn("door", move || door.accept(&listener, &sender))?;
    ready();
    let mut since = Instant::now();
    let mut rested = false;
    loop {
        match events.recv_timeout(BEAT) {
            Ok(Event::Leave) | Err(RecvTimeoutError::Disconnected) => break,
            Ok(Event::Ended) => since = Instant::now(),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if !store.is_there() {
            break;
        }
        if station.here.load(Ordering::SeqCst) > 0 {
            since = Instant::now();
            rested = false;
        } else if !rested && since.elapsed() > BEAT {
            station.host.rest();
            rested = true;
        }
        if serving.idle.is_some_and(|idle| since.elapsed() >= idle) {
            break;
        }
    }
    station.leave();
    Ok(())
}

impl Station {
    fn accept(self: Arc<Self>, listener: &UnixListener, events: &Sender<Event>) {
        for stream in listener.incoming() {
            // Out of files or memory: it may pass, and must not be spun on.
            let Ok(stream) = stream else {
                thread::sleep(Duration::from_millis(20));
                continue;
            };
            let guest = Guest {
                station: Arc::clone(&self),
                events: events.clone(),
            };
            let here = self.here.fetch_add(1, Ordering::SeqCst) + 1;
            // Without a thread the guest is dropped, and the line with it.
            let _ = spawn("session", move || guest.serve(stream, here));
        }
    }

    fn leave(&self) {
        self.leaving.store(true, Ordering::SeqCst);
        let lines = std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        for line in lines.iter().filter_map(Weak::upgrade) {
            line.hang_up();
        }
        let began = Instant::now();
        while self.here.load(Ordering::SeqCst) > 0 && began.elapsed() < FAREWELL {
            thread::sleep(Duration::from_millis(10));
        }
        self.host.rest();
    }

    fn remember(&self, line: &Arc<Line>) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|known| known.strong_count() > 0);
        lines.push(Arc::downgrade(line));
    }
}

/// One who has come in; counted until the end.
struct Guest {
    station: Arc<Station>,
    events: Sender<Event>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.station.here.fetch_sub(1, Ordering::SeqCst);
        let _ = self.events.send(Event::Ended);
    }
}

impl Guest {
    fn serve(&self, stream: UnixStream, here: usize) {
        // A guest that speaks no sense is dropped without a word.
        let Ok(line) = Line::of_station(stream, PATIENCE).map(Arc::new) else {
            return;
        };
        self.station.remember(&line);
        if let Ok(status) = self.talk(&line, here) {
            let _ = line.say(&ToSession::Exit { status });
        }
        line.hang_up();
    }

    fn talk(&self, line: &Arc<Line>, here: usize) -> io::Result<u8> {
        let peer = Peer::of(line.stream())?;
        line.stream().set_read_timeout(Some(GREETING))?;
        let Some(Received::Message(ToStation::Hello {
            protocol,
            release,
            call,
        })) = line.receive()?
        else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        line.stream().set_read_timeout(None)?;
        if let Err(refused) = self.greet(protocol, &release, here) {
            line.say(&refused)?;
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        if let Err((status, said)) = self.station.host.admit(&peer, &call) {
            line.say(&ToSession::Refused {
                status,
                said,
                leaves: false,
            })?;
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        line.say(&ToSession::Welcome)?;
        Ok(self.station.host.serve(&peer, call, line))
    }

    fn greet(&self, protocol: u32, release: &str, here: usize) -> Result<(), ToSession> {
        let refuse = |said: Said, leaves: bool| {
            Err(ToSession::Refused {
                status: UNAVAILABLE,
                said,
                leaves,
            })
        };
        if self.station.leaving.load(Ordering::SeqCst) {
            return refuse(
                both!(zh: "服务台正在退出", en: "the station is leaving"),
                true,
            );
        }
        if here > SESSIONS {
            return refuse(
                both!(zh: "服务台已有 {SESSIONS} 个会话，请稍后再试", en: "the station has {SESSIONS} sessions; try again later"),
                false,
            );
        }
        let differs = protocol != PROTOCOL || release != RELEASE;
        let alone = here == 1;
        if alone && (differs || !self.station.host.is_untouched()) {
            // Nobody is in the middle of anything: the newcomer may have a station of its own release, or a fresh look
            // at a file that somebody else has written to.
            self.station.leaving.store(true, Ordering::SeqCst);
            let _ = self.events.send(Event::Leave);
            return refuse(
                both!(zh: "服务台正在退出", en: "the station is leaving"),
                true,
            );
        }
        if protocol != PROTOCOL {
            return refuse(
                both!(
                    zh: "服务台运行的是 matchdesk {RELEASE}，而这里是 {release}，两者不通。请等其他会话结束后再试，或由管理员重启服务台",
                    en: "the station runs matchdesk {RELEASE} and this is {release}; they don't understand each other. Try again when the other sessions have ended, or let the administrator restart the station"
                ),
                false,
            );
        }
        Ok(())
    }
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

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(run).map(drop)
}
