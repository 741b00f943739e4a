//! The console's side in the station: it draws into a line and takes keys from it.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signal_hook::consts::SIGHUP;

use super::ConsoleSettings;
use super::app::{App, End, Msg};
use super::keys::UserKeymap;
use super::term::{self, Extent, TermEvent};
use crate::desk::{Actor, Desk};
use crate::station::{Line, Received, ToSession, ToStation};

/// Keys that may wait to be taken; whoever sends more is not read for a while.
const WAITING: usize = 256;

/// The terminal at the other end of a line, and how its user wants it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Away {
    /// Its columns.
    pub columns: u16,
    /// Its rows.
    pub rows: u16,
    /// What its environment says of it, by [`term::VARIABLES`].
    pub environment: HashMap<String, String>,
    /// The user's key map.
    pub keymap: Option<UserKeymap>,
    /// Whether the line had dropped before.
    pub again: bool,
}

impl Away {
    /// The terminal that this process runs in; `again` when its line had dropped.
    ///
    /// # Errors
    /// When there is none.
    pub fn here(again: bool) -> io::Result<Self> {
        let (columns, rows) = term::size()?;
        let known = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
        Ok(Self {
            columns,
            rows,
            environment: term::VARIABLES.into_iter().filter_map(known).collect(),
            keymap: UserKeymap::read(),
            again,
        })
    }
}

/// Runs a console over a line until its user leaves or the line drops; gives the exit status.
///
/// # Errors
/// When the line takes nothing any more.
pub fn serve(
    desk: &Arc<Desk>,
    actor: &Actor,
    settings: ConsoleSettings,
    away: &Away,
    line: &Arc<Line>,
) -> io::Result<u8> {
    let (sender, receiver) = channel();
    let theme = term::theme(|name| away.environment.get(name).cloned());
    let extent = Extent::new(away.columns, away.rows);
    let mut app = App::new(desk, actor, settings, theme, &sender)?;
    let mut screen = term::over(Drawn(Arc::clone(line)), &extent)?;
    // A picture of an earlier session may still be there.
    screen.clear()?;
    let hearing = Arc::clone(line);
    thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || hear(&hearing, &extent, &sender))?;
    loop {
        match app.run(&mut screen, &receiver)? {
            End::Quit => return Ok(0),
            End::Signal(signal) => return Ok(u8::try_from(128 + signal).unwrap_or(1)),
            End::Suspend => {
                line.say(&ToSession::Suspend)?;
                screen.clear()?;
            }
        }
    }
}

/// A long text waits until what was before it is taken, so that at most one takes room.
fn is_long(event: &TermEvent) -> bool {
    matches!(event, TermEvent::Paste(text) if text.len() > 4096)
}

/// Hands on what happens at the terminal; that the line drops is a hang-up.
fn hear(line: &Line, extent: &Extent, to: &Sender<Msg>) {
    let ticket = Arc::new(());
    while let Ok(Some(Received::Message(ToStation::Input(input)))) = line.receive() {
        let Ok(event) = serde_json::from_value(input) else {
            break;
        };
        if let TermEvent::Resize(columns, rows) = event {
            extent.set(columns, rows);
        }
        let most = if is_long(&event) { 1 } else { WAITING };
        while Arc::strong_count(&ticket) > most {
            thread::sleep(Duration::from_millis(5));
        }
        if to.send(Msg::Away(event, Arc::clone(&ticket))).is_err() {
            return;
        }
    }
    let _ = to.send(Msg::Term(TermEvent::Stop(SIGHUP)));
}

/// What is drawn goes over the line.
struct Drawn(Arc<Line>);

impl Write for Drawn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.out(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
