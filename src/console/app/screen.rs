//! The picture as a whole: title, panes or tabs, message, hints, and the layers above.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::App;
use crate::console::actions;
use crate::console::keys::show_sequence;
use crate::console::panes::words;
use crate::console::widgets::bar::bar;
use crate::console::widgets::hints::hints;
use crate::console::widgets::popup::corner;
use crate::console::widgets::tabs::tabs;
use crate::console::widgets::text::{grouped, put, width, wrap};
use crate::domain::Kind;
use crate::say;

/// From this width on the panes stand side by side.
const WIDE: u16 = 120;

/// The most cells of the bar of what is loaded.
const BAR: u16 = 40;

/// Below this nothing useful fits.
const LEAST: (u16, u16) = (40, 10);

impl App {
    /// Draws everything; gives the caret's place.
    pub(super) fn paint(&mut self, buf: &mut Buffer, area: Rect) -> Option<Position> {
        if area.width < LEAST.0 || area.height < LEAST.1 {
            self.too_small(buf, area);
            return None;
        }
        self.title(buf, row(area, 0));
        let tabbed = u16::from(area.width < WIDE);
        let body = Rect {
            y: area.y + 1 + tabbed,
            height: area.height - 3 - tabbed,
            ..area
        };
        if tabbed == 1 {
            self.tabs(buf, row(area, 1));
        }
        let top = self.layers.len();
        let mut caret = self.paint_panes(buf, body, tabbed == 1, top == 0);
        for (i, layer) in self.layers.iter_mut().enumerate() {
            let focused = i + 1 == top;
            let own = layer.draw(buf, body, &self.model, focused);
            if focused {
                caret = own;
            }
        }
        if let Some(status) = &self.status {
            status.draw(buf, row(area, area.height - 2), &self.model.theme);
        } else {
            self.progress(buf, row(area, area.height - 2));
        }
        self.hints(buf, row(area, area.height - 1));
        self.follow(buf, body);
        caret
    }

    /// What may follow after the first keys of a sequence, in the corner next to the hints.
    fn follow(&self, buf: &mut Buffer, area: Rect) {
        if self.pending.is_empty() {
            return;
        }
        let lang = self.model.lang;
        let hints = self.model.keymap.follow(&self.stack(), &self.pending);
        let rows: Vec<(String, &str)> = hints
            .into_iter()
            .map(|hint| (hint.keys, actions::text_of(hint.action).get(lang)))
            .collect();
        corner(
            buf,
            area,
            &self.model.theme,
            &show_sequence(&self.pending),
            &rows,
        );
    }

    fn paint_panes(
        &mut self,
        buf: &mut Buffer,
        body: Rect,
        tabbed: bool,
        front: bool,
    ) -> Option<Position> {
        if tabbed {
            let pane = self.panes.get_mut(self.focus)?;
            return pane.draw(buf, body, &self.model, front);
        }
        let mut caret = None;
        let mut x = body.x;
        for (i, wide) in widths(body.width, self.focus).into_iter().enumerate() {
            let place = Rect {
                x,
                width: wide,
                ..body
            };
            x += wide;
            let focused = front && i == self.focus;
            if let Some(pane) = self.panes.get_mut(i) {
                let own = pane.draw(buf, place, &self.model, focused);
                if focused {
                    caret = own;
                }
            }
        }
        caret
    }

    fn too_small(&self, buf: &mut Buffer, area: Rect) {
        let (w, h) = LEAST;
        let said = say!(self.model.lang, zh: "窗口太小，请放大到 {w}×{h} 以上", en: "too small: enlarge to {w}×{h} or more");
        for (at, line) in (0..area.height).zip(wrap(&said, usize::from(area.width))) {
            put(buf, area, 0, at, &line, self.model.theme.base);
        }
    }

    fn title(&self, buf: &mut Buffer, line: Rect) {
        let (model, theme) = (&self.model, &self.model.theme);
        let lang = model.lang;
        let now = words::moment(model.now(), lang);
        let clock = if model.fixed_now {
            say!(lang, zh: "{now}（时钟固定）", en: "{now} (clock fixed)")
        } else {
            now
        };
        let clock_at = usize::from(line.width).saturating_sub(width(&clock));
        let room = Rect {
            width: u16::try_from(clock_at.saturating_sub(1)).unwrap_or(0),
            ..line
        };
        let mut col = put(buf, room, 0, 0, "matchdesk", theme.accent);
        let name = format!(" {}  ", model.title);
        col = put(buf, room, col, 0, &name, theme.title);
        for (text, style) in self.counts() {
            if usize::from(col) + width(&text) <= usize::from(room.width) {
                col = put(buf, room, col, 0, &text, style);
            }
        }
        let at = u16::try_from(clock_at).unwrap_or(0);
        put(buf, line, at, 0, &clock, theme.dim);
    }

    fn counts(&self) -> Vec<(String, ratatui::style::Style)> {
        let (model, theme) = (&self.model, &self.model.theme);
        let lang = model.lang;
        let of = |kind| model.library.count(kind).map(grouped);
        let mut registered = String::new();
        if let Some(suppliers) = of(Kind::Supplier) {
            registered
                .push_str(&say!(lang, zh: "供方 {suppliers}  ", en: "{suppliers} suppliers  "));
        }
        if let Some(residents) = of(Kind::Resident).filter(|_| model.desk.sees_all_demand()) {
            registered
                .push_str(&say!(lang, zh: "居民 {residents}  ", en: "{residents} residents  "));
        }
        let mut out = vec![(registered, theme.dim)];
        if model.ready {
            let open = grouped(model.open);
            out.insert(
                0,
                (
                    say!(lang, zh: "待匹配 {open}  ", en: "{open} to match  "),
                    theme.base,
                ),
            );
            if model.awaiting > 0 {
                let n = grouped(model.awaiting);
                out.insert(
                    1,
                    (
                        say!(lang, zh: "待登记结果 {n}  ", en: "{n} awaiting outcome  "),
                        theme.warn,
                    ),
                );
            }
        }
        out
    }

    fn tabs(&self, buf: &mut Buffer, line: Rect) {
        let titles: Vec<String> = self
            .panes
            .iter()
            .enumerate()
            .map(|(i, pane)| format!("{} {}", i + 1, pane.tab(&self.model)))
            .collect();
        tabs(buf, line, &self.model.theme, &titles, self.focus);
    }

    /// What the console waits for at first, with a bar that fills.
    fn progress(&self, buf: &mut Buffer, line: Rect) {
        let model = &self.model;
        if model.ready {
            return;
        }
        let said = words::opening(model.opened(), model.lang);
        let from = put(buf, line, 0, 0, &said, model.theme.base).saturating_add(2);
        let room = line.width.saturating_sub(from).min(BAR);
        let filled = bar(model.opened().unwrap_or_default(), room, &model.theme);
        buf.set_line(line.x + from, line.y, &filled, room);
    }

    fn hints(&self, buf: &mut Buffer, line: Rect) {
        let reach = self.model.keymap.hints(&self.stack());
        let view = self.in_front();
        let mut wanted: Vec<&str> = view.map(|v| v.hints().to_vec()).unwrap_or_default();
        if self.layers.is_empty() {
            // Among the first, so that every window has room for it.
            wanted.insert(wanted.len().min(3), "help");
            wanted.extend(["next-pane", "switch-language", "quit"]);
        }
        let shown: Vec<(&str, &str)> = wanted
            .iter()
            .filter(|id| self.lacks(id).is_none())
            .filter_map(|id| reach.iter().find(|hint| hint.action == *id))
            .map(|hint| {
                let text = actions::text_of(hint.action).get(self.model.lang);
                (hint.keys.as_str(), text)
            })
            .collect();
        hints(buf, line, &self.model.theme, &shown);
    }
}

fn row(area: Rect, at: u16) -> Rect {
    Rect {
        y: area.y + at,
        height: 1,
        ..area
    }
}

/// The widths of supply, demand and queue: the one that has the keys gets the most, and the queue more than the registries.
fn widths(all: u16, focus: usize) -> [u16; 3] {
    let share =
        |percent: u16| u16::try_from(u32::from(all) * u32::from(percent) / 100).unwrap_or(0);
    let (supply, demand) = match focus {
        0 => (share(44), share(20)),
        1 => (share(20), share(44)),
        // On a wide screen the registries have room for whole rows, and the queue enough still.
        _ if all >= 160 => (share(27), share(27)),
        _ => (share(21), share(21)),
    };
    [supply, demand, all - supply - demand]
}
