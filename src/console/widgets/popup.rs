//! Centred popups: a text, and a question with its choices.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::clear::clear;
use super::text::{put, width, wrap};
use crate::console::theme::Theme;

/// The rectangle of at most `width` × `height` in the middle of `area`.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (w, h) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - w) / 2,
        y: area.y + (area.height - h) / 2,
        width: w,
        height: h,
    }
}

/// Clears and borders a centred popup of at most `width` × `height`, borders counted, and returns its inside.
pub fn frame(buf: &mut Buffer, area: Rect, theme: &Theme, title: &str, size: (u16, u16)) -> Rect {
    let area = centred(area.intersection(buf.area), size.0, size.1);
    clear(buf, area, theme.base);
    let block = theme.block(title, true);
    let inner = block.inner(area);
    block.render(area, buf);
    inner
}

/// A popup at the bottom right of `area`: keys, and what each does. What has no room is counted in the last row.
pub fn corner(buf: &mut Buffer, area: Rect, theme: &Theme, title: &str, rows: &[(String, &str)]) {
    let area = area.intersection(buf.area);
    let keys = rows.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0);
    let texts = rows.iter().map(|(_, text)| width(text)).max().unwrap_or(0);
    let cells = |n| u16::try_from(n).unwrap_or(u16::MAX);
    let size = (
        cells((keys + texts + 6).max(width(title) + 6)).min(area.width),
        cells(rows.len() + 2).min(area.height),
    );
    let place = Rect {
        x: area.right().saturating_sub(size.0),
        y: area.bottom().saturating_sub(size.1),
        width: size.0,
        height: size.1,
    };
    let inner = frame(buf, place, theme, title, size);
    let room = usize::from(inner.height);
    let is_cut = rows.len() > room;
    let shown = if is_cut { room.saturating_sub(1) } else { room };
    for (at, (key, text)) in (0..inner.height).zip(rows.iter().take(shown)) {
        put(buf, inner, 1, at, key, theme.key);
        put(buf, inner, cells(keys + 3), at, text, theme.base);
    }
    if let (true, Some(last)) = (is_cut, inner.height.checked_sub(1)) {
        let more = format!("… +{}", rows.len() - shown);
        put(buf, inner, 1, last, &more, theme.dim);
    }
}

/// A popup around a text, which is wrapped; `scroll` lines of it are left out above. Returns how many lines there are in all.
pub fn message(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    title: &str,
    body: &str,
    scroll: u16,
) -> usize {
    let lines = fitted(area, body, width(title), 0);
    let inner = frame(buf, area, theme, title, outer(&lines, width(title), 0));
    for (row, line) in (0..inner.height).zip(lines.iter().skip(usize::from(scroll))) {
        put(buf, inner, 0, row, line, theme.base);
    }
    lines.len()
}

/// Wraps a body for a popup that leaves some of the screen in sight around it.
fn fitted(area: Rect, body: &str, title: usize, least: usize) -> Vec<String> {
    let room = usize::from(area.width.saturating_sub(4)).min(76);
    wrap(body, room.max(title.min(room)).max(least.min(room)).max(1))
}

/// The outside of a popup around these lines, with `extra` rows below them.
fn outer(lines: &[String], least: usize, extra: u16) -> (u16, u16) {
    let widest = lines.iter().map(|l| width(l)).max().unwrap_or(0);
    let cells = |n| u16::try_from(n).unwrap_or(u16::MAX);
    let wide = cells(widest.max(least + 2)).saturating_add(2);
    (wide, cells(lines.len()).saturating_add(2 + extra))
}

/// A question with choices, of which one is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The popup's title.
    pub title: String,
    /// The question, naming what will be done to whom.
    pub text: String,
    /// The choices as `(key, label)`; the key is only shown.
    pub choices: Vec<(String, String)>,
    selected: usize,
}

impl Question {
    /// A question with its choices `(key, label)`, the one at `selected` marked at first.
    #[must_use]
    pub fn new(title: &str, text: &str, choices: &[(&str, &str)], selected: usize) -> Self {
        let own = |(k, l): &(&str, &str)| ((*k).to_owned(), (*l).to_owned());
        Self {
            title: title.to_owned(),
            text: text.to_owned(),
            choices: choices.iter().map(own).collect(),
            selected: selected.min(choices.len().saturating_sub(1)),
        }
    }

    /// The marked choice, counted from 0.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Marks the next choice, after the last the first.
    pub fn next_choice(&mut self) {
        self.selected = (self.selected + 1) % self.choices.len().max(1);
    }

    /// Marks the choice before, before the first the last.
    pub fn prev_choice(&mut self) {
        let n = self.choices.len().max(1);
        self.selected = (self.selected + n - 1) % n;
    }

    /// Draws the question in the middle of `area`. The choices stay in sight when the text does not fit.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        let labels: Vec<String> = self
            .choices
            .iter()
            .map(|(key, label)| format!(" {key} {label} "))
            .collect();
        let row: usize = labels.iter().map(|l| width(l) + 1).sum();
        let least = row.max(width(&self.title));
        let lines = fitted(area, &self.text, least, 0);
        let inner = frame(buf, area, theme, &self.title, outer(&lines, least, 2));
        let text_rows = inner.height.saturating_sub(1);
        for (at, line) in (0..text_rows).zip(&lines) {
            put(buf, inner, 0, at, line, theme.base);
        }
        let mut col = 0;
        for (i, label) in labels.iter().enumerate() {
            let style = if i == self.selected {
                theme.selected
            } else {
                theme.key
            };
            col = put(buf, inner, col, text_rows, label, style).saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::sizes;

    fn question() -> Question {
        Question::new(
            "确认匹配",
            "为王秀英的理发服务确认李建国(V0001090)?将预约 3 次。",
            &[("y", "确认"), ("n", "取消")],
            1,
        )
    }

    #[test]
    fn a_question_covers_chinese_text_without_losing_its_border() {
        let shown = sizes::picture(36, 9, |b, a| {
            for row in 0..a.height {
                put(b, a, row % 2, row, &"需".repeat(18), Theme::default().base);
            }
            question().draw(b, a, &Theme::default());
        });
        insta::assert_snapshot!(shown, @r"
        需需需需需需需需需需需需需需需需需需
          ┌ 确认匹配 ───────────────────┐需…
        需│为王秀英的理发服务确认李建国(│ 需
          │V0001090)?将预约 3 次。      │需…
        需│                             │ 需
          │ y 确认   n 取消             │需…
        需└─────────────────────────────┘ 需
         需需需需需需需需需需需需需需需需需…
        需需需需需需需需需需需需需需需需需需
        ");
    }

    #[test]
    fn choices_go_round() {
        let mut q = question();
        q.next_choice();
        assert_eq!(q.selected(), 0);
        q.prev_choice();
        assert_eq!(q.selected(), 1);
    }

    #[test]
    fn popups_fit_every_size() {
        sizes::every(|b, a| question().draw(b, a, &Theme::default()));
        let rows = [("g".to_owned(), "到顶"), ("/".to_owned(), "查找全部")];
        sizes::every(|b, a| corner(b, a, &Theme::default(), "g", &rows));
        sizes::every(|b, a| {
            message(b, a, &Theme::default(), "帮助", "按 ? 看帮助\n按 q 退出", 1);
        });
    }
}
