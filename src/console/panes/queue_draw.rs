//! The picture of the queue.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::queue::{Mode, Queue};
use super::{cells, others, words};
use crate::console::app::model::Model;
use crate::console::widgets::table::{Column, Table, Width};
use crate::desk::BestRow;
use crate::domain::record::Need;
use crate::domain::{Kind, Urgency};
use crate::{say, text};

/// From this inner width on, needs and candidates stand side by side.
const TWO_COLUMNS: u16 = 96;

/// From this width on, the list of needs has room for the names of those who review them.
const NAMES: u16 = 60;

impl Queue {
    /// Draws the pane.
    pub(super) fn paint(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let title = self.title(model);
        let block = model.theme.block(&title, focused);
        let inner = block.inner(area);
        block.render(area, buf);
        if self.mode == Mode::Awaiting {
            self.paint_awaiting(buf, inner, model, focused);
            return;
        }
        let [needs, case] = split(inner, self.needs.len());
        self.paint_needs(buf, needs, model, focused && self.mode == Mode::Needs);
        self.paint_case(buf, case, model, focused);
    }

    fn title(&self, model: &Model) -> String {
        let lang = model.lang;
        let (name, position) = if self.mode == Mode::Awaiting {
            (
                text!(zh: "待登记结果", en: "Awaiting outcome"),
                self.visits.position(),
            )
        } else {
            (
                text!(zh: "匹配队列", en: "Match queue"),
                self.needs.position(),
            )
        };
        format!("{} {position}", name.get(lang))
    }

    fn paint_needs(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let lang = model.lang;
        let wide = area.width >= NAMES;
        let mut columns = cells::need_columns(lang, [1, 2, 0, 1]);
        columns.extend([
            Column::new(
                text!(zh: "已配", en: "filled").get(lang),
                Width::Fixed(6),
                4,
            )
            .right(),
            Column::new(text!(zh: "候选", en: "fit").get(lang), Width::Fixed(4), 3).right(),
        ]);
        if let Some(width) = others::marks(wide, model) {
            let title = text!(zh: "在看", en: "here").get(lang);
            columns.push(Column::new(title, Width::Fixed(width), 0));
        }
        let opening = words::opening(model.opened(), lang);
        let empty = match (model.ready, self.loaded) {
            (false, _) => opening,
            (true, false) => text!(zh: "正在排队列…", en: "ranking the queue…")
                .get(lang)
                .to_owned(),
            _ => {
                let [add, outcomes] = ["add", "awaiting"].map(|action| model.key("queue", action));
                say!(lang, zh: "队列空了：每条需求都有人了。按 {add} 登记新的需求，按 {outcomes} 登记服务结果。", en: "No needs in the queue: all are matched. Press {add} to enter one, {outcomes} to record outcomes.")
            }
        };
        let table = Table {
            columns: &columns,
            empty: &empty,
            focused,
        };
        let (rows, left, told) = (&self.rows, &self.left, &self.told);
        table.draw(buf, area, &model.theme, &mut self.needs, |i| {
            let Some(row) = rows.get(i) else {
                return Vec::new();
            };
            match left.as_ref().filter(|left| left.need == row.row.need) {
                Some(left) => left_cells(row, others::left(left, told, model, model.lang), model),
                None => need_cells(row, wide, model),
            }
        });
    }

    fn paint_awaiting(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let lang = model.lang;
        let columns = [
            Column::new(
                text!(zh: "时段", en: "visit").get(lang),
                Width::Fixed(18),
                0,
            ),
            Column::new(
                text!(zh: "居民", en: "resident").get(lang),
                Width::Fill(8),
                1,
            ),
            Column::new(
                text!(zh: "供方", en: "supplier").get(lang),
                Width::Fill(8),
                2,
            ),
            Column::new(
                text!(zh: "服务", en: "service").get(lang),
                Width::Fill(8),
                3,
            ),
        ];
        let key = model.key("awaiting", "awaiting");
        let table = Table {
            columns: &columns,
            empty: &say!(lang, zh: "没有待登记的结果。按 {key} 回到队列。", en: "No outcome is awaited. Press {key} for the queue."),
            focused,
        };
        let awaiting = &self.awaiting;
        table.draw(buf, area, &model.theme, &mut self.visits, |i| {
            let Some(visit) = awaiting.get(i) else {
                return Vec::new();
            };
            let need = model.fetch::<Need>(&visit.need);
            let resident = need
                .as_ref()
                .map(|n| cells::resident_name(&n.resident, model));
            let category = need
                .as_ref()
                .map(|n| model.name(Kind::Category, &n.category).to_owned());
            vec![
                Line::from(words::visit(visit.start, lang)),
                Line::from(resident.unwrap_or_default()),
                Line::from(cells::supplier_name(&visit.supplier, model)),
                Line::from(category.unwrap_or_default()),
            ]
        });
    }
}

/// The places of the list of needs and of the need in hand.
fn split(area: Rect, needs: usize) -> [Rect; 2] {
    let wanted = u16::try_from(needs).unwrap_or(u16::MAX).saturating_add(2);
    if area.width >= TWO_COLUMNS + 100 {
        let left = area.width * 2 / 5;
        let case = Rect {
            x: area.x + left + 1,
            width: area.width.saturating_sub(left + 1),
            ..area
        };
        return [
            Rect {
                width: left,
                ..area
            },
            case,
        ];
    }
    let tall = (area.height * 3 / 10)
        .max(4)
        .min(wanted.max(4))
        .min(area.height);
    let case = Rect {
        y: area.y + tall,
        height: area.height - tall,
        ..area
    };
    [
        Rect {
            height: tall,
            ..area
        },
        case,
    ]
}

fn need_cells(row: &BestRow, wide: bool, model: &Model) -> Vec<Line<'static>> {
    let (lang, theme) = (model.lang, &model.theme);
    let need = &row.row;
    let urgency = match need.urgency {
        Urgency::Urgent => theme.bad,
        Urgency::High => theme.warn,
        _ => theme.dim,
    };
    let first = need
        .visits
        .first()
        .map(|at| words::short(*at))
        .unwrap_or_default();
    let eligible = if row.eligible == 0 {
        theme.bad
    } else {
        theme.base
    };
    vec![
        Line::from(Span::styled(words::urgency(need.urgency, lang), urgency)),
        Line::from(first),
        Line::from(cells::resident_name(&need.resident, model)),
        Line::from(model.name(Kind::Category, &need.category).to_owned()),
        Line::from(format!("{}/{}", need.matched, need.wanted)),
        Line::from(Span::styled(row.eligible.to_string(), eligible)),
        Line::from(Span::styled(
            others::mark(&need.need, wide, model),
            theme.warn,
        )),
    ]
}

/// A need that is in the queue no more: greyed out, with what happened in place of the service.
fn left_cells(row: &BestRow, what: String, model: &Model) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let dim = |text: String| Line::from(Span::styled(text, theme.dim));
    let first = row.row.visits.first();
    vec![
        dim(if theme.ascii { "x" } else { "✗" }.to_owned()),
        dim(first.map(|at| words::short(*at)).unwrap_or_default()),
        dim(cells::resident_name(&row.row.resident, model)),
        dim(what),
    ]
}
