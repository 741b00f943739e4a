//! Text in terminal cells: cleaning, measuring, cutting, wrapping and putting it on the screen.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_segmentation::UnicodeSegmentation;

/// Makes a text safe to print on one line of a terminal.
///
/// Control characters become their visible pictures (`␛` for escape), tabs and line ends become spaces, and characters that reorder or
/// hide text go away. Borrows when nothing had to change.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| safe(c) == Some(c)) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter_map(safe).collect())
    }
}

/// What stands for `c` on the screen.
fn safe(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('␡'),
        '\u{80}'..='\u{9f}' => Some('\u{fffd}'),
        // Soft hyphen, zero-width spaces and joiners, direction marks, embeddings, overrides and isolates, variation selectors, byte
        // order mark, interlinear marks, tags: terminals disagree on them, or they make a text look like another.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => None,
        _ => Some(c),
    }
}

/// The cells that a text takes on the screen, after cleaning.
#[must_use]
pub fn width(text: &str) -> usize {
    clean(text)
        .graphemes(true)
        .map(|g| usize::from(g.cell_width()))
        .sum()
}

/// The longest head of a clean text that fits into `cells`, as a byte length, and its width.
fn head(text: &str, cells: usize) -> (usize, usize) {
    let mut used = 0;
    for (at, g) in text.grapheme_indices(true) {
        let w = usize::from(g.cell_width());
        if used + w > cells {
            return (at, used);
        }
        used += w;
    }
    (text.len(), used)
}

/// Cuts a text to `cells`, ending in `…` when something was cut away.
#[must_use]
pub fn truncate(text: &str, cells: usize) -> Cow<'_, str> {
    let text = clean(text);
    if head(&text, cells).0 == text.len() {
        return text;
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    let (end, _) = head(&text, cells - 1);
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

/// Cuts or fills a text to exactly `cells`.
#[must_use]
pub fn pad(text: &str, cells: usize) -> String {
    let mut text = truncate(text, cells).into_owned();
    let used = width(&text);
    text.extend(std::iter::repeat_n(' ', cells.saturating_sub(used)));
    text
}

/// Breaks a text into lines of at most `cells`, at spaces where there are any and between characters elsewhere, as Chinese allows.
/// Line ends in the text are kept.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    if cells == 0 {
        return Vec::new();
    }
    text.lines()
        .flat_map(|line| wrap_line(&clean(line), cells))
        .collect()
}

fn wrap_line(line: &str, cells: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in line.split_word_bounds() {
        let wide = width(word);
        if used + wide > cells && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        if used == 0 && lines.len() > 1 && word.trim().is_empty() {
            continue;
        }
        for g in word.graphemes(true) {
            let w = usize::from(g.cell_width());
            if used + w > cells && used > 0 {
                lines.push(String::new());
                used = 0;
            }
            if let Some(last) = lines.last_mut()
                && w <= cells
            {
                last.push_str(g);
                used += w;
            }
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// `360000` as `360,000`.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Puts a text on row `row` (counted from the top of `area`) from column `col`, cut with `…` at the area's right edge.
/// Returns the column after the text. Draws nothing outside of `area` and the buffer.
pub fn put(buf: &mut Buffer, area: Rect, col: u16, row: u16, text: &str, style: Style) -> u16 {
    let area = area.intersection(buf.area);
    if row >= area.height || col >= area.width {
        return col;
    }
    let room = usize::from(area.width - col);
    let text = truncate(text, room);
    let (end, _) = buf.set_stringn(area.x + col, area.y + row, &text, room, style);
    end.saturating_sub(area.x)
}

/// Like [`put`] for a line of styled spans, whose styles lie over `style`.
pub fn put_line(
    buf: &mut Buffer,
    area: Rect,
    row: u16,
    line: &Line<'_>,
    style: Style,
    right: bool,
) {
    let area = area.intersection(buf.area);
    let wide: usize = line.spans.iter().map(|s| width(&s.content)).sum();
    let mut col = match usize::from(area.width).checked_sub(wide) {
        Some(spare) if right => u16::try_from(spare).unwrap_or(0),
        _ => 0,
    };
    for span in &line.spans {
        let style = style.patch(line.style).patch(span.style);
        col = put(buf, area, col, row, &span.content, style);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_sequences_never_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\u{9b}c\u{7f}"), "a␛[31mb\u{fffd}c␡");
        assert_eq!(clean("一\t二\r\n三"), "一 二  三");
        assert_eq!(clean("\u{202e}gpj.exe\u{200b}"), "gpj.exe");
        assert!(matches!(clean("王秀英 wxy"), Cow::Borrowed(_)));
    }

    #[test]
    fn cutting_never_breaks_a_wide_character() {
        assert_eq!(truncate("安贞街道", 8), "安贞街道");
        assert_eq!(truncate("安贞街道", 7), "安贞街…");
        assert_eq!(truncate("安贞街道", 6), "安贞…");
        assert_eq!(truncate("安贞", 1), "…");
        assert_eq!(pad("安贞街道", 6), "安贞… ");
    }

    #[test]
    fn lines_break_at_spaces_and_between_chinese_characters() {
        assert_eq!(
            wrap("a need for two", 7),
            ["a need", "for two"].map(String::from)
        );
        assert_eq!(
            wrap("需要男理发师\n每月", 7),
            ["需要男", "理发师", "每月"].map(String::from)
        );
        assert_eq!(grouped(360_000), "360,000");
        assert_eq!(grouped(12), "12");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(s in ".*", cells in 0_usize..20) {
            prop_assert!(width(&truncate(&s, cells)) <= cells);
            prop_assert!(width(&pad(&s, cells)) <= cells);
            for line in wrap(&s, cells) {
                prop_assert!(width(&line) <= cells);
            }
            prop_assert!(!clean(&s).chars().any(char::is_control));
        }
    }
}
