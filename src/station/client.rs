//! The session's side: finds the station of a store, starts one when none runs, and shows what it says.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::files::Hands;
use super::line::{Line, Received, ToSession, ToStation};
use super::socket;
use super::{PROTOCOL, RELEASE};
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

/// Opens a session with the station at a socket. Where none answers, `start` may start one.
///
/// # Errors
/// When no station can be had, or it refuses.
pub fn connect(
    at: &Path,
    call: &Value,
    start: Option<&dyn Fn() -> Attempt>,
) -> Result<Client, Unserved> {
    let began = Instant::now();
    loop {
        let why = match knock(at, call) {
            Knock::Served(client) => return Ok(client),
            Knock::Refused(why) => return Err(why),
            Knock::Leaving(why) => why,
            Knock::Nobody(why) => match start.map(|start| start()) {
                Some(Attempt::Started) => continue,
                Some(Attempt::Busy(why)) => why,
                Some(Attempt::Failed(why)) => return Err(why),
                None => why,
            },
        };
        if began.elapsed() > PATIENCE || start.is_none() {
            return Err(why);
        }
        thread::sleep(PAUSE);
    }
}

enum Knock {
    Served(Client),
    Refused(Unserved),
    /// The station is going: another will be needed.
    Leaving(Unserved),
    Nobody(Unserved),
}

fn knock(at: &Path, call: &Value) -> Knock {
    let shown = printable(&at.display().to_string());
    let unserved = |status: u8, error: &io::Error| Unserved {
        status,
        said: both!(
            zh: "连不上服务台 {shown}：{error}。请用 matchdesk station 启动它，或请管理员检查",
            en: "no station answers at {shown}: {error}. Start it with matchdesk station, or ask the administrator"
        ),
    };
    let stream = match socket::connect(at) {
        Ok(stream) => stream,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Knock::Refused(Unserved {
                status: 4,
                said: both!(
                    zh: "没有使用服务台 {shown} 的权限；请向管理员申请",
                    en: "you may not use the station at {shown}; ask the administrator"
                ),
            });
        }
        Err(error) => return Knock::Nobody(unserved(5, &error)),
    };
    let line = Arc::new(Line::of_session(stream));
    let hello = ToStation::Hello {
        protocol: PROTOCOL,
        release: RELEASE.to_owned(),
        call: call.clone(),
    };
    let first = line.say(&hello).and_then(|()| line.receive());
    match first {
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
                Knock::Leaving(why)
            } else {
                Knock::Refused(why)
            }
        }
        Ok(_) => Knock::Leaving(unserved(5, &io::ErrorKind::ConnectionAborted.into())),
        Err(error) => Knock::Leaving(unserved(5, &error)),
    }
}

impl Client {
    /// The line, to hand keys in while another thread shows what comes.
    #[must_use]
    pub fn line(&self) -> Arc<Line> {
        Arc::clone(&self.line)
    }

    /// Shows what the station says until the session is over. `notice` hears what is not to be shown.
    ///
    /// # Errors
    /// When what it says can't be shown.
    pub fn show(
        &self,
        out: &mut dyn Write,
        err: &mut dyn Write,
        notice: &mut dyn FnMut(Notice),
    ) -> io::Result<Call> {
        loop {
            match self.line.receive() {
                Ok(Some(Received::Out(bytes))) => {
                    out.write_all(&bytes)?;
                    out.flush()?;
                }
                Ok(Some(Received::Err(bytes))) => {
                    err.write_all(&bytes)?;
                    err.flush()?;
                }
                Ok(Some(Received::Message(ToSession::Exit { status }))) => {
                    return Ok(Call::Ended(status));
                }
                Ok(Some(Received::Message(ToSession::File(asked)))) => {
                    if self.hands.serve(asked, &self.line).is_err() {
                        return Ok(Call::Lost);
                    }
                }
                Ok(Some(Received::Message(ToSession::Suspend))) => notice(Notice::Suspend),
                Ok(Some(Received::Message(ToSession::Settled(what)))) => {
                    notice(Notice::Settled(what));
                }
                Ok(Some(Received::Message(_)) | None) | Err(_) => return Ok(Call::Lost),
            }
        }
    }
}
