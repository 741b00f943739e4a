//! Keys, pastes, sizes and signals, each read on a thread of its own and sent into the app's channel.

use std::io::{self, IsTerminal};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use super::{TermEvent, restore};
use crate::console::keys::{Code, Key};

/// How long the app may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// How often the terminal is looked after: a hang-up that comes without a signal would leave the input thread spinning inside crossterm.
const LOOK: Duration = Duration::from_secs(5);

pub(super) fn listen_to_signals<M, F>(sender: Sender<M>, wrap: F) -> io::Result<()>
where
    M: Send + 'static,
    F: Fn(TermEvent) -> M + Send + 'static,
{
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT])?;
    spawn("signals", move || {
        let mut stopping = false;
        for signal in signals.forever() {
            let event = match signal {
                SIGTSTP => TermEvent::Suspend,
                SIGCONT => TermEvent::Resumed,
                _ => TermEvent::Stop(signal),
            };
            let ends = matches!(event, TermEvent::Stop(_));
            let heard = sender.send(wrap(event)).is_ok();
            if ends && (stopping || !heard) {
                end(signal);
            }
            if ends {
                stopping = true;
                // Without a second thread there is no grace.
                if spawn("deadline", move || end_after(GRACE, signal)).is_err() {
                    end(signal);
                }
            }
        }
    })
}

fn end_after(grace: Duration, signal: i32) {
    thread::sleep(grace);
    end(signal);
}

/// Ends the process as the signal would have, with the terminal given back. A terminal that takes no bytes does not hold it up.
fn end(signal: i32) -> ! {
    if spawn("restore", restore).is_ok() {
        thread::sleep(Duration::from_millis(200));
    }
    low_level::exit(128 + signal)
}

pub(super) fn listen_to_input<M, F>(sender: Sender<M>, wrap: F) -> io::Result<()>
where
    M: Send + 'static,
    F: Fn(TermEvent) -> M + Send + 'static,
{
    spawn("input", move || {
        while let Ok(event) = event::read() {
            if let Some(event) = translate(event)
                && sender.send(wrap(event)).is_err()
            {
                return;
            }
        }
        hang_up();
    })?;
    spawn("hang-up", || {
        while io::stdin().is_terminal() {
            thread::sleep(LOOK);
        }
        hang_up();
    })
}

/// Ends as when the terminal hangs up.
fn hang_up() {
    if low_level::raise(SIGHUP).is_err() {
        end(SIGHUP);
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(run).map(drop)
}

fn translate(event: Event) -> Option<TermEvent> {
    match event {
        Event::Key(key) => translate_key(key).map(TermEvent::Key),
        Event::Paste(text) => Some(TermEvent::Paste(text)),
        Event::Resize(columns, rows) => Some(TermEvent::Resize(columns, rows)),
        Event::Mouse(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

fn translate_key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(n) => Code::F(n),
        _ => return None,
    };
    let key = Key {
        code,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
    };
    Some(key.normal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_the_one_way_they_are_written() {
        let press = |code, modifiers| translate_key(KeyEvent::new(code, modifiers));
        assert_eq!(
            press(KeyCode::BackTab, KeyModifiers::SHIFT),
            Key::parse("backtab")
        );
        assert_eq!(
            press(KeyCode::Char('G'), KeyModifiers::SHIFT),
            Key::parse("G")
        );
        assert_eq!(
            press(KeyCode::Char('s'), KeyModifiers::CONTROL),
            Key::parse("ctrl-s")
        );
        assert_eq!(press(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }
}
