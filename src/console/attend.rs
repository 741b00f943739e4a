//! The console's side at the terminal: hands keys in, shows what the station draws, and finds the station again when
//! the line drops.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::keys::{Code, Key};
use super::serve::{Away, SettledWire};
use super::term::{self, Guard, TermEvent};
use super::unsettled::{Unsettled, pieces};
use crate::domain::Lang;
use crate::station::{Call, Client, Line, Notice, ToStation, Unserved};
use crate::text;

/// Between two attempts to find the station again.
const PAUSE: Duration = Duration::from_millis(200);

/// How long a signal may take to come when the terminal has gone.
const GRACE: Duration = Duration::from_secs(1);

/// How a console ended at its terminal.
#[derive(Debug)]
pub enum Ended {
    /// Its user left, or the station ended it, with this exit status, and with these words for standard error: they are
    /// for after the terminal is restored.
    Status(u8, Vec<u8>),
    /// A signal ended it.
    Signal(i32),
    /// No station takes it any more.
    Unserved(Unserved),
}

/// What the thread that shows says to the one that attends.
enum Heard {
    Terminal(TermEvent),
    Notice(Notice),
    /// The line has nothing more, and these words came for standard error.
    Over(io::Result<Call>, Vec<u8>),
}

/// Attends to a console at the terminal `here`. `connect` opens a session for the terminal as it is then.
///
/// # Errors
/// When the terminal can't be used.
pub fn attend(
    lang: Lang,
    here: &Away,
    connect: &dyn Fn(&Away) -> Result<Client, Unserved>,
) -> io::Result<Ended> {
    let mut client = match connect(here) {
        Ok(client) => client,
        Err(why) => return Ok(Ended::Unserved(why)),
    };
    let (sender, heard) = channel();
    let mut attendant = Attendant {
        lang,
        here,
        connect,
        guard: term::start(sender.clone(), Heard::Terminal)?,
        heard,
        unsettled: Unsettled::default(),
    };
    loop {
        let line = client.line();
        let to = sender.clone();
        let shower = thread::Builder::new().name("show".to_owned());
        shower.spawn(move || {
            let noticed = to.clone();
            let mut notice = |notice| {
                let _ = noticed.send(Heard::Notice(notice));
            };
            let mut words = Vec::new();
            let shown = client.show(&mut term::gate(), &mut words, &mut notice);
            let _ = to.send(Heard::Over(shown, words));
        })?;
        for late in attendant.unsettled.late() {
            say(&line, &late);
        }
        if let Some(ended) = attendant.hand_in(&line)? {
            return Ok(ended);
        }
        match attendant.again()? {
            Ok(found) => client = found,
            Err(ended) => return Ok(ended),
        }
    }
}

struct Attendant<'a> {
    lang: Lang,
    here: &'a Away,
    connect: &'a dyn Fn(&Away) -> Result<Client, Unserved>,
    guard: Guard,
    heard: Receiver<Heard>,
    unsettled: Unsettled,
}

impl Attendant<'_> {
    /// Hands keys in until the session is over; none when the line dropped.
    fn hand_in(&mut self, line: &Line) -> io::Result<Option<Ended>> {
        loop {
            match self.heard.recv() {
                Ok(Heard::Terminal(TermEvent::Stop(signal))) => {
                    line.hang_up();
                    return Ok(Some(Ended::Signal(signal)));
                }
                Ok(Heard::Terminal(TermEvent::Suspend) | Heard::Notice(Notice::Suspend)) => {
                    self.guard.suspend()?;
                    say(line, &TermEvent::Resumed);
                }
                Ok(Heard::Terminal(event)) => {
                    for piece in pieces(event) {
                        self.unsettled.note(&piece);
                        say(line, &piece);
                    }
                }
                Ok(Heard::Notice(Notice::Settled(settled))) => {
                    if let Ok(settled) = serde_json::from_value::<SettledWire>(settled) {
                        self.unsettled.settle(settled);
                    }
                }
                Ok(Heard::Over(Ok(Call::Ended(status)), words)) => {
                    return Ok(Some(Ended::Status(status, words)));
                }
                Ok(Heard::Over(Err(error), _)) => {
                    line.hang_up();
                    return self.signal().map(Ended::Signal).map(Some).ok_or(error);
                }
                Ok(Heard::Over(Ok(Call::Lost), _)) | Err(_) => return Ok(None),
            }
        }
    }

    /// The signal that is on its way when the terminal takes nothing any more because it has hung up.
    fn signal(&self) -> Option<i32> {
        let end = Instant::now() + GRACE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if let Heard::Terminal(TermEvent::Stop(signal)) = self.heard.recv_timeout(left).ok()? {
                return Some(signal);
            }
        }
    }

    /// Finds the station again, or starts another, and says so meanwhile. Ctrl-C gives up, and q where it is no text.
    fn again(&mut self) -> io::Result<Result<Client, Ended>> {
        loop {
            // A terminal that has hung up has no size; its signal is on the way.
            let (columns, rows) = term::size().unwrap_or((self.here.columns, self.here.rows));
            let _ = self.tell(rows);
            let here = Away {
                columns,
                rows,
                ..self.here.clone()
            };
            let found = (self.connect)(&self.unsettled.again(here));
            // What was pressed while it was looked for.
            while let Ok(heard) = self.heard.try_recv() {
                match (self.meanwhile(heard)?, &found) {
                    (Meanwhile::On, _) | (Meanwhile::Leave, Ok(_)) => {}
                    (Meanwhile::Leave, Err(why)) => {
                        return Ok(Err(Ended::Unserved(why.clone())));
                    }
                    (Meanwhile::Stop(signal), _) => return Ok(Err(Ended::Signal(signal))),
                }
            }
            let why = match found {
                Ok(client) => return Ok(Ok(client)),
                Err(why) => why,
            };
            match self.heard.recv_timeout(PAUSE) {
                Ok(heard) => match self.meanwhile(heard)? {
                    Meanwhile::On => {}
                    Meanwhile::Leave => return Ok(Err(Ended::Unserved(why))),
                    Meanwhile::Stop(signal) => return Ok(Err(Ended::Signal(signal))),
                },
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Err(Ended::Unserved(why))),
            }
        }
    }

    /// Takes what happens at the terminal while there is no station; what is typed is kept for the form that is open.
    fn meanwhile(&mut self, heard: Heard) -> io::Result<Meanwhile> {
        match heard {
            Heard::Terminal(TermEvent::Stop(signal)) => return Ok(Meanwhile::Stop(signal)),
            Heard::Terminal(TermEvent::Suspend) => self.guard.suspend()?,
            Heard::Terminal(TermEvent::Key(key)) if self.leaves(key) => {
                return Ok(Meanwhile::Leave);
            }
            Heard::Terminal(event) => {
                for piece in pieces(event) {
                    self.unsettled.note(&piece);
                }
            }
            Heard::Notice(_) | Heard::Over(..) => {}
        }
        Ok(Meanwhile::On)
    }

    fn leaves(&self, key: Key) -> bool {
        key == Key::ctrl('c') || (key.code == Code::Char('q') && !self.unsettled.has_form())
    }

    /// A line at the bottom of the screen as it was.
    fn tell(&self, rows: u16) -> io::Result<()> {
        let text = if self.unsettled.has_form() {
            text!(zh: " 与服务台的连接中断，正在重新连接…填写的内容不会丢失（Ctrl-C 退出） ", en: " The line to the station is down; finding it again… What you type is kept (Ctrl-C leaves) ")
        } else {
            text!(zh: " 与服务台的连接中断，正在重新连接…（q 退出） ", en: " The line to the station is down; finding it again… (q leaves) ")
        };
        let mut out = term::gate();
        write!(
            out,
            "\x1b[{rows};1H\x1b[0;7m{}\x1b[0m\x1b[K",
            text.get(self.lang)
        )?;
        out.flush()
    }
}

enum Meanwhile {
    On,
    Leave,
    Stop(i32),
}

/// That the line is down is told by the thread that shows.
fn say(line: &Line, event: &TermEvent) {
    if let Ok(input) = serde_json::to_value(event) {
        let _ = line.say(&ToStation::Input(input));
    }
}
