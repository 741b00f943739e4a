//! Drawing: as few bytes as can be, shown at once, and never a question to the terminal.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crossterm::style::{Attribute, Print, SetAttribute, SetBackgroundColor, SetForegroundColor};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, EndSynchronizedUpdate};
use crossterm::{cursor, queue, terminal};
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, IntoCrossterm, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier, Style};

/// A screen that is drawn into `W`.
pub type Screen<W> = Terminal<Tty<BufWriter<W>>>;

/// The widest screen that is drawn on.
const MOST_COLUMNS: u16 = 1000;

/// The highest.
const MOST_ROWS: u16 = 500;

/// A screen's columns and rows, which whoever reads its input keeps true.
#[derive(Clone, Debug)]
pub struct Extent(Arc<AtomicU32>);

impl Extent {
    /// So many columns and rows.
    #[must_use]
    pub fn new(columns: u16, rows: u16) -> Self {
        let extent = Self(Arc::default());
        extent.set(columns, rows);
        extent
    }

    /// The screen has become larger or smaller. A size that no screen has may be said at the other end of a line, and
    /// memory is taken for every cell: beyond `MOST_COLUMNS` and `MOST_ROWS` nothing is drawn.
    pub fn set(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.min(MOST_COLUMNS), rows.min(MOST_ROWS));
        let both = u32::from(columns) << 16 | u32::from(rows);
        self.0.store(both, Ordering::Relaxed);
    }

    fn get(&self) -> Size {
        let [a, b, c, d] = self.0.load(Ordering::Relaxed).to_be_bytes();
        Size::new(u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
    }
}

/// A frame of 200×60 in colour is about this long, so that it leaves in one write.
const BUFFER: usize = 64 * 1024;

/// A screen of this extent, drawn into `out`.
///
/// # Errors
/// When `out` takes nothing.
pub fn over<W: Write>(out: W, extent: &Extent) -> io::Result<Screen<W>> {
    let out = BufWriter::with_capacity(BUFFER, out);
    Terminal::new(Tty::new(out, extent.clone()))
}

/// A backend that queues everything of a frame into a synchronized update and remembers the cursor itself.
#[derive(Debug)]
pub struct Tty<W: Write> {
    inner: CrosstermBackend<W>,
    updating: bool,
    shown: bool,
    /// Where the cursor was put, unless drawing has moved it since.
    placed: Option<Position>,
    last: Position,
    extent: Extent,
}

impl<W: Write> Tty<W> {
    /// A backend that writes to `out`, whose cursor is hidden.
    pub fn new(out: W, extent: Extent) -> Self {
        Self {
            inner: CrosstermBackend::new(out),
            updating: false,
            shown: false,
            placed: None,
            last: Position::ORIGIN,
            extent,
        }
    }

    /// The queue for bytes of a frame, which begins now unless it has.
    fn frame(&mut self) -> io::Result<&mut CrosstermBackend<W>> {
        if !self.updating {
            self.updating = true;
            queue!(self.inner, BeginSynchronizedUpdate)?;
        }
        Ok(&mut self.inner)
    }
}

impl<W: Write> Backend for Tty<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.placed = None;
        // A cursor that is seen running over the screen disturbs; it comes back when it is placed.
        self.hide_cursor()?;
        print_cells(self.frame()?, content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown {
            self.shown = false;
            queue!(self.frame()?, cursor::Hide)?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !self.shown {
            self.shown = true;
            queue!(self.frame()?, cursor::Show)?;
        }
        Ok(())
    }

    /// Where the cursor was put last. The terminal is not asked: it may never answer.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.last)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let to = position.into();
        self.last = to;
        if self.placed != Some(to) {
            self.placed = Some(to);
            queue!(self.frame()?, cursor::MoveTo(to.x, to.y))?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        let region = match region {
            ClearType::All => terminal::ClearType::All,
            ClearType::AfterCursor => terminal::ClearType::FromCursorDown,
            ClearType::BeforeCursor => terminal::ClearType::FromCursorUp,
            ClearType::CurrentLine => terminal::ClearType::CurrentLine,
            ClearType::UntilNewLine => terminal::ClearType::UntilNewLine,
        };
        queue!(self.frame()?, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.extent.get())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.extent.get(),
            pixels: Size::ZERO,
        })
    }

    /// Ends the frame and sends it. Writes nothing when nothing changed.
    fn flush(&mut self) -> io::Result<()> {
        if !self.updating {
            return Ok(());
        }
        self.updating = false;
        queue!(self.inner, EndSynchronizedUpdate)?;
        Write::flush(&mut self.inner)
    }
}

/// Prints cells in their order. Unlike ratatui's own way, the cursor is not moved after a wide character, which stands after every Chinese one.
fn print_cells<'a>(
    out: &mut impl Write,
    cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
) -> io::Result<()> {
    let mut at = None;
    let mut worn = Style::reset();
    for (x, y, cell) in cells {
        if at != Some((x, y)) {
            queue!(out, cursor::MoveTo(x, y))?;
        }
        let style = cell.style();
        if style != worn {
            wear(out, style)?;
            worn = style;
        }
        queue!(out, Print(cell.symbol()))?;
        // Terminals disagree on the width of emoji: after those the cursor is moved.
        let sure = cell.symbol().chars().all(|c| c < '\u{1f000}');
        at = sure.then(|| (x + cell.symbol().cell_width(), y));
    }
    queue!(out, SetAttribute(Attribute::Reset))
}

/// Sets a style after undoing the one before.
fn wear(out: &mut impl Write, style: Style) -> io::Result<()> {
    queue!(out, SetAttribute(Attribute::Reset))?;
    for (modifier, attribute) in ATTRIBUTES {
        if style.add_modifier.contains(modifier) {
            queue!(out, SetAttribute(attribute))?;
        }
    }
    if let Some(fg) = style.fg.filter(|c| *c != Color::Reset) {
        queue!(out, SetForegroundColor(fg.into_crossterm()))?;
    }
    if let Some(bg) = style.bg.filter(|c| *c != Color::Reset) {
        queue!(out, SetBackgroundColor(bg.into_crossterm()))?;
    }
    Ok(())
}

const ATTRIBUTES: [(Modifier, Attribute); 6] = [
    (Modifier::BOLD, Attribute::Bold),
    (Modifier::DIM, Attribute::Dim),
    (Modifier::ITALIC, Attribute::Italic),
    (Modifier::UNDERLINED, Attribute::Underlined),
    (Modifier::REVERSED, Attribute::Reverse),
    (Modifier::CROSSED_OUT, Attribute::CrossedOut),
];

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use ratatui::layout::Rect;
    use ratatui::{Frame, TerminalOptions, Viewport};

    use super::*;
    use crate::console::widgets::clear::clear;
    use crate::console::widgets::text::put;

    #[derive(Clone, Default)]
    struct Wire(Arc<Mutex<Vec<u8>>>);

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A screen of 20×3, and the bytes of its last frame.
    struct Rig(Terminal<Tty<Wire>>, Wire, vt100::Parser);

    fn nz(n: u16) -> std::num::NonZeroU16 {
        std::num::NonZeroU16::new(n).unwrap()
    }

    impl Rig {
        fn new() -> Self {
            let wire = Wire::default();
            let viewport = Viewport::Fixed(Rect::new(0, 0, 20, 3));
            let options = TerminalOptions { viewport };
            let terminal =
                Terminal::with_options(Tty::new(wire.clone(), Extent::new(20, 3)), options)
                    .unwrap();
            Self(terminal, wire, vt100::Parser::new(nz(3), nz(20), 0))
        }

        fn frame(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> String {
            self.0.draw(draw).unwrap();
            let bytes = std::mem::take(&mut *self.1.0.lock().unwrap());
            self.2.process(&bytes);
            String::from_utf8(bytes).unwrap()
        }
    }

    fn rows(frame: &mut Frame<'_>) {
        let area = frame.area();
        for row in 0..3 {
            let buf = frame.buffer_mut();
            put(buf, area, row % 2, row, &"需方".repeat(5), Style::new());
        }
    }

    #[test]
    fn a_frame_is_one_synchronized_update_and_an_equal_one_is_no_bytes() {
        let mut rig = Rig::new();
        let first = rig.frame(rows);
        assert!(first.starts_with("\u{1b}[?2026h") && first.ends_with("\u{1b}[?2026l"));
        assert_eq!(rig.frame(rows), "");
    }

    #[test]
    fn styles_reach_the_screen_and_end_where_they_should() {
        let mut rig = Rig::new();
        let bytes = rig.frame(|f| {
            rows(f);
            let selected = Style::new()
                .bg(Color::Indexed(24))
                .add_modifier(Modifier::BOLD);
            f.buffer_mut().set_style(Rect::new(0, 1, 20, 1), selected);
        });
        let cell = |row, col| rig.2.screen().cell(row, col).cloned().unwrap();
        assert!(cell(1, 1).bold() && !cell(0, 0).bold() && !cell(2, 0).bold());
        assert_eq!(cell(1, 1).bgcolor(), vt100::Color::Idx(24));
        assert_eq!(cell(2, 0).bgcolor(), vt100::Color::Default);
        assert!(bytes.len() < 200, "{}: {bytes:?}", bytes.len());
    }

    #[test]
    fn the_cursor_goes_to_the_caret_and_the_terminal_is_never_asked() {
        let mut rig = Rig::new();
        rig.frame(rows);
        let bytes = rig.frame(|f| {
            rows(f);
            f.set_cursor_position((4, 1));
        });
        assert!(!bytes.contains("[6n"));
        assert_eq!(rig.2.screen().cursor_position(), (1, 4));
        assert!(!rig.2.screen().hide_cursor());
        rig.0.clear().unwrap();
        assert!(!rig.frame(rows).contains("[6n"));
        assert!(rig.2.screen().hide_cursor());
    }

    #[test]
    fn a_popup_over_wide_characters_comes_and_goes_whole() {
        let mut rig = Rig::new();
        rig.frame(rows);
        rig.frame(|f| {
            rows(f);
            let area = Rect::new(3, 0, 6, 3);
            clear(f.buffer_mut(), area, Style::new());
            for row in 0..3 {
                put(f.buffer_mut(), area, 0, row, "|mid |", Style::new());
            }
        });
        insta::assert_snapshot!(rig.2.screen().contents(), @r"
        需 |mid | 方需方需方
         需|mid |需方需方需…
        需 |mid | 方需方需方
        ");
        rig.frame(rows);
        insta::assert_snapshot!(rig.2.screen().contents(), @r"
        需方需方需方需方需方
         需方需方需方需方需…
        需方需方需方需方需方
        ");
    }
}
