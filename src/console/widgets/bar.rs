//! Small horizontal bars for values from 0 to 1.

use ratatui::text::{Line, Span};

use crate::console::theme::Theme;

const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A bar of `cells` for `value`, which is taken as within 0..=1 (not a number is 0).
///
/// Any value above 0 shows at least its thinnest slice; in ASCII, `#` stands for a whole cell.
#[must_use]
pub fn bar(value: f64, cells: u16, theme: &Theme) -> Line<'static> {
    let value = if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    };
    let cells = usize::from(cells);
    let steps = if theme.ascii { 1 } else { 8 };
    let filled = steps_of(value, cells * steps);
    let rest = filled % steps;
    let (block, empty) = if theme.ascii {
        ("#", ".")
    } else {
        ("█", " ")
    };
    let mut full = block.repeat(filled / steps);
    full.push_str(EIGHTHS.get(rest).copied().unwrap_or(""));
    let used = filled.div_ceil(steps);
    Line::from(vec![
        Span::styled(full, theme.bar_full),
        Span::styled(empty.repeat(cells.saturating_sub(used)), theme.bar_empty),
    ])
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "value is within 0..=1 and a bar is at most 8 × 65535 steps"
)]
fn steps_of(value: f64, steps: usize) -> usize {
    let exact = (value * steps as f64).round() as usize;
    if value > 0.0 {
        exact.max(1).min(steps)
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::Depth;
    use crate::console::widgets::text::width;

    #[test]
    fn bars_fill_by_eighths_of_a_cell() {
        let theme = Theme::new(Depth::None, false);
        let shown = |v| bar(v, 4, &theme).to_string();
        assert_eq!(
            [0.0, 0.001, 0.5, 0.66, 1.0].map(shown),
            ["    ", "▏   ", "██  ", "██▋ ", "████"]
        );
        let ascii = Theme::new(Depth::None, true);
        assert_eq!(bar(0.5, 4, &ascii).to_string(), "##..");
    }

    #[test]
    fn a_bar_always_has_the_width_asked_for() {
        for ascii in [false, true] {
            let theme = Theme::new(Depth::None, ascii);
            for cells in 0..20 {
                for v in [f64::NAN, f64::INFINITY, -1.0, 0.0, 0.01, 0.499, 0.999, 2.0] {
                    assert_eq!(
                        width(&bar(v, cells, &theme).to_string()),
                        usize::from(cells)
                    );
                }
            }
        }
    }
}
