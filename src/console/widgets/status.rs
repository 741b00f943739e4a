//! The last message to the user.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::put;
use crate::console::theme::Theme;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For information.
    Info,
    /// It worked.
    Good,
    /// It worked, but look.
    Warn,
    /// It did not work.
    Error,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What it is about.
    pub kind: Kind,
    /// What it says.
    pub text: String,
}

impl Status {
    /// A message of this kind.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    /// Draws the message on the first row of `area`, its kind marked by colour and by a sign.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        let (sign, style) = match (self.kind, theme.ascii) {
            (Kind::Info, _) => ("", theme.base),
            (Kind::Good, false) => ("✓ ", theme.good),
            (Kind::Good, true) => ("+ ", theme.good),
            (Kind::Warn, _) => ("! ", theme.warn),
            (Kind::Error, false) => ("✗ ", theme.bad),
            (Kind::Error, true) => ("x ", theme.bad),
        };
        put(buf, area, 0, 0, &format!("{sign}{}", self.text), style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::sizes;

    #[test]
    fn the_kind_of_a_message_shows_without_colour() {
        let show = |kind| {
            let status = Status::new(kind, "已确认\u{1b}[2J 李建国");
            sizes::picture(20, 1, |b, a| status.draw(b, a, &Theme::default()))
        };
        insta::assert_snapshot!(show(Kind::Good), @"✓ 已确认␛[2J 李建国");
        insta::assert_snapshot!(show(Kind::Error), @"✗ 已确认␛[2J 李建国");
    }

    #[test]
    fn a_message_fits_every_size() {
        let status = Status::new(Kind::Warn, "时段已被占用");
        sizes::every(|b, a| status.draw(b, a, &Theme::default()));
    }
}
