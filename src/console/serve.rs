//! The console's side in the station: it draws into a line and takes keys from it.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signal_hook::consts::SIGHUP;

use super::ConsoleSettings;
use super::app::keeper::Settled;
use super::app::{App, End, Msg};
use super::config::{Config, UserFile};
use super::term::{self, Extent, Screen, TermEvent};
use crate::desk::{Actor, Desk, DeskError};
use crate::domain::Right;
use crate::station::{Line, Received, ToSession, ToStation};
use crate::store::RequestId;

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
    pub keymap: Option<UserFile>,
    /// The user's configuration.
    #[serde(default)]
    pub config: Option<UserFile>,
    /// Whether the line had dropped before.
    pub again: bool,
    /// A number that the terminal draws when it comes.
    #[serde(default)]
    pub terminal: u64,
    /// How many inputs it has handed in, or kept while the line was down.
    #[serde(default)]
    pub inputs: u64,
    /// The form that was open and kept when the line dropped.
    #[serde(default)]
    pub form: Option<String>,
}

impl Away {
    /// The terminal that this process runs in, for the first time; it has drawn this number.
    ///
    /// # Errors
    /// When there is none.
    pub fn here(terminal: u64) -> io::Result<Self> {
        let (columns, rows) = term::size()?;
        let known = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
        Ok(Self {
            columns,
            rows,
            environment: term::VARIABLES.into_iter().filter_map(known).collect(),
            keymap: UserFile::keymap(),
            config: UserFile::config(),
            again: false,
            terminal,
            inputs: 0,
            form: None,
        })
    }
}

/// [`Settled`] on the wire.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct SettledWire {
    pub inputs: u64,
    pub form: Option<String>,
}

impl From<Settled> for SettledWire {
    fn from(settled: Settled) -> Self {
        let id = |RequestId(id): RequestId| format!("{id:032x}");
        Self {
            inputs: settled.inputs,
            form: settled.form.map(id),
        }
    }
}

/// The id of a form, as it is on the wire.
#[must_use]
pub fn read_id(text: &str) -> Option<RequestId> {
    u128::from_str_radix(text, 16).ok().map(RequestId)
}

/// Runs a console over a line until its user leaves or the line drops; gives the exit status, or why the user may see
/// nothing of it any more.
///
/// # Errors
/// When the line takes nothing any more.
pub fn serve(
    desk: &Arc<Desk>,
    actor: &Actor,
    settings: ConsoleSettings,
    away: &Away,
    line: &Arc<Line>,
) -> io::Result<Result<u8, DeskError>> {
    let (sender, receiver) = channel();
    let environment = |name: &str| away.environment.get(name).cloned();
    let (config, _) = Config::load(settings.config.as_ref());
    let theme = config.theme(term::depth(environment), term::ascii_only(environment));
    let extent = Extent::new(away.columns, away.rows);
    let mut app = App::new(desk, actor, settings, theme, &sender)?;
    let telling = Arc::clone(line);
    app.tell_settled(move |settled| {
        if let Ok(settled) = serde_json::to_value(SettledWire::from(settled)) {
            // That the line is down is found by whoever reads from it.
            let _ = telling.say(&ToSession::Settled(settled));
        }
    });
    let mut screen = term::over(Drawn(Arc::clone(line)), &extent)?;
    // A picture of an earlier session may still be there.
    screen.clear()?;
    let hearing = Arc::clone(line);
    let inputs = away.inputs;
    thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || hear(&hearing, inputs, &extent, &sender))?;
    let permit = || desk.permit(actor, Right::Supply);
    let ended = run(&mut app, &mut screen, &receiver, line, permit);
    if ended.is_err() {
        // No more comes then, and what came is not lost.
        line.hang_up();
        app.finish(&receiver);
    }
    ended
}

fn run(
    app: &mut App,
    screen: &mut Screen<Drawn>,
    receiver: &Receiver<Msg>,
    line: &Line,
    permit: impl Fn() -> Result<(), DeskError>,
) -> io::Result<Result<u8, DeskError>> {
    loop {
        match app.run(screen, receiver)? {
            End::Quit => return Ok(Ok(0)),
            End::Signal(signal) => return Ok(Ok(u8::try_from(128 + signal).unwrap_or(1))),
            // Nothing is drawn any more, so that the journal may be waited for. A role may have been given again.
            End::Denied => {
                if let Err(error) = permit() {
                    return Ok(Err(error));
                }
            }
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

/// Hands on what happens at the terminal, numbered on from `inputs`; that the line drops is a hang-up.
fn hear(line: &Line, mut inputs: u64, extent: &Extent, to: &Sender<Msg>) {
    let ticket = Arc::new(());
    while let Ok(Some(Received::Message(ToStation::Input(input)))) = line.receive() {
        let Ok(event) = serde_json::from_value(input) else {
            break;
        };
        if let TermEvent::Resize(columns, rows) = event {
            extent.set(columns, rows);
        }
        match &event {
            TermEvent::Key(_) | TermEvent::Paste(_) => inputs += 1,
            // Numbered when it was typed.
            TermEvent::Late(late) => {
                inputs = late
                    .iter()
                    .map(|(number, _)| *number)
                    .fold(inputs, u64::max);
            }
            _ => {}
        }
        let most = if is_long(&event) { 1 } else { WAITING };
        while Arc::strong_count(&ticket) > most {
            thread::sleep(Duration::from_millis(5));
        }
        if to
            .send(Msg::Away(event, inputs, Arc::clone(&ticket)))
            .is_err()
        {
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
