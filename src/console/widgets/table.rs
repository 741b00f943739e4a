//! A table of any number of rows that builds only those in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::text::{grouped, put, put_line, wrap};
use crate::console::theme::Theme;

/// How wide a column is, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Always this wide.
    Fixed(u16),
    /// At least this wide, and a share of what is left over.
    Fill(u16),
}

impl Width {
    fn least(self) -> u16 {
        match self {
            Self::Fixed(n) | Self::Fill(n) => n,
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column<'a> {
    /// Its heading.
    pub title: &'a str,
    /// Its width.
    pub width: Width,
    /// 0 stays longest; on a narrow screen the column with the highest number goes first.
    pub priority: u8,
    /// Whether its cells end at its right edge, as numbers do.
    pub right: bool,
}

impl<'a> Column<'a> {
    /// A column whose cells begin at its left edge.
    #[must_use]
    pub fn new(title: &'a str, width: Width, priority: u8) -> Self {
        Self {
            title,
            width,
            priority,
            right: false,
        }
    }

    /// The same with its cells at the right edge.
    #[must_use]
    pub fn right(self) -> Self {
        Self {
            right: true,
            ..self
        }
    }
}

/// Which row of a table is selected and which is the first in sight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableState {
    len: usize,
    selected: usize,
    offset: usize,
    page: usize,
}

impl TableState {
    /// Says how many rows there are now; the selection stays, or moves to the last row.
    pub fn set_len(&mut self, len: usize) {
        self.len = len;
        self.select(self.selected);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The selected row, counted from 0; none in an empty table.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        (self.len > 0).then_some(self.selected)
    }

    /// Selects a row, the last when there is no such row.
    pub fn select(&mut self, row: usize) {
        self.selected = row.min(self.len.saturating_sub(1));
    }

    /// Selects the row above.
    pub fn up(&mut self) {
        self.select(self.selected.saturating_sub(1));
    }

    /// Selects the row below.
    pub fn down(&mut self) {
        self.select(self.selected.saturating_add(1));
    }

    /// Goes up by what was in sight at the last drawing.
    pub fn page_up(&mut self) {
        self.select(self.selected.saturating_sub(self.page.max(1)));
    }

    /// Goes down by what was in sight at the last drawing.
    pub fn page_down(&mut self) {
        self.select(self.selected.saturating_add(self.page.max(1)));
    }

    /// Selects the first row.
    pub fn top(&mut self) {
        self.select(0);
    }

    /// Selects the last row.
    pub fn bottom(&mut self) {
        self.select(usize::MAX);
    }

    /// `12/360,000`, for a title or a bottom line.
    #[must_use]
    pub fn position(&self) -> String {
        let at = self.selected().map_or(0, |i| i + 1);
        format!("{}/{}", grouped(at), grouped(self.len))
    }

    /// Moves the offset so that the selection is among `page` rows in sight and no room is wasted.
    fn show(&mut self, page: usize) {
        self.page = page;
        let lowest = (self.selected + 1).saturating_sub(page);
        let end = self.len.saturating_sub(page);
        self.offset = self
            .offset
            .clamp(lowest, self.selected.max(lowest))
            .min(end);
    }
}

/// A table: its columns and what stands there when it has no rows.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// The columns from left to right.
    pub columns: &'a [Column<'a>],
    /// What to say and to do when there are no rows.
    pub empty: &'a str,
    /// Whether the keys go here.
    pub focused: bool,
}

impl Table<'_> {
    /// Draws headings and the rows in sight; `cells` gives the cells of one row in the order of the columns and is called for those only.
    ///
    /// The last cell of a row that has fewer cells than there are columns takes the room of the others.
    ///
    /// Columns without any heading have no row of headings. A bar at the right edge shows the place when there are more rows than fit.
    pub fn draw<'c>(
        &self,
        buf: &mut Buffer,
        area: Rect,
        theme: &Theme,
        state: &mut TableState,
        mut cells: impl FnMut(usize) -> Vec<Line<'c>>,
    ) {
        let area = area.intersection(buf.area);
        let heads = u16::from(self.columns.iter().any(|c| !c.title.is_empty()));
        let page = area.height.saturating_sub(heads);
        state.show(usize::from(page));
        if area.is_empty() {
            return;
        }
        let overfull = state.len > usize::from(page);
        let inner = area.width.saturating_sub(u16::from(overfull));
        let layout = layout(self.columns, inner);
        if heads == 1 {
            let titles: Vec<Line<'_>> = self.columns.iter().map(|c| Line::from(c.title)).collect();
            let top = Rect::new(area.x, area.y, inner, 1);
            self.draw_row(buf, top, &layout, &titles, theme.title);
        }
        let area = Rect {
            y: area.y + heads,
            height: page,
            ..area
        };
        if state.len == 0 {
            self.draw_empty(buf, area, theme);
        }
        for (row, index) in (0..page).zip(state.offset..state.len) {
            let line = Rect::new(area.x, area.y + row, inner, 1);
            self.draw_row(buf, line, &layout, &cells(index), theme.base);
            if index == state.selected {
                buf.set_style(line, theme.selection(self.focused));
            }
        }
        if overfull {
            scrollbar(buf, area, theme, state);
        }
    }

    fn draw_row(
        &self,
        buf: &mut Buffer,
        line: Rect,
        layout: &[(usize, u16, u16)],
        cells: &[Line<'_>],
        style: Style,
    ) {
        for &(i, x, w) in layout {
            if let (Some(column), Some(cell)) = (self.columns.get(i), cells.get(i)) {
                let spans = i + 1 == cells.len() && cells.len() < self.columns.len();
                let w = if spans {
                    line.width.saturating_sub(x)
                } else {
                    w
                };
                let place = Rect::new(line.x + x, line.y, w, 1);
                put_line(buf, place, 0, cell, style, column.right && !spans);
            }
        }
    }

    fn draw_empty(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        let lines = wrap(self.empty, usize::from(area.width));
        for (row, line) in (0..area.height).zip(&lines) {
            put(buf, area, 0, row, line, theme.dim);
        }
    }
}

/// The columns that fit as `(index, x, width)`, one empty cell between them.
fn layout(columns: &[Column<'_>], room: u16) -> Vec<(usize, u16, u16)> {
    let mut kept: Vec<(usize, &Column<'_>)> = columns.iter().enumerate().collect();
    let needed = |kept: &[(usize, &Column<'_>)]| -> usize {
        let cells: usize = kept.iter().map(|(_, c)| usize::from(c.width.least())).sum();
        cells + kept.len().saturating_sub(1)
    };
    while kept.len() > 1 && needed(&kept) > usize::from(room) {
        let worst = kept.iter().enumerate().max_by_key(|(_, (_, c))| c.priority);
        let Some((at, _)) = worst else { break };
        kept.remove(at);
    }
    let spare = u16::try_from(usize::from(room).saturating_sub(needed(&kept))).unwrap_or(0);
    let fills = kept
        .iter()
        .filter(|(_, c)| matches!(c.width, Width::Fill(_)))
        .count();
    let fills = u16::try_from(fills).unwrap_or(1).max(1);
    let (each, mut odd) = (spare / fills, spare % fills);
    let mut x = 0_u16;
    let mut out = Vec::with_capacity(kept.len());
    for (i, column) in kept {
        let mut w = column.width.least();
        if let Width::Fill(_) = column.width {
            w += each + u16::from(odd > 0);
            odd = odd.saturating_sub(1);
        }
        let w = w.min(room.saturating_sub(x));
        out.push((i, x, w));
        x = x.saturating_add(w).saturating_add(1);
    }
    out
}

/// The bar at the right edge.
fn scrollbar(buf: &mut Buffer, area: Rect, theme: &Theme, state: &TableState) {
    let track = usize::from(area.height);
    let hidden = state.len.saturating_sub(state.page).max(1);
    let thumb = (track * track / state.len.max(1)).max(1);
    let start = (track.saturating_sub(thumb) * state.offset).div_ceil(hidden);
    let (full, line) = if theme.ascii {
        ("#", "|")
    } else {
        ("█", "│")
    };
    let edge = Rect {
        x: area.right().saturating_sub(1),
        width: 1,
        ..area
    };
    for row in 0..area.height {
        let sign = if (start..start + thumb).contains(&usize::from(row)) {
            full
        } else {
            line
        };
        put(buf, edge, 0, row, sign, theme.border);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::console::widgets::sizes;

    fn columns() -> Vec<Column<'static>> {
        vec![
            Column::new("编号", Width::Fixed(6), 0),
            Column::new("姓名", Width::Fill(4), 1),
            Column::new("社区", Width::Fill(8), 3),
            Column::new("得分", Width::Fixed(5), 2).right(),
        ]
    }

    fn row(i: usize) -> Vec<Line<'static>> {
        vec![
            Line::from(format!("V{i:05}")),
            Line::from("欧阳修远"),
            Line::from("安华西里社区"),
            Line::from("55.6"),
        ]
    }

    fn picture(w: u16, h: u16, state: &mut TableState) -> String {
        let columns = columns();
        let table = Table {
            columns: &columns,
            empty: "没有供方。按 n 添加。",
            focused: true,
        };
        sizes::picture(w, h, |b, a| {
            table.draw(b, a, &Theme::default(), state, row);
        })
    }

    fn state(len: usize) -> TableState {
        let mut state = TableState::default();
        state.set_len(len);
        state
    }

    #[test]
    fn narrow_screens_lose_the_least_important_columns() {
        insta::assert_snapshot!(picture(40, 4, &mut state(360_000)), @r"
        编号   姓名        社区            得分
        V00000 欧阳修远    安华西里社区    55.6█
        V00001 欧阳修远    安华西里社区    55.6│
        V00002 欧阳修远    安华西里社区    55.6│
        ");
        insta::assert_snapshot!(picture(20, 3, &mut state(2)), @r"
        编号   姓名     得分
        V00000 欧阳修…  55.6
        V00001 欧阳修…  55.6
        ");
        insta::assert_snapshot!(picture(12, 3, &mut state(2)), @r"
        编号   姓名
        V00000 欧阳…
        V00001 欧阳…
        ");
        insta::assert_snapshot!(picture(24, 3, &mut state(0)), @r"
        编号   姓名         得分
        没有供方。按 n 添加。
        ");
    }

    #[test]
    fn the_selection_stays_in_sight_and_survives_fewer_rows() {
        let mut s = state(360_000);
        picture(40, 11, &mut s);
        s.page_down();
        s.down();
        picture(40, 11, &mut s);
        assert_eq!((s.selected(), s.offset), (Some(11), 2));
        assert_eq!(s.position(), "12/360,000");
        s.bottom();
        picture(40, 11, &mut s);
        assert_eq!(s.offset, 359_990);
        s.set_len(3);
        picture(40, 11, &mut s);
        assert_eq!((s.selected(), s.offset), (Some(2), 0));
        s.set_len(0);
        assert_eq!(s.selected(), None);
        assert_eq!(s.position(), "0/0");
        s.down();
        s.page_up();
    }

    #[test]
    fn only_rows_in_sight_are_built() {
        let built = Cell::new(0);
        let columns = columns();
        let table = Table {
            columns: &columns,
            empty: "",
            focused: true,
        };
        sizes::picture(80, 24, |b, a| {
            table.draw(b, a, &Theme::default(), &mut state(1_000_000), |i| {
                built.set(built.get() + 1);
                row(i)
            });
        });
        assert_eq!(built.get(), 23);
    }

    #[test]
    fn tables_fit_every_size() {
        let columns = columns();
        for (len, focused) in [(0, true), (1, false), (1000, true)] {
            let table = Table {
                columns: &columns,
                empty: "没有",
                focused,
            };
            let mut s = state(len);
            sizes::every(|b, a| {
                s.down();
                table.draw(b, a, &Theme::default(), &mut s, row);
            });
        }
    }
}
