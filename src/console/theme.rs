//! Named styles for four depths of colour, and the line drawing that goes with them.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use ratatui::widgets::{Block, Borders};

use super::widgets::text;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// No colour: bold, reverse and underline only.
    None,
    /// The 16 colours of the terminal's own palette.
    Sixteen,
    /// The 256-colour cube.
    Indexed,
    /// 24-bit colour.
    True,
}

/// The styles of everything the console draws, by what it means.
///
/// The ground stays the terminal's own, so that one palette serves light and dark screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub base: Style,
    /// Text that matters less.
    pub dim: Style,
    /// Text to notice.
    pub accent: Style,
    /// Titles of panes, popups and columns.
    pub title: Style,
    /// The selected row or choice where the keys go.
    pub selected: Style,
    /// The selected row of a pane that has not the keys.
    pub selected_inactive: Style,
    /// Success.
    pub good: Style,
    /// A warning.
    pub warn: Style,
    /// An error.
    pub bad: Style,
    /// The filled part of a bar.
    pub bar_full: Style,
    /// The empty part of a bar.
    pub bar_empty: Style,
    /// A key in a hint.
    pub key: Style,
    /// What the key does.
    pub hint: Style,
    /// The border of a pane.
    pub border: Style,
    /// The border of the pane that has the keys.
    pub border_focus: Style,
    /// A field to type into.
    pub input: Style,
    /// A field whose value is not right.
    pub input_error: Style,
    /// Draw with ASCII only, since the locale is not UTF-8.
    pub ascii: bool,
}

/// The colours a depth has for each meaning.
struct Palette {
    dim: Color,
    accent: Color,
    good: Color,
    warn: Color,
    bad: Color,
    selected: (Color, Color),
    inactive: (Color, Color),
    input: Color,
}

const SIXTEEN: Palette = Palette {
    dim: Color::DarkGray,
    accent: Color::Cyan,
    good: Color::Green,
    warn: Color::Yellow,
    bad: Color::Red,
    selected: (Color::Black, Color::Cyan),
    inactive: (Color::Black, Color::Gray),
    input: Color::Cyan,
};

const INDEXED: Palette = Palette {
    dim: Color::Indexed(245),
    accent: Color::Indexed(37),
    good: Color::Indexed(71),
    warn: Color::Indexed(172),
    bad: Color::Indexed(167),
    selected: (Color::Indexed(231), Color::Indexed(24)),
    inactive: (Color::Indexed(231), Color::Indexed(240)),
    input: Color::Indexed(37),
};

const TRUE: Palette = Palette {
    dim: Color::Rgb(0x8a, 0x8f, 0x98),
    accent: Color::Rgb(0x1f, 0xa3, 0xa8),
    good: Color::Rgb(0x4f, 0xa8, 0x5b),
    warn: Color::Rgb(0xd0, 0x87, 0x1f),
    bad: Color::Rgb(0xd9, 0x5b, 0x55),
    selected: (Color::Rgb(0xff, 0xff, 0xff), Color::Rgb(0x14, 0x5c, 0x85)),
    inactive: (Color::Rgb(0xff, 0xff, 0xff), Color::Rgb(0x5a, 0x60, 0x6b)),
    input: Color::Rgb(0x1f, 0xa3, 0xa8),
};

impl Theme {
    /// The theme for `depth`; `ascii` when the locale is not UTF-8.
    #[must_use]
    pub fn new(depth: Depth, ascii: bool) -> Self {
        match depth {
            Depth::None => Self::monochrome(ascii),
            Depth::Sixteen => Self::coloured(&SIXTEEN, ascii),
            Depth::Indexed => Self::coloured(&INDEXED, ascii),
            Depth::True => Self::coloured(&TRUE, ascii),
        }
    }

    fn coloured(p: &Palette, ascii: bool) -> Self {
        let plain = Style::new();
        let fg = |colour| plain.fg(colour);
        let on = |(front, ground)| plain.fg(front).bg(ground);
        Self {
            base: plain,
            dim: fg(p.dim),
            accent: fg(p.accent),
            title: plain.add_modifier(Modifier::BOLD),
            selected: on(p.selected),
            selected_inactive: on(p.inactive),
            good: fg(p.good),
            warn: fg(p.warn),
            bad: fg(p.bad),
            bar_full: fg(p.accent),
            bar_empty: fg(p.dim),
            key: fg(p.accent).add_modifier(Modifier::BOLD),
            hint: fg(p.dim),
            border: fg(p.dim),
            border_focus: fg(p.accent),
            input: fg(p.input).add_modifier(Modifier::UNDERLINED),
            input_error: fg(p.bad).add_modifier(Modifier::UNDERLINED),
            ascii,
        }
    }

    fn monochrome(ascii: bool) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let underlined = plain.add_modifier(Modifier::UNDERLINED);
        Self {
            base: plain,
            dim: plain,
            accent: bold,
            title: bold,
            selected: plain.add_modifier(Modifier::REVERSED),
            selected_inactive: underlined,
            good: plain,
            warn: bold,
            bad: bold,
            bar_full: plain,
            bar_empty: plain,
            key: bold,
            hint: plain,
            border: plain,
            border_focus: bold,
            input: underlined,
            input_error: bold.add_modifier(Modifier::UNDERLINED),
            ascii,
        }
    }

    /// The selection's style in a pane that has the keys, or has not.
    #[must_use]
    pub fn selection(&self, focused: bool) -> Style {
        if focused {
            self.selected
        } else {
            self.selected_inactive
        }
    }

    /// A bordered block with a title, marked when it has the keys.
    #[must_use]
    pub fn block(&self, title: &str, focused: bool) -> Block<'static> {
        let style = if focused {
            self.border_focus
        } else {
            self.border
        };
        let block = Block::new()
            .borders(Borders::ALL)
            .border_set(self.borders(focused))
            .border_style(style)
            .title_style(self.title);
        if title.is_empty() {
            block
        } else {
            block.title(format!(" {} ", text::clean(title)))
        }
    }

    /// Without colour, and in ASCII, focus shows in the line itself.
    fn borders(&self, focused: bool) -> border::Set<'static> {
        match (self.ascii, focused) {
            (false, true) if self.border_focus.fg.is_none() => border::DOUBLE,
            (false, _) => border::PLAIN,
            (true, false) => ascii_border("-"),
            (true, true) => ascii_border("="),
        }
    }
}

fn ascii_border(line: &'static str) -> border::Set<'static> {
    border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: line,
        horizontal_bottom: line,
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Depth::Sixteen, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_is_visible_in_every_depth() {
        for depth in [Depth::None, Depth::Sixteen, Depth::Indexed, Depth::True] {
            let theme = Theme::new(depth, false);
            assert_ne!(theme.selected, theme.base, "{depth:?}");
            assert_ne!(theme.selected_inactive, theme.base, "{depth:?}");
            assert_ne!(theme.selected, theme.selected_inactive, "{depth:?}");
        }
    }

    #[test]
    fn without_colour_no_style_names_one() {
        let theme = Theme::new(Depth::None, false);
        for style in [theme.selected, theme.bad, theme.key, theme.border_focus] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
