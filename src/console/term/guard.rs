//! Taking the terminal and giving it back after any end.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, ThreadId};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::style::{ResetColor, SetAttribute, force_color_output};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute, queue, style};
use signal_hook::consts::SIGTSTP;

/// Whether the terminal is ours now. Bytes drawn while it is not are dropped: see [`Gate`].
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The thread that draws; only its panic ends the screen.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);

/// What other threads said in panics while the screen was up, printed once it is given back.
static LATE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The terminal in full-screen use. When it goes, the terminal is as before.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, hidden cursor.
    ///
    /// # Errors
    ///
    /// When standard input or output is no terminal, or its modes cannot be set.
    pub(super) fn enter() -> io::Result<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "standard input and output must be a terminal",
            ));
        }
        // With NO_COLOR, crossterm would erase reverse and bold too; the theme keeps colours out instead.
        force_color_output(true);
        *OWNER.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
        restore_on_panic();
        let guard = Self(());
        take()?;
        Ok(guard)
    }

    /// Gives the terminal back and stops the process, as Ctrl-Z does; takes the terminal again when continued. Clear the screen and draw it
    /// whole after that.
    ///
    /// # Errors
    ///
    /// When the process cannot be stopped or the terminal's modes cannot be set.
    pub fn suspend(&self) -> io::Result<()> {
        restore();
        let stopped = signal_hook::low_level::emulate_default_handler(SIGTSTP);
        take()?;
        stopped
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        cursor::Hide
    )
}

/// Gives the terminal back as it was: attributes, cursor, paste and mouse modes, main screen, line mode. Does nothing when that is done.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Errors have no place to go here: the terminal may be gone. The line mode comes first since it cannot block.
    let _ = disable_raw_mode();
    let mut out = io::stdout().lock();
    let _ = queue!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        SetAttribute(style::Attribute::Reset),
        ResetColor,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = out.flush();
    let mut late = LATE.lock().unwrap_or_else(PoisonError::into_inner);
    for message in late.drain(..) {
        let _ = writeln!(io::stderr(), "{message}");
    }
}

/// A panic of the drawing thread is told on the restored screen; that of another thread waits until the screen is given back.
fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let owner = *OWNER.lock().unwrap_or_else(PoisonError::into_inner);
            if TAKEN.load(Ordering::SeqCst) && owner != Some(thread::current().id()) {
                let mut late = LATE.lock().unwrap_or_else(PoisonError::into_inner);
                late.push(info.to_string());
            } else {
                restore();
                before(info);
            }
        }));
    });
}

/// Standard output while the terminal is ours; what is written at other times is dropped, so that half a frame left in a buffer never
/// lands on the main screen.
#[derive(Debug)]
pub struct Gate(pub(super) io::Stdout);

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if TAKEN.load(Ordering::SeqCst) {
            self.0.write(bytes)
        } else {
            Ok(bytes.len())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if TAKEN.load(Ordering::SeqCst) {
            self.0.flush()
        } else {
            Ok(())
        }
    }
}
