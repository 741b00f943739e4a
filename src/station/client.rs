//! The session's side: finds the station of a store, starts one when none runs, and shows what it says.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::backlog::Backlog;
use super::files::Hands;
use super::line::{Line, Received, ToSession, ToStation};
use super::offered::Offered;
use super::{PROTOCOL, RELEASE, peer, socket};
use crate::both;
use crate::domain::Said;
use crate::domain::printable::printable;

/// How long a station may take to come or go.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two knocks.
const PAUSE: Duration = Duration::from_millis(15);

/// Why there is no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unserved {
    /// The exit status.
    pub status: u8,
    /// What happened and what to do.
    pub said: Said,
}

/// What became of an attempt to start a station.
pub enum Attempt {
    /// One runs now.
    Started,
    /// Somebody else has the store just now, perhaps a station that is starting.
    Busy(Unserved),
    /// None can run.
    Failed(Unserved),
}

/// A session with a station.
pub struct Client {
    line: Arc<Line>,
    hands: Hands,
}

/// What a station says to the program at the terminal.
#[derive(Debug)]
pub enum Notice {
    /// The console wants to be stopped until it is continued.
    Suspend,
    /// What is safe when the line drops, for whoever handed inputs in to understand.
    Settled(Value),
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// With this exit status.
    Ended(u8),
    /// The station went away.
    Lost,
}

/// How a station is had where none answers.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// This starts one.
    Starts(&'a dyn Fn() -> Attempt),
    /// Somebody else starts it; it is waited for when there was one just now.
    Waits(bool),
}

/// Opens a session with the station at a socket. It is believed when it is root's, one's own or that of the owner of
/// `whose`: the store, or a socket that was named.
///
/// # Errors
/// When no station can be had, somebody else answers, or it refuses.
pub fn connect(at: &Path, whose: &Path, call: &Value, way: Way<'_>) -> Result<Client, Unserved> {
    let began = Instant::now();
    let mut was_there = matches!(way, Way::Waits(true));
    loop {
        let why = match (knock(at, whose, call), way) {
            (Knock::Served(client), _) => return Ok(client),
            (Knock::Refused(why), _) => return Err(why),
            (Knock::Leaving(error), _) => {
                was_there = true;
                error.told(at, way)
            }
            (Knock::Nobody(error), Way::Starts(start)) => match start() {
                Attempt::Started if began.elapsed() < PATIENCE => continue,
                Attempt::Started => error.told(at, way),
                Attempt::Busy(why) => why,
                Attempt::Failed(why) => return Err(why),
            },
            (Knock::Nobody(error), Way::Waits(_)) if was_there => error.told(at, way),
            (Knock::Nobody(error), Way::Waits(_)) => return Err(error.told(at, way)),
        };
        if began.elapsed() > PATIENCE {
            return Err(why);
        }
        thread::sleep(PAUSE);
    }
}

enum Knock {
    Served(Client),
    Refused(Unserved),
    /// The station is going: another will be needed.
    Leaving(Silence),
    Nobody(Silence),
}

/// That there was no welcome.
enum Silence {
    Broken(io::Error),
    Said(Unserved),
}

impl Silence {
    fn told(self, at: &Path, way: Way<'_>) -> Unserved {
        let error = match self {
            Self::Said(why) => return why,
            Self::Broken(error) => error,
        };
        let shown = printable(&at.display().to_string());
        let said = match way {
            Way::Starts(_) => both!(
                zh: "连不上服务台 {shown}：{error}。请用 matchdesk station 启动它，或请管理员检查",
                en: "no station answers at {shown}: {error}. Start it with matchdesk station, or ask the administrator"
            ),
            Way::Waits(_) => both!(
                zh: "连不上 MATCHDESK_SOCKET 指定的服务台 {shown}：{error}。请管理员检查；若要用自己的数据库，请去掉这个变量",
                en: "no station answers at {shown}, which MATCHDESK_SOCKET names: {error}. Ask the administrator, or unset the variable to work on a store of your own"
            ),
        };
        Unserved { status: 5, said }
    }
}

fn knock(at: &Path, whose: &Path, call: &Value) -> Knock {
    let stream = match socket::connect(at) {
        Ok(stream) => stream,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let shown = printable(&at.display().to_string());
            return Knock::Refused(Unserved {
                status: 4,
                said: both!(
                    zh: "没有使用服务台 {shown} 的权限；请向管理员申请",
                    en: "you may not use the station at {shown}; ask the administrator"
                ),
            });
        }
        Err(error) => return Knock::Nobody(Silence::Broken(error)),
    };
    match peer::listener_of(&stream) {
        Ok(listener) if peer::is_believed(listener, owner_of(whose)) => {}
        Ok(listener) => return Knock::Refused(unbelieved(at, listener)),
        Err(error) => return Knock::Leaving(Silence::Broken(error)),
    }
    let line = Arc::new(Line::of_session(stream));
    let hello = ToStation::Hello {
        protocol: PROTOCOL,
        release: RELEASE.to_owned(),
        call: call.clone(),
    };
    // A station that is full, or leaves, may have spoken and hung up before it was asked.
    let asked = line.say(&hello);
    match line.receive() {
        Ok(Some(Received::Message(ToSession::Welcome))) => Knock::Served(Client {
            line,
            hands: Hands::default(),
        }),
        Ok(Some(Received::Message(ToSession::Refused {
            status,
            said,
            leaves,
        }))) => {
            let why = Unserved { status, said };
            if leaves {
                Knock::Leaving(Silence::Said(why))
            } else {
                Knock::Refused(why)
            }
        }
        Err(error) => Knock::Leaving(Silence::Broken(error)),
        Ok(_) => {
            let error = asked.err();
            let error = error.unwrap_or_else(|| io::ErrorKind::ConnectionAborted.into());
            Knock::Leaving(Silence::Broken(error))
        }
    }
}

/// Whose a file is, when it can be seen. A link is whoever's made it.
fn owner_of(path: &Path) -> Option<u32> {
    let found = fs::symlink_metadata(path).ok()?;
    Some(found.uid())
}

fn unbelieved(at: &Path, listener: u32) -> Unserved {
    let shown = printable(&at.display().to_string());
    let who = printable(&peer::name_of(listener));
    Unserved {
        status: 5,
        said: both!(
            zh: "在 {shown} 应答的是用户 {who} 的程序，既不是 root 或您自己的，也不是数据库所有者的，所以什么都没有交给它。请管理员检查 {who} 在那里做什么，删除这个套接字，再运行一次",
            en: "a program of the user {who} answers at {shown}, not one of root, yourself or the store's owner, so nothing was handed to it. Ask the administrator what {who} does there, remove the socket, and run this again"
        ),
    }
}

impl Client {
    /// The same session, which does with these files what the station asks; before that it has none.
    #[must_use]
    pub fn offering(self, offered: Offered) -> Self {
        let hands = Hands::with(offered);
        Self { hands, ..self }
    }

    /// The line, to hand keys in while another thread shows what comes.
    #[must_use]
    pub fn line(&self) -> Arc<Line> {
        Arc::clone(&self.line)
    }

    /// Shows what the station says until the session is over. `notice` hears what is not to be shown.
    ///
    /// What comes is taken in at once, however slowly it is shown: a pager that nobody reads on is no reason for the
    /// station to give the session up.
    ///
    /// # Errors
    /// When what it says can't be shown.
    pub fn show(
        &self,
        out: &mut dyn Write,
        err: &mut dyn Write,
        notice: &mut dyn FnMut(Notice),
    ) -> io::Result<Call> {
        let taken = Backlog::default();
        thread::scope(|scope| {
            let take = || {
                while let Ok(Some(received)) = self.line.receive() {
                    taken.put(received);
                }
                taken.end();
            };
            let taker = thread::Builder::new().name("take".to_owned());
            taker.spawn_scoped(scope, take)?;
            let shown = self.show_taken(&taken, out, err, notice);
            self.line.hang_up();
            shown
        })
    }

    fn show_taken(
        &self,
        taken: &Backlog,
        out: &mut dyn Write,
        err: &mut dyn Write,
        notice: &mut dyn FnMut(Notice),
    ) -> io::Result<Call> {
        loop {
            match taken.take()? {
                Some(Received::Out(bytes)) => {
                    out.write_all(&bytes)?;
                    out.flush()?;
                }
                Some(Received::Err(bytes)) => {
                    err.write_all(&bytes)?;
                    err.flush()?;
                }
                Some(Received::Message(ToSession::Exit { status })) => {
                    return Ok(Call::Ended(status));
                }
                Some(Received::Message(ToSession::File(asked))) => {
                    if self.hands.serve(asked, &self.line).is_err() {
                        return Ok(Call::Lost);
                    }
                }
                Some(Received::Message(ToSession::Suspend)) => notice(Notice::Suspend),
                Some(Received::Message(ToSession::Settled(what))) => notice(Notice::Settled(what)),
                Some(Received::Message(_)) | None => return Ok(Call::Lost),
            }
        }
    }
}
