//! The console's side at the terminal: hands keys in, shows what the station draws, and finds the station again when
//! the line drops.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::serve::Away;
use super::term::{self, Guard, TermEvent};
use crate::domain::Lang;
use crate::station::{Call, Client, Line, ToStation, Unserved};
use crate::text;

/// Between two attempts to find the station again.
const PAUSE: Duration = Duration::from_millis(200);

/// How a console ended at its terminal.
#[derive(Debug)]
pub enum Ended {
    /// Its user left, or the station ended it, with this exit status.
    Status(u8),
    /// A signal ended it.
    Signal(i32),
    /// No station takes it any more.
    Unserved(Unserved),
}

/// What the thread that shows says to the one that attends.
enum Heard {
    Terminal(TermEvent),
    Suspend,
    Over(io::Result<Call>),
}

/// Attends to a console. `connect` opens a session for the terminal as it is then.
///
/// # Errors
/// When the terminal can't be used.
pub fn attend(
    lang: Lang,
    connect: &dyn Fn(&Away) -> Result<Client, Unserved>,
) -> io::Result<Ended> {
    let mut client = match connect(&Away::here(false)?) {
        Ok(client) => client,
        Err(why) => return Ok(Ended::Unserved(why)),
    };
    let (sender, heard) = channel();
    let guard = term::start(sender.clone(), Heard::Terminal)?;
    loop {
        let line = client.line();
        let to = sender.clone();
        let shower = thread::Builder::new().name("show".to_owned());
        shower.spawn(move || {
            let suspended = to.clone();
            let mut suspend = || {
                let _ = suspended.send(Heard::Suspend);
            };
            let shown = client.show(&mut term::gate(), &mut io::sink(), &mut suspend);
            let _ = to.send(Heard::Over(shown));
        })?;
        match hand_in(&line, &heard, &guard)? {
            Some(ended) => return Ok(ended),
            None => match again(lang, &heard, &guard, connect)? {
                Ok(found) => client = found,
                Err(ended) => return Ok(ended),
            },
        }
    }
}

/// Hands keys in until the session is over; none when the line dropped.
fn hand_in(line: &Line, heard: &Receiver<Heard>, guard: &Guard) -> io::Result<Option<Ended>> {
    loop {
        match heard.recv() {
            Ok(Heard::Terminal(TermEvent::Stop(signal))) => {
                line.hang_up();
                return Ok(Some(Ended::Signal(signal)));
            }
            Ok(Heard::Terminal(TermEvent::Suspend) | Heard::Suspend) => {
                guard.suspend()?;
                say(line, &TermEvent::Resumed);
            }
            Ok(Heard::Terminal(event)) => say(line, &event),
            Ok(Heard::Over(Ok(Call::Ended(status)))) => return Ok(Some(Ended::Status(status))),
            Ok(Heard::Over(Err(error))) => return Err(error),
            Ok(Heard::Over(Ok(Call::Lost))) | Err(_) => return Ok(None),
        }
    }
}

/// That the line is down is told by the thread that shows.
fn say(line: &Line, event: &TermEvent) {
    if let Ok(input) = serde_json::to_value(event) {
        let _ = line.say(&ToStation::Input(input));
    }
}

/// Finds the station again, or starts another, and says so meanwhile. Ctrl-C or q gives up.
fn again(
    lang: Lang,
    heard: &Receiver<Heard>,
    guard: &Guard,
    connect: &dyn Fn(&Away) -> Result<Client, Unserved>,
) -> io::Result<Result<Client, Ended>> {
    loop {
        tell(lang)?;
        let why = match connect(&Away::here(true)?) {
            Ok(client) => return Ok(Ok(client)),
            Err(why) => why,
        };
        match heard.recv_timeout(PAUSE) {
            Ok(Heard::Terminal(TermEvent::Stop(signal))) => return Ok(Err(Ended::Signal(signal))),
            Ok(Heard::Terminal(TermEvent::Suspend)) => guard.suspend()?,
            Ok(Heard::Terminal(TermEvent::Key(key))) if leaves(key) => {
                return Ok(Err(Ended::Unserved(why)));
            }
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(Err(Ended::Unserved(why))),
        }
    }
}

fn leaves(key: super::keys::Key) -> bool {
    use super::keys::{Code, Key};
    key == Key::ctrl('c') || key.code == Code::Char('q')
}

/// A line at the bottom of the screen as it was.
fn tell(lang: Lang) -> io::Result<()> {
    let (_, rows) = term::size()?;
    let text = text!(zh: " 与服务台的连接中断，正在重新连接…（q 退出） ", en: " The line to the station is down; finding it again… (q leaves) ");
    let mut out = term::gate();
    write!(
        out,
        "\x1b[{rows};1H\x1b[0;7m{}\x1b[0m\x1b[K",
        text.get(lang)
    )?;
    out.flush()
}
