//! The picture of a form.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Form;
use super::field::{Field, Kind};
use crate::console::theme::Theme;
use crate::console::widgets::text::{put, width, wrap};

/// One line of the picture.
enum Row<'a> {
    Field(&'a Field, bool),
    Suggestion(&'a str, bool),
    Error(String),
}

impl Form {
    /// Draws the form, scrolled so that the current field and what belongs to it are in sight, with its help on the last row.
    /// Returns where the caret stands: put the terminal's cursor there.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Option<Position> {
        let area = area.intersection(buf.area);
        let labels = self.fields.iter().map(|f| width(&f.label)).max();
        let most = usize::from(area.width) * 2 / 5;
        let label = u16::try_from((labels.unwrap_or(0) + 2).min(most)).unwrap_or(0);
        let help_rows = u16::from(area.height > 2);
        let body = Rect {
            height: area.height - help_rows,
            ..area
        };
        let (rows, current) = self.rows(usize::from(area.width.saturating_sub(label)));
        let room = usize::from(body.height);
        let scroll = (current.end.saturating_sub(room)).min(current.start);
        let mut caret = None;
        for (at, row) in (0..body.height).zip(rows.iter().skip(scroll)) {
            let line = Rect {
                y: body.y + at,
                height: 1,
                ..body
            };
            caret = row.draw(buf, line, theme, label).or(caret);
        }
        if let (1, Some(field)) = (help_rows, self.current()) {
            put(buf, area, 0, area.height - 1, &field.help, theme.dim);
        }
        caret
    }

    /// The lines of the form, and which of them belong to the current field.
    fn rows(&self, room: usize) -> (Vec<Row<'_>>, std::ops::Range<usize>) {
        let mut rows = Vec::new();
        let mut current = 0..0;
        for (i, field) in self.fields.iter().enumerate() {
            let here = i == self.current;
            let start = rows.len();
            rows.push(Row::Field(field, here));
            if let (true, Kind::Search { found, marked, .. }) = (here, &field.kind) {
                let lines = found.iter().enumerate();
                rows.extend(lines.map(|(j, c)| Row::Suggestion(&c.label, j == *marked)));
            }
            if let Some(error) = &field.error {
                rows.extend(wrap(error, room).into_iter().map(Row::Error));
            }
            if here {
                current = start..rows.len();
            }
        }
        (rows, current)
    }
}

impl Row<'_> {
    fn draw(&self, buf: &mut Buffer, line: Rect, theme: &Theme, label: u16) -> Option<Position> {
        let value = Rect {
            x: line.x + label,
            width: line.width - label,
            ..line
        };
        match self {
            Self::Field(field, here) => return field.draw(buf, line, value, theme, *here),
            Self::Suggestion(text, marked) => {
                let style = if *marked { theme.selected } else { theme.dim };
                put(buf, value, 0, 0, text, style);
            }
            Self::Error(text) => {
                put(buf, value, 0, 0, text, theme.bad);
            }
        }
        None
    }
}

impl Field {
    fn draw(
        &self,
        buf: &mut Buffer,
        line: Rect,
        value: Rect,
        theme: &Theme,
        here: bool,
    ) -> Option<Position> {
        let name = Rect {
            width: (value.x - line.x).saturating_sub(1),
            ..line
        };
        let style = if here { theme.accent } else { theme.base };
        let mark = if self.is_required() { "*" } else { " " };
        let after = put(buf, name, 0, 0, mark, theme.warn);
        put(buf, name, after, 0, &self.label, style);
        let style = if self.error.is_some() {
            theme.input_error
        } else {
            theme.input
        };
        if let Kind::Choice { .. } = self.kind {
            return self.draw_choice(buf, value, theme, here);
        }
        if here {
            return self.input.draw(buf, value, style);
        }
        put(buf, value, 0, 0, self.input.text(), theme.base);
        None
    }

    fn draw_choice(
        &self,
        buf: &mut Buffer,
        value: Rect,
        theme: &Theme,
        here: bool,
    ) -> Option<Position> {
        if !here {
            put(buf, value, 0, 0, self.input.text(), theme.base);
            return None;
        }
        let (open, close) = if theme.ascii {
            ("<", ">")
        } else {
            ("‹", "›")
        };
        let shown = format!("{open} {} {close}", self.input.text());
        put(buf, value, 0, 0, &shown, theme.selected);
        let x = value.x + 2.min(value.width.checked_sub(1)?);
        Some(Position { x, y: value.y })
    }
}
