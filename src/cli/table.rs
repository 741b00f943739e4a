//! Aligned columns that know how wide Chinese characters are.

use unicode_width::UnicodeWidthStr;

use crate::domain::printable::printable;

/// On which side a column's cells are flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Rows under headings. Every cell is made safe for a terminal.
#[derive(Debug, Default)]
pub struct Table {
    layout: Layout,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub fn new<S: Into<String>>(heads: impl IntoIterator<Item = (S, Align)>) -> Self {
        Self {
            layout: Layout::new(heads),
            rows: Vec::new(),
        }
    }

    /// One more row.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let cells = safe(cells);
        self.layout.measure(&cells);
        self.rows.push(cells);
    }

    /// The lines, without spaces at their ends.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let rows = self.rows.iter().map(|row| self.layout.line(row));
        self.layout.head().into_iter().chain(rows).collect()
    }
}

/// Cells that are safe for a terminal.
#[must_use]
pub fn safe<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> Vec<String> {
    let cells = cells.into_iter();
    cells.map(|cell| printable(cell.as_ref())).collect()
}

/// The columns of a table, for one that is too long to be held: its rows are measured first and printed then.
#[derive(Debug, Default)]
pub struct Layout {
    heads: Vec<(String, Align)>,
    widths: Vec<usize>,
}

impl Layout {
    /// Columns with these headings.
    #[must_use]
    pub fn new<S: Into<String>>(heads: impl IntoIterator<Item = (S, Align)>) -> Self {
        let heads = heads.into_iter().map(|(head, align)| (head.into(), align));
        let heads: Vec<(String, Align)> = heads.collect();
        Self {
            widths: heads.iter().map(|(head, _)| head.width()).collect(),
            heads,
        }
    }

    /// Makes room for a row.
    pub fn measure(&mut self, cells: &[String]) {
        for (width, cell) in self.widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.width());
        }
    }

    /// The line of headings; none when all of them are empty.
    #[must_use]
    pub fn head(&self) -> Option<String> {
        let heads: Vec<String> = self.heads.iter().map(|(head, _)| head.clone()).collect();
        let shown = heads.iter().any(|head| !head.is_empty());
        shown.then(|| self.line(&heads))
    }

    /// The line of a row, without spaces at its end.
    #[must_use]
    pub fn line(&self, cells: &[String]) -> String {
        let mut line = String::new();
        for ((cell, width), (_, align)) in cells.iter().zip(&self.widths).zip(&self.heads) {
            let gap = " ".repeat(width.saturating_sub(cell.width()));
            match align {
                Align::Right => line.extend([gap.as_str(), cell]),
                Align::Left => line.extend([cell, gap.as_str()]),
            }
            line.push_str("  ");
        }
        line.trim_end().to_owned()
    }
}

/// A bar of `width` cells for a share of 0 to 1, in eighths.
#[must_use]
pub fn bar(share: f64, width: u16) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let cells = f64::from(width) * share.clamp(0.0, 1.0);
    let full = (0..width).filter(|n| f64::from(n + 1) <= cells).count();
    let part = PARTS
        .iter()
        .enumerate()
        .rev()
        .find(|(n, _)| f64::from(u8::try_from(*n).unwrap_or_default()) <= cells.fract() * 8.0)
        .map_or("", |(_, part)| part);
    format!("{}{part}", "█".repeat(full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_columns_are_aligned_and_control_characters_are_shown() {
        let mut table = Table::new([
            ("姓名", Align::Left),
            ("分", Align::Right),
            ("x", Align::Left),
        ]);
        table.row(["王芳", "9.5", "a"]);
        table.row(["Lee\u{1b}", "10.25", "b"]);
        assert_eq!(
            table.lines(),
            [
                "姓名          分  x",
                "王芳         9.5  a",
                "Lee\\u{1b}  10.25  b",
            ]
        );
    }

    #[test]
    fn bars_grow_with_the_share() {
        assert_eq!(bar(0.0, 4), "");
        assert_eq!(bar(0.5, 4), "██");
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(bar(0.15, 4), "▌");
    }
}
