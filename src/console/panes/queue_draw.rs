//! The picture of the queue.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::queue::{Mode, Queue};
use super::{cells, reasons, words};
use crate::console::app::model::Model;
use crate::console::theme::Theme;
use crate::console::widgets::bar::bar;
use crate::console::widgets::table::{Column, Table, Width};
use crate::console::widgets::text::{pad, put, truncate, width, wrap};
use crate::desk::BestRow;
use crate::domain::kinds::Word;
use crate::domain::lang::Lang;
use crate::domain::mask::mask;
use crate::domain::record::{Need, Resident};
use crate::domain::{Kind, Urgency};
use crate::{say, text};

/// From this inner width on, needs and candidates stand side by side.
const TWO_COLUMNS: u16 = 96;

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
        let columns = [
            Column::new(text!(zh: "急", en: "!").get(lang), Width::Fixed(2), 1),
            Column::new(
                text!(zh: "首次", en: "first").get(lang),
                Width::Fixed(11),
                2,
            ),
            Column::new(
                text!(zh: "居民", en: "resident").get(lang),
                Width::Fill(8),
                0,
            ),
            Column::new(
                text!(zh: "服务", en: "service").get(lang),
                Width::Fill(8),
                1,
            ),
            Column::new(
                text!(zh: "已配", en: "filled").get(lang),
                Width::Fixed(6),
                4,
            )
            .right(),
            Column::new(text!(zh: "候选", en: "fit").get(lang), Width::Fixed(4), 3).right(),
        ];
        let empty = match (model.ready, self.loaded) {
            (false, _) | (_, false) => text!(zh: "正在载入…", en: "loading…"),
            _ => {
                text!(zh: "队列空了：每条需求都有人了。按 n 登记新的需求，按 o 登记服务结果。", en: "No needs in the queue: all are matched. Press n to enter one, o to record outcomes.")
            }
        };
        let table = Table {
            columns: &columns,
            empty: empty.get(lang),
            focused,
        };
        let rows = &self.rows;
        table.draw(buf, area, &model.theme, &mut self.needs, |i| {
            rows.get(i)
                .map(|row| need_cells(row, model))
                .unwrap_or_default()
        });
    }

    fn paint_case(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let Some(row) = self.row() else {
            return;
        };
        let theme = &model.theme;
        let mut y = rule(buf, area, 0, "", theme);
        let lines = case_lines(row, model, usize::from(area.width));
        // The candidates keep at least their heading and three rows.
        let room = area.height.saturating_sub(y + 5);
        for (line, style) in lines.iter().take(usize::from(room)) {
            put(buf, area, 0, y, line, *style);
            y += 1;
        }
        y = rule(buf, area, y, &self.candidates_title(model), theme);
        let why: Vec<(String, Style)> = self.reason_lines(model, usize::from(area.width));
        let left = area.height.saturating_sub(y);
        let listed = u16::try_from(self.candidates.len())
            .unwrap_or(u16::MAX)
            .clamp(3, 9);
        let full = self.reason_rows(model, usize::from(area.width));
        let fits = usize::from(left) >= usize::from(listed) + 2 + full.len();
        let why = if fits { full } else { why };
        let below = u16::try_from(why.len())
            .unwrap_or(0)
            .min(left.saturating_sub(4));
        let list = Rect {
            y: area.y + y,
            height: left.saturating_sub(below),
            ..area
        };
        self.paint_candidates(buf, list, model, focused && self.mode == Mode::Candidates);
        for (at, (line, style)) in (area.height.saturating_sub(below)..area.height).zip(&why) {
            put(buf, area, 0, at, line, *style);
        }
    }

    fn candidates_title(&self, model: &Model) -> String {
        let lang = model.lang;
        match self.ranked() {
            Some(found) => {
                let n = found.eligible;
                say!(lang, zh: "候选人 {n}", en: "{n} candidates")
            }
            None => text!(zh: "候选人 …", en: "candidates …")
                .get(lang)
                .to_owned(),
        }
    }

    fn paint_candidates(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let lang = model.lang;
        let cells = bar_cells(area.width);
        let mut columns = vec![
            Column::new("#", Width::Fixed(3), 2).right(),
            Column::new(
                text!(zh: "供方", en: "supplier").get(lang),
                Width::Fill(8),
                0,
            ),
            Column::new(text!(zh: "得分", en: "score").get(lang), Width::Fixed(5), 0).right(),
            Column::new(text!(zh: "公里", en: "km").get(lang), Width::Fixed(5), 1).right(),
        ];
        for (short, long) in &words::CRITERIA {
            let label = if usize::from(cells) >= width(long.get(lang)) {
                long
            } else {
                short
            };
            columns.push(Column::new(label.get(lang), Width::Fixed(cells), 3));
        }
        let empty = match self.ranked() {
            Some(_) => {
                text!(zh: "没有人符合所有规则。按 w 查某个供方差在哪里，或按 e 放宽要求。", en: "Nobody passes every rule. Press w to see what somebody lacks, or e to relax the need.")
            }
            None => text!(zh: "正在排序…", en: "ranking…"),
        };
        let table = Table {
            columns: &columns,
            empty: empty.get(lang),
            focused,
        };
        let need = self.row().map(|row| row.row.need.clone());
        let ranking = self
            .ranking
            .as_ref()
            .filter(|r| Some(&r.need) == need.as_ref());
        let mut none = crate::console::widgets::table::TableState::default();
        let state = if ranking.is_some() {
            &mut self.candidates
        } else {
            &mut none
        };
        table.draw(buf, area, &model.theme, state, |i| {
            let Some(candidate) = ranking.and_then(|r| r.candidates.get(i)) else {
                return Vec::new();
            };
            let km = candidate
                .distance_km
                .map_or_else(|| "–".to_owned(), |km| format!("{km:.1}"));
            let mut row = vec![
                Line::from(candidate.rank.to_string()),
                Line::from(cells::supplier_name(&candidate.supplier, model)),
                Line::from(Span::styled(
                    format!("{:.1}", candidate.score),
                    model.theme.accent,
                )),
                Line::from(km),
            ];
            row.extend(
                candidate
                    .criteria
                    .iter()
                    .map(|value| bar(*value, cells, &model.theme)),
            );
            row
        });
    }

    /// Why the selected candidate has its score.
    fn reason_lines(&self, model: &Model, room: usize) -> Vec<(String, Style)> {
        let (Some(found), Some(candidate)) = (self.ranked(), self.candidate()) else {
            return Vec::new();
        };
        let name = cells::supplier_name(&candidate.supplier, model);
        let reasons = reasons::line(candidate, &found.weights, model.lang);
        let code = &candidate.supplier;
        wrap(&format!("{name} {code}  {reasons}"), room)
            .into_iter()
            .map(|line| (line, model.theme.base))
            .collect()
    }

    /// The same with a line for each criterion and its points.
    fn reason_rows(&self, model: &Model, room: usize) -> Vec<(String, Style)> {
        let (Some(found), Some(candidate)) = (self.ranked(), self.candidate()) else {
            return Vec::new();
        };
        let (lang, theme) = (model.lang, &model.theme);
        let (name, code) = (
            cells::supplier_name(&candidate.supplier, model),
            &candidate.supplier,
        );
        let mut rows = vec![(format!("{name} {code}"), theme.title)];
        for (at, ((_, label), value)) in words::CRITERIA.iter().zip(candidate.criteria).enumerate()
        {
            let (points, most) = reasons::points(at, value, &found.weights);
            let reason = reasons::criterion(at, value, candidate.distance_km, lang);
            let label = pad(label.get(lang), 12);
            let line = format!("{label}{points:5.1}/{most:<3.0} {reason}");
            rows.push((truncate(&line, room).into_owned(), theme.base));
        }
        rows
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
        let table = Table {
            columns: &columns,
            empty: text!(zh: "没有待登记的结果。按 o 回到队列。", en: "No outcome is awaited. Press o for the queue.").get(lang),
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

/// How wide the bar of a criterion is.
fn bar_cells(room: u16) -> u16 {
    match room {
        0..70 => 4,
        70..100 => 5,
        100..130 => 7,
        _ => 11,
    }
}

/// A line across with a title in it.
fn rule(buf: &mut Buffer, area: Rect, y: u16, title: &str, theme: &Theme) -> u16 {
    let line = if theme.ascii { "-" } else { "─" };
    put(
        buf,
        area,
        0,
        y,
        &line.repeat(usize::from(area.width)),
        theme.border,
    );
    if !title.is_empty() {
        put(buf, area, 2, y, &format!(" {title} "), theme.title);
    }
    y + 1
}

fn need_cells(row: &BestRow, model: &Model) -> Vec<Line<'static>> {
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
    ]
}

/// The need in hand in words: who, what, when, what is asked for, what would be booked, who stood for it and can't.
fn case_lines(row: &BestRow, model: &Model, room: usize) -> Vec<(String, Style)> {
    let (lang, theme) = (model.lang, &model.theme);
    let mut lines = Vec::new();
    let mut add = |text: &str, style: Style| {
        lines.extend(wrap(text, room).into_iter().map(|line| (line, style)));
    };
    let need = model.fetch::<Need>(&row.row.need);
    let category = model.name(Kind::Category, &row.row.category);
    let (code, urgency) = (&row.row.need, row.row.urgency.say(lang));
    add(&format!("{category} · {urgency} · {code}"), theme.title);
    add(&who(row, model), theme.base);
    if let Some(need) = &need {
        add(&words::when(need, lang), theme.accent);
        let asked = requirements(need, model);
        if !asked.is_empty() {
            add(&asked, theme.accent);
        }
        if !need.note.is_empty() {
            add(&need.note, theme.dim);
        }
    }
    let visits = words::visits(&row.row.visits, 4, lang);
    add(
        &say!(lang, zh: "将预约：{visits}", en: "books {visits}"),
        theme.base,
    );
    for unfit in &row.row.unfit {
        let name = cells::supplier_name(&unfit.supplier, model);
        let failed = words::rules(&unfit.failed, lang);
        add(
            &say!(lang, zh: "原来的 {name} 这次不行：{failed}", en: "{name}, who stands for it, can't: {failed}"),
            theme.warn,
        );
    }
    lines
}

fn who(row: &BestRow, model: &Model) -> String {
    let lang = model.lang;
    let Some(resident) = model.fetch::<Resident>(&row.row.resident) else {
        return row.row.resident.to_string();
    };
    let mut parts = vec![cells::resident_name(&resident.code, model)];
    parts.push(words::sex(resident.sex, lang).to_owned());
    if let Some(born) = resident.birth_date {
        let age = born.years_until(model.now().day());
        parts.push(say!(lang, zh: "{age}岁", en: "{age}"));
    }
    parts.push(cells::place(
        model,
        resident.community.as_ref(),
        resident.street.as_ref(),
    ));
    parts.push(if model.reveals(Kind::Resident, &resident.code) {
        resident.phone.clone()
    } else {
        mask(&resident.phone)
    });
    parts.retain(|part| !part.is_empty());
    parts.join(match lang {
        Lang::Zh => " ",
        Lang::En => ", ",
    })
}

/// What the need asks of a supplier.
fn requirements(need: &Need, model: &Model) -> String {
    let lang = model.lang;
    let mut parts = Vec::new();
    if let Some(sex) = need.sex {
        let sex = sex.say(lang);
        parts.push(say!(lang, zh: "性别：{sex}", en: "{sex}"));
    }
    for code in &need.capabilities {
        parts.push(model.name(Kind::Capability, code).to_owned());
    }
    if need.people() > 1 {
        let n = need.people();
        parts.push(say!(lang, zh: "{n} 人同时", en: "{n} people at once"));
    }
    let list = parts.join(match lang {
        Lang::Zh => "，",
        Lang::En => ", ",
    });
    if list.is_empty() {
        list
    } else {
        say!(lang, zh: "要求：{list}", en: "asks for: {list}")
    }
}
