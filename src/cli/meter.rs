//! Where the progress of long work is shown: on this process's terminal, at the other end of a line, or nowhere.

use std::fmt;
use std::io;
use std::sync::Arc;

use indicatif::{ProgressDrawTarget, TermLike};

use crate::station::Line;

/// How often a bar is drawn, in Hz.
const RATE: u8 = 10;

/// Where progress is shown.
#[derive(Clone, Debug, Default)]
pub enum Meter {
    /// Nowhere.
    #[default]
    None,
    /// On this process's standard error.
    Own,
    /// On a terminal at the other end of a line, with so many columns.
    Away(Arc<Line>, u16),
}

impl Meter {
    /// Where a bar is to be drawn.
    pub(super) fn target(&self) -> ProgressDrawTarget {
        match self {
            Self::None => ProgressDrawTarget::hidden(),
            Self::Own => ProgressDrawTarget::stderr(),
            Self::Away(line, width) => {
                let term = Away {
                    line: Arc::clone(line),
                    width: *width,
                };
                ProgressDrawTarget::term_like_with_hz(Box::new(term), RATE)
            }
        }
    }
}

/// A terminal at the other end of a line. Progress is a courtesy: what can't be shown is left out.
struct Away {
    line: Arc<Line>,
    width: u16,
}

impl Away {
    fn show(&self, text: &str) {
        let _ = self.line.err(text.as_bytes());
    }

    fn go(&self, count: usize, way: char) {
        if count > 0 {
            self.show(&format!("\x1b[{count}{way}"));
        }
    }
}

impl fmt::Debug for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a terminal at the other end of a line")
    }
}

impl TermLike for Away {
    fn width(&self) -> u16 {
        self.width
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        self.go(count, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        self.go(count, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        self.go(count, 'C');
        Ok(())
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        self.go(count, 'D');
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.show(&format!("{text}\n"));
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.show(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.show("\r\x1b[2K");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}
