//! One line of text to type into.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::text::{clean, put, width};
use crate::console::keys::{Code, Key};

/// A line of text and the caret in it, which moves by whole characters as people see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    caret: usize,
}

impl Input {
    /// A line with this text and the caret after it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let caret = text.len();
        Self { text, caret }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Replaces the text and puts the caret after it.
    pub fn set(&mut self, text: impl Into<String>) {
        *self = Self::new(text);
    }

    /// Empties the line.
    pub fn clear(&mut self) {
        self.set("");
    }

    fn before(&self) -> &str {
        self.text.get(..self.caret).unwrap_or("")
    }

    fn after(&self) -> &str {
        self.text.get(self.caret..).unwrap_or("")
    }

    /// Where the caret stands, in bytes.
    #[must_use]
    pub fn caret(&self) -> usize {
        self.caret
    }

    /// Puts the caret to a place in bytes, or to the nearest before it where a character begins.
    pub fn place(&mut self, at: usize) {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        self.caret = at;
    }

    /// Whether the caret stands after the last character.
    #[must_use]
    pub fn at_end(&self) -> bool {
        self.caret == self.text.len()
    }

    /// Puts in a text at the caret; line ends and tabs become spaces, control characters go away.
    pub fn paste(&mut self, text: &str) {
        let text: String = text
            .trim_end_matches(['\r', '\n'])
            .replace("\r\n", " ")
            .chars()
            .map(|c| {
                if matches!(c, '\t' | '\n' | '\r') {
                    ' '
                } else {
                    c
                }
            })
            .filter(|c| !c.is_control())
            .collect();
        let at = self.caret.min(self.text.len());
        self.text.insert_str(at, &text);
        self.caret = at + text.len();
    }

    /// Does what `key` does in a text. Returns whether it does anything in one.
    ///
    /// Characters, Backspace, Delete, arrows, Home, End; Ctrl-A, E, B, F as in a shell; Ctrl-U and Ctrl-K delete to the start and end, Ctrl-W and
    /// Alt-Backspace the word before; Ctrl or Alt with an arrow moves by words.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.text() {
            self.paste(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        let word = key.ctrl || key.alt;
        match key.code {
            Code::Left if word => self.caret = self.word_before(),
            Code::Right if word => self.caret = self.word_after(),
            Code::Backspace if word => self.delete(self.word_before(), self.caret),
            Code::Left => self.caret -= self.step_back(),
            Code::Right => self.caret += self.step_on(),
            Code::Home => self.caret = 0,
            Code::End => self.caret = self.text.len(),
            Code::Backspace => self.delete(self.caret - self.step_back(), self.caret),
            Code::Delete => self.delete(self.caret, self.caret + self.step_on()),
            Code::Char(c) if key.ctrl && !key.alt => return self.control(c),
            _ => return false,
        }
        true
    }

    fn control(&mut self, c: char) -> bool {
        match c {
            'a' => self.caret = 0,
            'e' => self.caret = self.text.len(),
            'b' => self.caret -= self.step_back(),
            'f' => self.caret += self.step_on(),
            'h' => self.delete(self.caret - self.step_back(), self.caret),
            'd' => self.delete(self.caret, self.caret + self.step_on()),
            'u' => self.delete(0, self.caret),
            'k' => self.delete(self.caret, self.text.len()),
            'w' => self.delete(self.word_before(), self.caret),
            _ => return false,
        }
        true
    }

    fn step_back(&self) -> usize {
        self.before()
            .graphemes(true)
            .next_back()
            .map_or(0, str::len)
    }

    fn step_on(&self) -> usize {
        self.after().graphemes(true).next().map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let mut words = self.before().split_word_bound_indices();
        words
            .rfind(|(_, w)| !w.trim().is_empty())
            .map_or(0, |(at, _)| at)
    }

    fn word_after(&self) -> usize {
        let mut words = self.after().split_word_bound_indices();
        words
            .find(|(_, w)| !w.trim().is_empty())
            .map_or(self.text.len(), |(at, w)| self.caret + at + w.len())
    }

    fn delete(&mut self, from: usize, to: usize) {
        if from < to && self.text.is_char_boundary(from) && self.text.is_char_boundary(to) {
            self.text.replace_range(from..to, "");
        }
        self.caret = from;
    }

    /// Draws the line on the first row of `area`, scrolled so that the caret is in sight, and returns where the caret stands: put the
    /// terminal's cursor there while the line has the keys, so that input methods compose at it.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, style: Style) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let row = Rect { height: 1, ..area };
        buf.set_style(row, style);
        let room = usize::from(area.width) - 1;
        let before = clean(self.before());
        let mut skip = 0;
        let mut col = width(&before);
        for g in before.graphemes(true) {
            if col <= room {
                break;
            }
            skip += g.len();
            col -= usize::from(g.cell_width());
        }
        let shown = before.get(skip..).unwrap_or("");
        let at = put(buf, area, 0, 0, shown, style);
        put(buf, area, at, 0, self.after(), style);
        let x = area.x + u16::try_from(col.min(room)).unwrap_or(0);
        Some(Position { x, y: area.y })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::console::keys::parse_sequence;
    use crate::console::widgets::sizes;

    fn typed(start: &str, keys: &str) -> (String, usize) {
        let mut input = Input::new(start);
        for key in parse_sequence(keys).unwrap_or_default() {
            input.key(key);
        }
        (input.text, input.caret)
    }

    #[test]
    fn editing_goes_by_whole_characters() {
        assert_eq!(typed("理发", "left x"), ("理x发".to_owned(), 4));
        assert_eq!(typed("e\u{301}a", "left backspace"), ("a".to_owned(), 0));
        assert_eq!(typed("one two", "ctrl-w"), ("one ".to_owned(), 4));
        assert_eq!(typed("one two", "ctrl-left X"), ("one Xtwo".to_owned(), 5));
        assert_eq!(typed("one", "home delete end y"), ("ney".to_owned(), 3));
        assert_eq!(typed("one", "left ctrl-u"), ("e".to_owned(), 0));
    }

    #[test]
    fn a_paste_of_several_lines_stays_on_one() {
        let mut input = Input::default();
        input.paste("安贞\r\n西里\t3号\u{1b}\n");
        assert_eq!(input.text(), "安贞 西里 3号");
    }

    #[test]
    fn the_caret_stays_in_sight_and_no_wide_character_breaks() {
        let input = Input::new("朝阳区安贞西里");
        let mut at = None;
        let shown = sizes::picture(8, 1, |b, a| at = input.draw(b, a, Style::new()));
        insta::assert_snapshot!(shown, @"贞西里");
        assert_eq!(at, Some(Position { x: 6, y: 0 }));
    }

    proptest! {
        #[test]
        fn no_keys_and_no_size_break_a_line(
            start in ".*", keys in prop::collection::vec(0_usize..12, 0..20), w in 0_u16..12
        ) {
            let names = ["left", "right", "ctrl-left", "ctrl-right", "backspace", "delete", "ctrl-w", "home", "end", "x", "ctrl-k", "ctrl-h"];
            let mut input = Input::new(start);
            for k in keys {
                if let Some(key) = names.get(k).copied().and_then(Key::parse) {
                    input.key(key);
                }
                prop_assert!(input.text.is_char_boundary(input.caret));
                let area = Rect::new(0, 0, w, 1);
                let at = input.draw(&mut Buffer::empty(area), area, Style::new());
                prop_assert_eq!(at.is_some(), w > 0);
                prop_assert!(at.is_none_or(|p| p.x < w));
            }
        }
    }
}
