//! The line of tabs where only one pane fits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{put, width};
use crate::console::theme::Theme;

/// Draws the tabs on the first row of `area`, `current` marked and always in sight.
pub fn tabs<S: AsRef<str>>(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    titles: &[S],
    current: usize,
) {
    let cells = |title: &S| width(title.as_ref()) + 3;
    let mut first = 0;
    let needed = |first: usize| -> usize {
        let shown = titles.iter().take(current + 1).skip(first);
        shown.map(cells).sum()
    };
    while first < current && needed(first) > usize::from(area.width) {
        first += 1;
    }
    let mut col = 0;
    for (i, title) in titles.iter().enumerate().skip(first) {
        let (style, open, close) = if i == current {
            (theme.selected, "[", "]")
        } else {
            (theme.dim, " ", " ")
        };
        col = put(
            buf,
            area,
            col,
            0,
            &format!("{open}{}{close}", title.as_ref()),
            style,
        )
        .saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::sizes;

    const TITLES: &[&str] = &["1 供方", "2 需方", "3 匹配队列"];

    #[test]
    fn the_current_tab_is_always_in_sight() {
        let show = |w, n| sizes::picture(w, 1, |b, a| tabs(b, a, &Theme::default(), TITLES, n));
        insta::assert_snapshot!(show(34, 1), @" 1 供方  [2 需方]  3 匹配队列");
        insta::assert_snapshot!(show(14, 2), @"[3 匹配队列]");
    }

    #[test]
    fn tabs_fit_every_size() {
        for current in 0..4 {
            sizes::every(|b, a| tabs(b, a, &Theme::default(), TITLES, current));
        }
    }
}
