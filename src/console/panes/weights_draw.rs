//! The picture of the weights.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::registry::put_lines;
use super::weights::{WeightsPane, summary};
use super::{cells, words};
use crate::console::app::model::Model;
use crate::console::widgets::popup::frame;
use crate::console::widgets::table::{Column, Table, Width};
use crate::console::widgets::text::{put, truncate, width};
use crate::desk::Shift;
use crate::domain::record::Need;
use crate::domain::{Code, Kind};
use crate::{say, text};

/// The most lines that the preview takes.
const PREVIEW: u16 = 9;

impl WeightsPane {
    /// Draws the table, and below it what a change would do.
    pub(super) fn paint(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        let lang = model.lang;
        let version = self
            .known
            .as_ref()
            .map(|known| known.settings.weights_version());
        let version = version.unwrap_or_default();
        let title = say!(lang, zh: "权重 · 第 {version} 版", en: "Weights · version {version}");
        let size = (area.width.saturating_sub(2).min(128), area.height);
        let inner = frame(buf, area, &model.theme, &title, size);
        let below = PREVIEW.min(inner.height / 3);
        let list = Rect {
            height: inner.height - below,
            ..inner
        };
        self.paint_table(buf, list, model, focused);
        let below = Rect {
            y: inner.y + list.height,
            height: below,
            ..inner
        };
        self.paint_preview(buf, below, model);
        None
    }

    fn paint_table(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let lang = model.lang;
        let wide = if area.width >= 100 { 11 } else { 6 };
        let mut columns = vec![Column::new(
            text!(zh: "类别", en: "category").get(lang),
            Width::Fill(12),
            0,
        )];
        for (short, long) in &words::CRITERIA {
            let fits = usize::from(wide) >= width(long.get(lang));
            let label = if fits { long } else { short };
            columns.push(Column::new(label.get(lang), Width::Fixed(wide), 0).right());
        }
        let sum = text!(zh: "合计", en: "sum").get(lang);
        columns.push(Column::new(sum, Width::Fixed(6), 1).right());
        let table = Table {
            columns: &columns,
            empty: text!(zh: "正在载入…", en: "loading…").get(lang),
            focused,
        };
        let mut state = std::mem::take(&mut self.state);
        let selected = state.selected();
        table.draw(buf, area, &model.theme, &mut state, |row| {
            self.cells(row, selected == Some(row), model)
        });
        self.state = state;
    }

    fn cells(&self, row: usize, is_selected: bool, model: &Model) -> Vec<Line<'static>> {
        let (weights, is_own) = self.weights(row);
        let style = if is_own {
            model.theme.base
        } else {
            model.theme.dim
        };
        let mut cells = vec![Line::from(Span::styled(self.name(row, model), style))];
        for (at, weight) in weights.0.iter().enumerate() {
            let cell = match &self.typed {
                _ if !is_selected || at != self.at => weight.to_string(),
                None => format!("[{weight}]"),
                Some(typed) => format!("[{}_]", typed.text()),
            };
            cells.push(Line::from(Span::styled(cell, style)));
        }
        cells.push(Line::from(Span::styled(weights.sum().to_string(), style)));
        cells
    }

    fn name(&self, row: usize, model: &Model) -> String {
        let Some(category) = self.category(row) else {
            return text!(zh: "全部需求", en: "all needs")
                .get(model.lang)
                .to_owned();
        };
        let branches = self.known.as_ref().map(|known| &known.branches);
        let depth = branches
            .and_then(|branches| branches.get(row - 1))
            .map_or(0, |b| b.depth);
        let own = self.wanted.own_weights(category).is_some();
        let mark = if own { "* " } else { "  " };
        let name = model.name(Kind::Category, category);
        format!("{mark}{}{name}", "  ".repeat(depth))
    }

    fn paint_preview(&self, buf: &mut Buffer, area: Rect, model: &Model) {
        let (lang, theme) = (model.lang, &model.theme);
        let help = || {
            text!(
                zh: "输入数字修改选中的权重；* 有自己的权重，其余沿用上级；c 去掉自己的。Ctrl-S 保存。",
                en: "Type a number to change the marked weight. * has weights of its own, the others go by those above; c takes them away. Ctrl-S saves."
            )
            .get(lang)
            .to_owned()
        };
        let (said, style) = match &self.preview {
            Some(preview) => (summary(preview, model), theme.accent),
            None if self.waiting => {
                let waits = text!(zh: "正在预览…", en: "working the preview out…");
                (waits.get(lang).to_owned(), theme.dim)
            }
            None => (help(), theme.dim),
        };
        let left = put_lines(buf, area, &said, style);
        let shifts = self.preview.iter().flat_map(|preview| &preview.shifts);
        let changed = shifts.filter(|shift| shift.is_changed());
        for (at, shift) in (0..left.height).zip(changed) {
            let line = shifted(shift, model);
            let line = truncate(&line, usize::from(left.width)).into_owned();
            put(buf, left, 0, at, &line, theme.base);
        }
    }
}

/// A need with its first candidate now and then.
fn shifted(shift: &Shift, model: &Model) -> String {
    let who = model
        .fetch::<Need>(&shift.need)
        .map(|need| cells::resident_name(&need.resident, model));
    let who = who.unwrap_or_default();
    let best = |best: &Option<(Code, f64)>| match best {
        Some((code, score)) => format!("{} {score:.1}", cells::supplier_name(code, model)),
        None => "–".to_owned(),
    };
    let what = model.name(Kind::Category, &shift.category);
    let (need, old, new) = (&shift.need, best(&shift.old), best(&shift.new));
    format!("{need} {who} {what}: {old} → {new}")
}
