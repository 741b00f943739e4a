//! The picture of the walk through a plan.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::case_draw::{bar_cells, candidate_columns, candidate_row, requirements, rule, who};
use super::plan::PlanWalk;
use super::walk::{Entry, Tally, Walk, Was, What};
use super::{cells, others, words};
use crate::console::app::model::Model;
use crate::console::widgets::clear::clear;
use crate::console::widgets::table::{Column, Table, Width};
use crate::console::widgets::text::{grouped, put, wrap};
use crate::domain::kinds::Word;
use crate::domain::record::Need;
use crate::domain::{Code, Kind, Urgency};
use crate::matching::plan::{Proposal, Reason, Unfilled};
use crate::{say, text};
use ratatui::widgets::Widget;

/// From this width on, the rows have room for the reason.
const REASONS: u16 = 100;

impl PlanWalk {
    /// Draws over the panes.
    pub(super) fn paint(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        clear(buf, area, model.theme.base);
        let tally = self.walk.tally();
        let block = model
            .theme
            .block(&title(&self.walk, &tally, model), focused);
        let inner = block.inner(area);
        block.render(area, buf);
        if !self.loaded || self.walk.entries.is_empty() {
            self.paint_nothing(buf, inner, model);
            return;
        }
        let rows = u16::try_from(self.walk.entries.len()).unwrap_or(u16::MAX);
        let most = if self.lineup.is_some() { 3 } else { 5 };
        let tall = (inner.height * most / 10)
            .min(rows.saturating_add(1))
            .max(3);
        let list = Rect {
            height: tall.min(inner.height),
            ..inner
        };
        let below = Rect {
            y: inner.y + list.height,
            height: inner.height - list.height,
            ..inner
        };
        self.paint_rows(buf, list, model, focused && self.lineup.is_none());
        if self.lineup.is_some() {
            self.paint_candidates(buf, below, model, focused);
        } else {
            let lines = self.lines(&tally, model, usize::from(below.width));
            let y = rule(buf, below, 0, "", &model.theme);
            for (at, (line, style)) in (y..below.height).zip(&lines) {
                put(buf, below, 0, at, line, *style);
            }
        }
    }

    fn paint_nothing(&self, buf: &mut Buffer, area: Rect, model: &Model) {
        let lang = model.lang;
        let said = match (&self.failed, self.loaded, model.progress) {
            (Some(error), ..) => error.said().get(lang).to_owned(),
            (None, true, _) => {
                let key = model.key("plan", "back");
                say!(lang, zh: "没有待匹配的需求。按 {key} 返回。", en: "No need waits for a supplier. {key} leads back.")
            }
            (None, false, Some((done, total))) => {
                let grouped = |n| grouped(usize::try_from(n).unwrap_or(usize::MAX));
                let (done, total) = (grouped(done), grouped(total));
                say!(lang, zh: "正在排序 {done} / {total} 条需求…", en: "ranking {done} of {total} needs…")
            }
            (None, false, None) => text!(zh: "正在计算方案…", en: "working the plan out…")
                .get(lang)
                .to_owned(),
        };
        for (at, line) in (0..area.height).zip(wrap(&said, usize::from(area.width))) {
            put(buf, area, 0, at, &line, model.theme.dim);
        }
    }

    fn paint_rows(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let lang = model.lang;
        let wide = area.width >= REASONS;
        let mut columns = vec![Column::new("", Width::Fixed(1), 0)];
        columns.extend(cells::need_columns(lang, [3, 4, 0, 2]));
        columns.extend([
            Column::new(
                text!(zh: "供方", en: "supplier").get(lang),
                Width::Fill(8),
                0,
            ),
            Column::new(text!(zh: "得分", en: "score").get(lang), Width::Fixed(5), 1).right(),
            Column::new(text!(zh: "名次", en: "rank").get(lang), Width::Fixed(4), 1).right(),
        ]);
        if wide {
            let title = text!(zh: "理由", en: "why").get(lang);
            columns.push(Column::new(title, Width::Fill(24), 5));
        }
        let table = Table {
            columns: &columns,
            empty: "",
            focused,
        };
        let (entries, told) = (&self.walk.entries, &self.told);
        table.draw(buf, area, &model.theme, &mut self.walk.state, |i| {
            let Some(entry) = entries.get(i) else {
                return Vec::new();
            };
            let mut cells = entry_cells(entry, wide, model);
            if let What::Left(left) = &entry.what {
                let what = others::left(left, told, model, model.lang);
                cells.push(Line::from(Span::styled(what, model.theme.dim)));
            }
            cells
        });
    }

    /// The candidates of the need in hand, each with who gets it in the plan.
    fn paint_candidates(&mut self, buf: &mut Buffer, area: Rect, model: &Model, focused: bool) {
        let lang = model.lang;
        let need = self.walk.entry().map(|entry| entry.need.clone());
        let Some(lineup) = &mut self.lineup else {
            return;
        };
        let n = lineup.eligible;
        let code = need.as_ref().map(ToString::to_string).unwrap_or_default();
        let title = say!(lang, zh: "为 {code} 另选 · 候选人 {n}", en: "another one for {code} · {n} candidates");
        let y = rule(buf, area, 0, &title, &model.theme);
        let list = Rect {
            y: area.y + y,
            height: area.height.saturating_sub(y),
            ..area
        };
        let bars = bar_cells(area.width);
        let mut columns = candidate_columns(bars, lang);
        let title = text!(zh: "方案中", en: "in the plan").get(lang);
        columns.insert(4, Column::new(title, Width::Fixed(12), 1));
        let table = Table {
            columns: &columns,
            empty: "",
            focused,
        };
        let (walk, places) = (&self.walk, &lineup.places);
        table.draw(buf, list, &model.theme, &mut lineup.state, |i| {
            let Some(place) = places.get(i) else {
                return Vec::new();
            };
            let mut row = candidate_row(&place.candidate, bars, model);
            let taken = match walk.who_gets(&place.candidate.supplier) {
                Some(own) if Some(own) == need.as_ref() => {
                    text!(zh: "这里", en: "here").get(lang).to_owned()
                }
                Some(other) if model.sees(Kind::Need, other) => format!("→ {other}"),
                _ => String::new(),
            };
            row.insert(4, Line::from(Span::styled(taken, model.theme.warn)));
            row
        });
    }

    /// The row in hand in words; the sum of all when everything is settled.
    fn lines(&self, tally: &Tally, model: &Model, room: usize) -> Vec<(String, Style)> {
        let (lang, theme) = (model.lang, &model.theme);
        let mut lines = Vec::new();
        let mut add = |text: &str, style: Style| {
            lines.extend(wrap(text, room).into_iter().map(|line| (line, style)));
        };
        if tally.open == 0 {
            for line in summary(tally, model) {
                add(&line, theme.good);
            }
            add("", theme.base);
        }
        let Some(entry) = self.walk.entry() else {
            return lines;
        };
        let Some(need) = model.fetch::<Need>(&entry.need) else {
            return lines;
        };
        let category = model.name(Kind::Category, &need.category);
        let (code, urgency) = (&need.code, need.urgency.say(lang));
        add(&format!("{category} · {urgency} · {code}"), theme.title);
        if let Some(line) = others::reviewing_short(code, model) {
            add(&line, theme.warn);
        }
        add(&who(&need.resident, model), theme.base);
        add(&words::when(&need, lang), theme.accent);
        let asked = requirements(&need, model);
        if !asked.is_empty() {
            add(&asked, theme.accent);
        }
        if !need.note.is_empty() {
            add(&need.note, theme.dim);
        }
        for (line, style) in self.verdict(entry, model) {
            add(&line, style);
        }
        lines
    }

    /// What is proposed for a need, and why; or what has become of it.
    fn verdict(&self, entry: &Entry, model: &Model) -> Vec<(String, Style)> {
        let (lang, theme) = (model.lang, &model.theme);
        let state = |said: crate::domain::lang::Text| said.get(lang).to_owned();
        match &entry.what {
            What::Proposed(proposal, was) => {
                let mut lines = proposed(proposal, model);
                lines.extend(
                    was.iter()
                        .map(|was| (self.before(entry, was, model), theme.warn)),
                );
                lines
            }
            What::Unfilled(unfilled) => vec![(short(unfilled, model), theme.bad)],
            What::Skipped(_) => vec![(
                {
                    let key = model.key("plan", "skip");
                    say!(lang, zh: "已跳过，留在队列里；按 {key} 重新纳入方案", en: "skipped: it stays in the queue; {key} takes it into the plan again")
                },
                theme.warn,
            )],
            What::Sent(_) => vec![(
                state(text!(zh: "正在确认…", en: "being confirmed…")),
                theme.dim,
            )],
            What::Confirmed(proposal) => {
                let name = cells::supplier_name(&proposal.supplier, model);
                let visits = words::visits(&proposal.visits, 4, lang);
                vec![(
                    say!(lang, zh: "已确认 {name}，预约了：{visits}", en: "confirmed: {name}, {visits}"),
                    theme.good,
                )]
            }
            What::Left(left) => {
                let what = others::left(left, &self.told, model, model.lang);
                vec![(
                    say!(lang, zh: "这条需求{what}", en: "This need: {what}"),
                    theme.warn,
                )]
            }
        }
    }

    /// Who was proposed before the plan was worked out again, and what became of that.
    fn before(&self, entry: &Entry, was: &Was, model: &Model) -> String {
        let name = cells::supplier_name(&was.supplier, model);
        match &was.lost {
            Some(lost) => {
                let what = others::lost(lost, &entry.need, &self.told, model, model.lang);
                say!(model.lang, zh: "原来提议的 {name} {what}", en: "{name}, who was proposed before: {what}")
            }
            None => {
                say!(model.lang, zh: "方案重新计算过，原来提议的是 {name}", en: "the plan was worked out again; {name} was proposed before")
            }
        }
    }
}

fn title(walk: &Walk, tally: &Tally, model: &Model) -> String {
    let lang = model.lang;
    let mut parts = vec![
        text!(zh: "整个队列的方案", en: "Plan for the queue")
            .get(lang)
            .to_owned(),
    ];
    if !walk.entries.is_empty() {
        let (open, confirmed, skipped) = (tally.open, tally.confirmed, tally.skipped);
        parts.push(walk.state.position());
        parts.push(say!(lang, zh: "待决定 {open}", en: "{open} to decide"));
        if confirmed > 0 {
            parts.push(say!(lang, zh: "已确认 {confirmed}", en: "{confirmed} confirmed"));
        }
        if skipped > 0 {
            parts.push(say!(lang, zh: "已跳过 {skipped}", en: "{skipped} skipped"));
        }
    }
    parts.join(" · ")
}

/// What came of the walk, when everything is settled.
fn summary(tally: &Tally, model: &Model) -> Vec<String> {
    let lang = model.lang;
    let (confirmed, score) = (tally.confirmed, tally.score);
    let (skipped, unfilled, left) = (tally.skipped, tally.unfilled, tally.left);
    let mut parts = vec![match confirmed {
        0 => text!(zh: "没有确认任何一项", en: "nothing confirmed")
            .get(lang)
            .to_owned(),
        _ => {
            say!(lang, zh: "确认了 {confirmed} 项，共 {score:.1} 分", en: "{confirmed} confirmed, {score:.1} points in all")
        }
    }];
    if skipped > 0 {
        parts.push(say!(lang, zh: "跳过 {skipped} 项", en: "{skipped} skipped"));
    }
    if unfilled > 0 {
        let s = if unfilled == 1 { "" } else { "s" };
        parts.push(
            say!(lang, zh: "还有 {unfilled} 个名额没有人", en: "{unfilled} place{s} without anybody"),
        );
    }
    if left > 0 {
        parts.push(say!(lang, zh: "{left} 项由他人处理", en: "{left} settled by others"));
    }
    let list = parts.join(text!(zh: "，", en: ", ").get(lang));
    let back = model.key("plan", "back");
    vec![
        say!(lang, zh: "方案走完了：{list}。", en: "The plan is done: {list}."),
        say!(lang, zh: "按 {back} 回到队列。", en: "{back} leads back to the queue."),
    ]
}

/// What is proposed, what it books, and why.
fn proposed(proposal: &Proposal, model: &Model) -> Vec<(String, Style)> {
    let (lang, theme) = (model.lang, &model.theme);
    let (code, rank, score) = (&proposal.supplier, proposal.rank, proposal.score);
    let name = cells::supplier_name(code, model);
    let visits = words::visits(&proposal.visits, 4, lang);
    let reason = reason(&proposal.reason, model);
    vec![
        (
            say!(lang, zh: "提议：{name}（{code}），{score:.1} 分，第 {rank} 名", en: "proposed: {name} ({code}), {score:.1} points, rank {rank}"),
            theme.accent,
        ),
        (
            say!(lang, zh: "理由：{reason}", en: "why: {reason}"),
            theme.base,
        ),
        (
            say!(lang, zh: "将预约：{visits}", en: "books {visits}"),
            theme.base,
        ),
    ]
}

fn reason(reason: &Reason, model: &Model) -> String {
    reason
        .said(&|kind, code| named(kind, code, model))
        .get(model.lang)
        .to_owned()
}

/// How reasons name a record: suppliers by name, needs by code and resident.
fn named(kind: Kind, code: &Code, model: &Model) -> String {
    if kind == Kind::Supplier {
        return cells::supplier_name(code, model);
    }
    let Some(need) = model.fetch::<Need>(code) else {
        return code.to_string();
    };
    let resident = cells::resident_name(&need.resident, model);
    say!(model.lang, zh: "{code}（{resident}）", en: "{code} ({resident})")
}

/// Why a place stays empty.
fn short(unfilled: &Unfilled, model: &Model) -> String {
    let missing = unfilled.missing;
    let said = unfilled.reason.said(&|kind, code| named(kind, code, model));
    let why = said.get(model.lang);
    say!(model.lang, zh: "还缺 {missing} 人：{why}", en: "{missing} wanted still: {why}")
}

fn entry_cells(entry: &Entry, wide: bool, model: &Model) -> Vec<Line<'static>> {
    let (lang, theme) = (model.lang, &model.theme);
    let need = model.fetch::<Need>(&entry.need).unwrap_or_default();
    let (sign, style) = sign(entry, model);
    let first = match entry.proposal().and_then(|p| p.visits.first()) {
        Some(first) => *first,
        None => need.start,
    };
    let urgency = match need.urgency {
        _ if is_over(entry) => theme.dim,
        Urgency::Urgent => theme.bad,
        Urgency::High => theme.warn,
        _ => theme.dim,
    };
    let cell = |text: String| Line::from(Span::styled(text, style));
    let mut row = vec![
        cell(sign.to_owned()),
        Line::from(Span::styled(words::urgency(need.urgency, lang), urgency)),
        cell(words::short(first)),
        cell(cells::resident_name(&need.resident, model)),
        cell(model.name(Kind::Category, &need.category).to_owned()),
    ];
    match (&entry.what, entry.proposal()) {
        (What::Unfilled(unfilled), _) => row.push(cell(short(unfilled, model))),
        (_, Some(proposal)) => {
            row.push(cell(cells::supplier_name(&proposal.supplier, model)));
            row.push(cell(format!("{:.1}", proposal.score)));
            row.push(cell(proposal.rank.to_string()));
            if wide {
                row.push(cell(note(entry, proposal, model)));
            }
        }
        (_, None) => {}
    }
    row
}

/// Whether nothing is to be decided about a row any more.
fn is_over(entry: &Entry) -> bool {
    !matches!(entry.what, What::Proposed(..) | What::Unfilled(_))
}

/// The sign in front of a row, and how the row is drawn.
fn sign(entry: &Entry, model: &Model) -> (&'static str, Style) {
    let theme = &model.theme;
    match (&entry.what, theme.ascii) {
        (What::Proposed(_, None), _) => ("", theme.base),
        (What::Proposed(_, Some(_)), _) => ("!", theme.base),
        (What::Unfilled(_), _) => ("–", theme.bad),
        (What::Skipped(_), false) => ("›", theme.dim),
        (What::Skipped(_), true) => (">", theme.dim),
        (What::Sent(_), false) => ("…", theme.dim),
        (What::Sent(_), true) => (".", theme.dim),
        (What::Confirmed(_), false) => ("✓", theme.good),
        (What::Confirmed(_), true) => ("+", theme.good),
        (What::Left(_), false) => ("✗", theme.dim),
        (What::Left(_), true) => ("x", theme.dim),
    }
}

fn note(entry: &Entry, proposal: &Proposal, model: &Model) -> String {
    let said = match &entry.what {
        What::Confirmed(_) => text!(zh: "已确认", en: "confirmed"),
        What::Sent(_) => text!(zh: "正在确认…", en: "being confirmed…"),
        What::Skipped(_) => text!(zh: "已跳过", en: "skipped"),
        _ => return reason(&proposal.reason, model),
    };
    said.get(model.lang).to_owned()
}
