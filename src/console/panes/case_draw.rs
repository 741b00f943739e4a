//! The picture of the need in hand and its candidates.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::lineup::Place;
use super::queue::{Mode, Queue};
use super::{cells, others, reasons, shares, words};
use crate::console::app::model::Model;
use crate::console::theme::Theme;
use crate::console::widgets::bar::bar;
use crate::console::widgets::table::{Column, Table, TableState, Width};
use crate::console::widgets::text::{pad, put, truncate, width, wrap};
use crate::desk::{BestRow, Lost};
use crate::domain::kinds::Word;
use crate::domain::lang::Lang;
use crate::domain::lang::counted;
use crate::domain::mask::mask;
use crate::domain::record::{Need, Resident};
use crate::domain::{Code, Kind};
use crate::matching::Candidate;
use crate::matching::partial::Partial;
use crate::{say, text};

impl Queue {
    /// Draws the need in hand, its candidates, and why the selected one has its score.
    pub(super) fn paint_case(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) {
        let Some(row) = self.row() else {
            return;
        };
        let theme = &model.theme;
        let mut y = rule(buf, area, 0, "", theme);
        let news = self.news_line(model);
        let lines = case_lines(row, news.as_deref(), model, usize::from(area.width));
        // The candidates keep at least their heading and three rows.
        let room = area.height.saturating_sub(y + 5);
        for (line, style) in lines.iter().take(usize::from(room)) {
            put(buf, area, 0, y, line, *style);
            y += 1;
        }
        y = rule(buf, area, y, &self.candidates_title(model), theme);
        let why: Vec<(String, Style)> = self.reason_lines(model, usize::from(area.width));
        let left = area.height.saturating_sub(y);
        let listed = self.lineup().map_or(0, |found| found.state.len());
        let listed = u16::try_from(listed).unwrap_or(u16::MAX).clamp(3, 9);
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
        match self.lineup() {
            _ if self.gone().is_some() => {
                text!(zh: "候选人", en: "candidates").get(lang).to_owned()
            }
            Some(found) => {
                let (n, parts) = (found.eligible, found.partials.count);
                let candidates = counted(n, "candidate", "candidates");
                let version = found.weighed.version;
                if parts == 0 {
                    say!(lang, zh: "候选人 {n} · 权重第 {version} 版", en: "{candidates} · weights {version}")
                } else {
                    say!(lang, zh: "候选人 {n}，另有 {parts} 位能承担大部分时段 · 权重第 {version} 版", en: "{candidates}, {parts} more for most of the visits · weights {version}")
                }
            }
            None => text!(zh: "候选人 …", en: "candidates …")
                .get(lang)
                .to_owned(),
        }
    }

    fn paint_candidates(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let lang = model.lang;
        let cells = bar_cells(area.width);
        let columns = candidate_columns(cells, lang);
        let empty = match (self.gone(), self.lineup()) {
            (Some(left), _) => {
                let what = others::left(left, &self.told, model, model.lang);
                let [next, prev] = ["next-need", "prev-need"].map(|id| model.key("queue", id));
                say!(lang, zh: "这条需求{what}。按 {next} 看下一条，{prev} 看上一条。", en: "This need: {what}. Press {next} for the next, {prev} for the one before.")
            }
            (None, Some(_)) => {
                let key = model.key("queue", "ways");
                say!(lang, zh: "没有人符合所有规则。按 {key} 看其他办法：放宽要求，或谁只差一条规则。", en: "Nobody passes every rule. Press {key} for other ways: asking less, and who fails one rule only.")
            }
            (None, None) => text!(zh: "正在排序…", en: "ranking…").get(lang).to_owned(),
        };
        let table = Table {
            columns: &columns,
            empty: &empty,
            focused,
        };
        let need = self.row().map(|row| row.row.need.clone());
        let told = &self.told;
        let lineup = self
            .lineup
            .as_mut()
            .filter(|found| Some(&found.need) == need.as_ref());
        let Some(lineup) = lineup else {
            table.draw(buf, area, &model.theme, &mut TableState::default(), |_| {
                Vec::new()
            });
            return;
        };
        let (need, places) = (&lineup.need, &lineup.places);
        let parts = &lineup.partials.list;
        table.draw(
            buf,
            area,
            &model.theme,
            &mut lineup.state,
            |i| match places.get(i) {
                Some(Place {
                    candidate,
                    lost: None,
                }) => candidate_row(candidate, cells, model),
                Some(Place {
                    candidate,
                    lost: Some(lost),
                }) => {
                    let what = others::lost(lost, need, told, model, model.lang);
                    lost_row(&candidate.supplier, what, model)
                }
                None => parts
                    .get(i - places.len())
                    .map(|part| part_row(part, model))
                    .unwrap_or_default(),
            },
        );
    }

    /// What others do or did about the need in hand.
    fn news_line(&self, model: &Model) -> Option<String> {
        match self.gone() {
            Some(left) => {
                let what = others::left(left, &self.told, model, model.lang);
                Some(say!(model.lang, zh: "这条需求{what}", en: "This need: {what}"))
            }
            None => others::reviewing_short(&self.row()?.row.need, model),
        }
    }

    /// Why the selected candidate has its score.
    fn reason_lines(&self, model: &Model, room: usize) -> Vec<(String, Style)> {
        if let Some(part) = self.part() {
            return part_lines(part, model, room);
        }
        let (Some(found), Some(place)) = (self.lineup(), self.place()) else {
            return Vec::new();
        };
        let candidate = &place.candidate;
        let name = cells::supplier_name(&candidate.supplier, model);
        let code = &candidate.supplier;
        let (reasons, style) = match &place.lost {
            Some(lost) => (self.said_lost(lost, model), model.theme.warn),
            None => (
                reasons::line(candidate, &found.weighed.weights, model.lang),
                model.theme.base,
            ),
        };
        wrap(&format!("{name} {code}  {reasons}"), room)
            .into_iter()
            .map(|line| (line, style))
            .collect()
    }

    /// The same with a line for each criterion and its points.
    fn reason_rows(&self, model: &Model, room: usize) -> Vec<(String, Style)> {
        let (Some(found), Some(place)) = (self.lineup(), self.place()) else {
            return self.reason_lines(model, room);
        };
        if place.lost.is_some() {
            return self.reason_lines(model, room);
        }
        let candidate = &place.candidate;
        let (lang, theme) = (model.lang, &model.theme);
        let (name, code) = (
            cells::supplier_name(&candidate.supplier, model),
            &candidate.supplier,
        );
        let mut rows = vec![(format!("{name} {code}"), theme.title)];
        for (at, ((_, label), value)) in words::CRITERIA.iter().zip(candidate.criteria).enumerate()
        {
            let (points, most) = reasons::points(at, value, &found.weighed.weights);
            let reason = reasons::criterion(at, value, candidate.distance_km, lang);
            let label = pad(label.get(lang), 12);
            let line = format!("{label}{points:5.1}/{most:<3.0} {reason}");
            rows.push((truncate(&line, room).into_owned(), theme.base));
        }
        rows
    }

    /// Who took a candidate, and what the rules that refuse say.
    fn said_lost(&self, lost: &Lost, model: &Model) -> String {
        let lang = model.lang;
        let mut parts: Vec<String> = Vec::new();
        if let (Some(_), Some(row)) = (&lost.by, self.row()) {
            parts.push(others::lost(
                lost,
                &row.row.need,
                &self.told,
                model,
                model.lang,
            ));
        }
        parts.extend(lost.failed.iter().map(|verdict| {
            let (rule, detail) = (words::rule(verdict.rule, lang), verdict.detail.get(lang));
            say!(lang, zh: "{rule}：{detail}", en: "{rule}: {detail}")
        }));
        parts.join(text!(zh: "；", en: "; ").get(lang))
    }
}

/// The columns of candidates, with bars of so many cells.
pub(super) fn candidate_columns(cells: u16, lang: Lang) -> Vec<Column<'static>> {
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
    columns
}

/// A candidate in them.
pub(super) fn candidate_row(
    candidate: &Candidate,
    cells: u16,
    model: &Model,
) -> Vec<Line<'static>> {
    let km = candidate
        .distance_km
        .map_or_else(|| "–".to_owned(), |km| format!("{km:.1}"));
    let score = Span::styled(format!("{:.1}", candidate.score), model.theme.accent);
    let mut row = vec![
        Line::from(candidate.rank.to_string()),
        Line::from(cells::supplier_name(&candidate.supplier, model)),
        Line::from(score),
        Line::from(km),
    ];
    let bars = candidate.criteria.iter();
    row.extend(bars.map(|value| bar(*value, cells, &model.theme)));
    row
}

/// Somebody who can take most of the visits, with which.
fn part_row(part: &Partial, model: &Model) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let (candidate, sign) = (&part.candidate, if theme.ascii { "~" } else { "◐" });
    let km = candidate.distance_km;
    vec![
        Line::from(Span::styled(sign, theme.warn)),
        Line::from(cells::supplier_name(&candidate.supplier, model)),
        Line::from(Span::styled(
            format!("{:.1}", candidate.score),
            theme.accent,
        )),
        Line::from(km.map_or_else(|| "–".to_owned(), |km| format!("{km:.1}"))),
        Line::from(Span::styled(shares::part(part, model.lang), theme.warn)),
    ]
}

/// Why somebody can't take all of the visits.
fn part_lines(part: &Partial, model: &Model, room: usize) -> Vec<(String, Style)> {
    let name = cells::supplier_name(&part.candidate.supplier, model);
    let code = &part.candidate.supplier;
    let said = shares::part_and_why(part, model.lang);
    wrap(&format!("{name} {code}  {said}"), room)
        .into_iter()
        .map(|line| (line, model.theme.base))
        .collect()
}

/// A candidate who is none any more: greyed out, with what happened in place of the score.
fn lost_row(supplier: &Code, what: String, model: &Model) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let sign = if theme.ascii { "x" } else { "✗" };
    let dim = |text: String| Line::from(Span::styled(text, theme.dim));
    vec![
        dim(sign.to_owned()),
        dim(cells::supplier_name(supplier, model)),
        dim(what),
    ]
}

/// How wide the bar of a criterion is.
pub(super) fn bar_cells(room: u16) -> u16 {
    match room {
        0..70 => 4,
        70..100 => 5,
        100..130 => 7,
        _ => 11,
    }
}

/// A line across with a title in it.
pub(super) fn rule(buf: &mut Buffer, area: Rect, y: u16, title: &str, theme: &Theme) -> u16 {
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

/// The need in hand in words: who, what, when, what is asked for, what would be booked, who stood for it and can't.
fn case_lines(
    row: &BestRow,
    news: Option<&str>,
    model: &Model,
    room: usize,
) -> Vec<(String, Style)> {
    let (lang, theme) = (model.lang, &model.theme);
    let mut lines = Vec::new();
    let mut add = |text: &str, style: Style| {
        lines.extend(wrap(text, room).into_iter().map(|line| (line, style)));
    };
    let need = model.fetch::<Need>(&row.row.need);
    let category = model.name(Kind::Category, &row.row.category);
    let (code, urgency) = (&row.row.need, row.row.urgency.say(lang));
    add(&format!("{category} · {urgency} · {code}"), theme.title);
    if let Some(line) = news {
        add(line, theme.warn);
    }
    add(&who(&row.row.resident, model), theme.base);
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

/// A resident in one line.
pub(super) fn who(resident: &Code, model: &Model) -> String {
    let lang = model.lang;
    let Some(resident) = model.fetch::<Resident>(resident) else {
        return resident.to_string();
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
pub(super) fn requirements(need: &Need, model: &Model) -> String {
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
