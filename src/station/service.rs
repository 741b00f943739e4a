//! The system's service manager: the socket that it hands over, and what it is told of the station.

use std::io;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;
use sd_notify::NotifyState;

use crate::domain::{Lang, Said};
use crate::{both, text};

/// The socket that was handed over, if one was. To be asked once, before there are threads.
///
/// # Errors
/// When what was handed over is not one listening Unix socket, in words.
pub fn handed_over() -> Result<Option<UnixListener>, Said> {
    let mut handed = ListenFd::from_env();
    let count = handed.len();
    if count > 1 {
        return Err(both!(
            zh: "系统交来了 {count} 个套接字，而服务台只在一个上服务；请在 matchdesk.socket 中只留一个 ListenStream",
            en: "{count} sockets were handed over and a station serves on one; keep one ListenStream in matchdesk.socket"
        ));
    }
    let wrong = |error: io::Error| {
        both!(
            zh: "交来的不是监听中的 Unix 流套接字（{error}）；请检查 matchdesk.socket 中的 ListenStream 与 Accept=no",
            en: "what was handed over is no listening Unix stream socket ({error}); check ListenStream and Accept=no in matchdesk.socket"
        )
    };
    let listener = handed.take_unix_listener(0).map_err(wrong)?;
    match &listener {
        Some(socket) if !socket_acceptconn(socket).map_err(|error| wrong(error.into()))? => {
            Err(wrong(io::ErrorKind::NotConnected.into()))
        }
        _ => Ok(listener),
    }
}

/// A line to the service manager; without one, nothing is told.
#[derive(Debug)]
pub struct Manager {
    lang: Lang,
    is_there: bool,
    sessions: Option<usize>,
    beat: Option<Duration>,
    beaten: Instant,
}

impl Manager {
    /// The manager that started this process, if one did; what it is told is in this language.
    #[must_use]
    pub fn of_process(lang: Lang) -> Self {
        Self {
            is_there: std::env::var_os("NOTIFY_SOCKET").is_some(),
            // Well within the time that is allowed, as is usual.
            beat: sd_notify::watchdog_enabled().map(|limit| limit / 3),
            ..Self::none(lang)
        }
    }

    /// No manager: for a station that belongs to its user.
    #[must_use]
    pub fn none(lang: Lang) -> Self {
        Self {
            lang,
            is_there: false,
            sessions: None,
            beat: None,
            beaten: Instant::now(),
        }
    }

    /// The station opens its store, which may take a while.
    pub fn opens(&self) {
        let opens = text!(zh: "正在打开数据库", en: "Opening the store");
        self.tell(&[NotifyState::Status(opens.get(self.lang))]);
    }

    pub(super) fn serves(&mut self) {
        self.tell(&[NotifyState::Ready]);
        self.counts(0);
    }

    pub(super) fn counts(&mut self, sessions: usize) {
        if self.sessions == Some(sessions) {
            return;
        }
        self.sessions = Some(sessions);
        let said = both!(zh: "会话数：{sessions}", en: "Sessions: {sessions}");
        self.tell(&[NotifyState::Status(said.get(self.lang))]);
    }

    /// How often it must be told that the station lives.
    pub(super) fn beat(&self) -> Option<Duration> {
        self.beat
    }

    pub(super) fn is_alive(&mut self) {
        if self.beat.is_some_and(|beat| self.beaten.elapsed() >= beat) {
            self.beaten = Instant::now();
            self.tell(&[NotifyState::Watchdog]);
        }
    }

    pub(super) fn leaves(&self) {
        self.tell(&[NotifyState::Stopping]);
    }

    /// A manager that can't be told is none that matters.
    fn tell(&self, states: &[NotifyState<'_>]) {
        if self.is_there {
            let _ = sd_notify::notify(states);
        }
    }
}
