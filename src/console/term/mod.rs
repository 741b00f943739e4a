//! The only place that touches the terminal: its modes, its events, its signals, and the bytes that draw on it.

mod capability;
mod events;
mod guard;
mod screen;

use std::io;
use std::sync::mpsc::Sender;

pub use capability::{ascii_only, depth};
pub use guard::{Guard, restore};
pub use screen::{Screen, Tty};

use super::keys::Key;
use super::theme::Theme;

/// What happened at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// The theme for the terminal that the environment describes.
#[must_use]
pub fn theme() -> Theme {
    let env = |name: &str| std::env::var(name).ok();
    Theme::new(depth(env), ascii_only(env))
}

/// Takes the terminal for full-screen use and sends what happens there into the app's channel, made into its messages by `wrap`.
///
/// The terminal is given back when the guard goes, on a panic of the calling thread, and on SIGTERM, SIGHUP and SIGINT at the latest two seconds
/// after [`TermEvent::Stop`]. Call it once in a process.
///
/// # Errors
///
/// When standard input or output is no terminal, or its modes cannot be set.
pub fn start<M, F>(sender: Sender<M>, wrap: F) -> io::Result<(Guard, Screen)>
where
    M: Send + 'static,
    F: Fn(TermEvent) -> M + Clone + Send + 'static,
{
    // Signals first: one that comes while the modes change must find its handler.
    events::listen_to_signals(sender.clone(), wrap.clone())?;
    let guard = Guard::enter()?;
    let screen = screen::open()?;
    events::listen_to_input(sender, wrap)?;
    Ok((guard, screen))
}

#[cfg(test)]
mod tests;
