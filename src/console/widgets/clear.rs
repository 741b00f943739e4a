//! Clearing the ground under a popup.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Blanks `area`, and the wide characters that stand half in it.
///
/// A wide character whose right half lies under the popup's left border would otherwise be printed over that border.
pub fn clear(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        if let Some(x) = area.left().checked_sub(1)
            && let Some(cell) = buf.cell_mut((x, y))
            && cell.symbol().cell_width() > 1
        {
            cell.set_symbol(" ");
        }
        for x in area.left()..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_character_across_the_left_edge_goes_whole() {
        let mut buf = Buffer::with_lines(["理发理发理发"]);
        clear(&mut buf, Rect::new(3, 0, 4, 1), Style::new());
        assert_eq!(buf, Buffer::with_lines(["理      理发"]));
    }
}
