//! The only place that touches the terminal: its modes, its events, its signals, and the bytes that draw on it.

mod capability;
mod events;
mod guard;
mod screen;

use std::io;
use std::sync::mpsc::Sender;

pub use capability::{ascii_only, depth};
pub use guard::{Gate, Guard, restore};
pub use screen::{Extent, Screen, Tty, over};

use serde::{Deserialize, Serialize};

use super::keys::Key;

/// What happened at the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TermEvent {
    /// A key was pressed.
    Key(Key),
    /// A text was pasted, line ends and all.
    Paste(String),
    /// The screen has these columns and rows now; drawing adapts by itself.
    Resize(u16, u16),
    /// Somebody asked the process to stop until continued: call [`Guard::suspend`].
    Suspend,
    /// The process goes on after a stop: clear the screen and draw it whole.
    Resumed,
    /// End now, saving drafts, for this signal (the process is ended after two seconds); the exit status is 128 + signal.
    Stop(i32),
    /// What was typed while nobody heard it, each with the number it was typed under.
    Late(Vec<(u64, Typed)>),
}

/// What somebody typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Typed {
    /// A key.
    Key(Key),
    /// A pasted text.
    Paste(String),
}

/// The variables of the environment that describe a terminal.
pub const VARIABLES: [&str; 6] = [
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "LC_ALL",
    "LC_CTYPE",
    "LANG",
];

/// The terminal's columns and rows.
///
/// # Errors
///
/// When there is no terminal.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// Standard output while the terminal is ours.
#[must_use]
pub fn gate() -> Gate {
    Gate(io::stdout())
}

/// Takes the terminal for full-screen use and sends what happens there into the app's channel, made into its messages by `wrap`.
///
/// The terminal is given back when the guard goes, on a panic of the calling thread, and on SIGTERM, SIGHUP and SIGINT at the latest two seconds
/// after [`TermEvent::Stop`]. Call it once in a process.
///
/// # Errors
///
/// When standard input or output is no terminal, or its modes cannot be set.
pub fn start<M, F>(sender: Sender<M>, wrap: F) -> io::Result<Guard>
where
    M: Send + 'static,
    F: Fn(TermEvent) -> M + Clone + Send + 'static,
{
    // Signals first: one that comes while the modes change must find its handler.
    events::listen_to_signals(sender.clone(), wrap.clone())?;
    let guard = Guard::enter()?;
    events::listen_to_input(sender, wrap)?;
    Ok(guard)
}

#[cfg(test)]
mod tests;
