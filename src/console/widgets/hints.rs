//! The bottom line: which keys do what here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{put, width};
use crate::console::theme::Theme;

/// Draws `(keys, what they do)` on the first row of `area`, the most important first; those that do not fit whole are left out.
pub fn hints<K: AsRef<str>, T: AsRef<str>>(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    hints: &[(K, T)],
) {
    let mut col = 0;
    for (keys, label) in hints {
        let (keys, label) = (keys.as_ref(), label.as_ref());
        let wide = width(keys) + 1 + width(label);
        if usize::from(col) + wide > usize::from(area.width) {
            continue;
        }
        let after = put(buf, area, col, 0, keys, theme.key);
        col = put(buf, area, after + 1, 0, label, theme.hint).saturating_add(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::sizes;

    const HINTS: &[(&str, &str)] = &[("Enter", "打开"), ("/", "筛选"), ("?", "帮助")];

    #[test]
    fn hints_that_do_not_fit_are_left_out_whole() {
        let show = |w| sizes::picture(w, 1, |b, a| hints(b, a, &Theme::default(), HINTS));
        insta::assert_snapshot!(show(30), @"Enter 打开  / 筛选  ? 帮助");
        insta::assert_snapshot!(show(16), @"Enter 打开");
    }

    #[test]
    fn hints_fit_every_size() {
        sizes::every(|b, a| hints(b, a, &Theme::default(), HINTS));
    }
}
