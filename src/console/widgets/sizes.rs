//! For tests: a widget at every small size and some large ones.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;

/// Draws at sizes 0..=12 × 0..=6 and some larger ones, at the origin, off it, and partly outside of the buffer.
pub(crate) fn every(mut draw: impl FnMut(&mut Buffer, Rect)) {
    let small = (0..=12).flat_map(|w| (0..=6).map(move |h| (w, h)));
    for (w, h) in small.chain([(40, 10), (80, 24), (200, 60)]) {
        for (x, y) in [(0, 0), (2, 1)] {
            let mut buf = Buffer::empty(Rect::new(0, 0, w + x, h + y));
            draw(&mut buf, Rect::new(x, y, w, h));
            draw(&mut buf, Rect::new(x, y, w + 9, h + 9));
        }
    }
}

/// What a widget looks like, one line a row, without the spaces at the right.
pub(crate) fn picture(w: u16, h: u16, draw: impl FnOnce(&mut Buffer, Rect)) -> String {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(w, h));
    let Ok(_) = terminal.draw(|frame| {
        let area = frame.area();
        draw(frame.buffer_mut(), area);
    });
    let buf = terminal.backend().buffer();
    let rows: Vec<String> = (0..h).map(|y| row(buf, y)).collect();
    rows.join("\n")
}

fn row(buf: &Buffer, y: u16) -> String {
    let mut out = String::new();
    let mut x = 0;
    while let Some(cell) = buf.cell((x, y)) {
        out.push_str(cell.symbol());
        x += cell.symbol().cell_width().max(1);
    }
    assert!(x <= buf.area.width, "a wide character broke at the edge");
    out.trim_end().to_owned()
}
