//! The full-screen console.

pub mod app;
pub mod keys;
pub mod panes;
pub mod term;
pub mod theme;
pub mod widgets;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;

use thiserror::Error;

use crate::desk::{Actor, Desk};
use crate::domain::Lang;
use app::{App, Msg};

/// How a console begins.
#[derive(Clone, Debug, Default)]
pub struct ConsoleSettings {
    /// The language at first.
    pub lang: Lang,
    /// The store's name in the title line: its file, or `demo`.
    pub title: String,
    /// Whether the rules' clock stands still, which the title line then says.
    pub fixed_now: bool,
    /// The user's key map, whether the file exists or not.
    pub keymap: Option<PathBuf>,
}

/// Why the console ended otherwise than by its user.
#[derive(Debug, Error)]
pub enum ConsoleError {
    /// The terminal could not be taken, drawn on or given back.
    #[error("{0}")]
    Terminal(#[from] io::Error),
    /// A signal ended it; the exit status is 128 + signal.
    #[error("ended by signal {0}")]
    Signal(i32),
}

/// Opens the console on a desk and returns when its user leaves.
///
/// # Errors
/// When the terminal can't be used, or a signal ends the console; the terminal is restored either way.
pub fn run(desk: &Arc<Desk>, actor: &Actor, settings: ConsoleSettings) -> Result<(), ConsoleError> {
    let (sender, receiver) = channel();
    let mut app = App::new(desk, actor, settings, term::theme(), &sender)?;
    let (guard, mut screen) = term::start(sender, Msg::Term)?;
    loop {
        match app.run(&mut screen, &receiver)? {
            app::End::Quit => return Ok(()),
            app::End::Signal(signal) => return Err(ConsoleError::Signal(signal)),
            app::End::Suspend => {
                guard.suspend()?;
                screen.clear()?;
            }
        }
    }
}
