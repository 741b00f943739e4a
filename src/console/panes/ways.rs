//! What could be done for a need that finds nobody, or too few: a part of the series, asking less, and who fails one rule
//! only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::ask::Ask;
use super::page::Page;
use super::registry::moved;
use super::{cells, refusals, relaxing, shares, words};
use crate::console::actions::{ActionId, ScopeId};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::widgets::popup::frame;
use crate::console::widgets::status::Kind as Tone;
use crate::console::widgets::table::{Column, Table, TableState, Width};
use crate::desk::{DeskError, News, Offers};
use crate::domain::{Code, Kind, Said};
use crate::matching::Candidate;
use crate::matching::near::Group;
use crate::matching::partial::Partials;
use crate::matching::relax::Change;
use crate::{say, text};

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Head(Section),
    /// Still being worked out.
    Waits,
    /// There is nothing of the sort.
    Nothing,
    Partial(usize),
    Offer(usize),
    /// A rule's group.
    Rule(usize),
    Miss(usize, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Partials,
    Offers,
    Near,
}

/// What a row leads to.
#[derive(PartialEq)]
enum What {
    Partial(Code),
    Offer(Vec<Change>),
    Miss(&'static str, Code),
}

/// The list above the panes.
pub struct Ways {
    need: Code,
    partials: Option<Partials>,
    offers: Option<Offers>,
    near: Option<Vec<Group>>,
    rows: Vec<Row>,
    state: TableState,
    /// Whether the user has chosen a row.
    moved: bool,
    /// Ends what is still worked out once the list is gone.
    unwanted: Arc<AtomicBool>,
    /// A confirmation that was sent: its token and whom it is about.
    sent: Option<(u64, Code)>,
}

impl Drop for Ways {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }
}

/// Opens the list of a need.
pub fn open(need: &Code, ctx: &mut Ctx<'_>) {
    let mut ways = Ways {
        need: need.clone(),
        partials: None,
        offers: None,
        near: None,
        rows: Vec::new(),
        state: TableState::default(),
        moved: false,
        unwanted: Arc::default(),
        sent: None,
    };
    ways.ask(ctx);
    ways.list();
    ctx.push(ways);
}

impl Ways {
    fn ask(&self, ctx: &mut Ctx<'_>) {
        let need = || self.need.clone();
        ctx.ask(Request::Partials(need()));
        ctx.ask(Request::Near(need()));
        ctx.ask(Request::Offers(need(), Arc::clone(&self.unwanted)));
    }

    /// Makes the rows of what is known. The selection stays on what it is on, however much comes before it; at first it is
    /// on the first row that leads somewhere.
    fn list(&mut self) {
        let kept = self
            .row()
            .filter(|_| self.moved)
            .and_then(|row| self.what(row));
        let section = |section, known: Option<Vec<Row>>| {
            let rows = match known {
                None => vec![Row::Waits],
                Some(rows) if rows.is_empty() => vec![Row::Nothing],
                Some(rows) => rows,
            };
            std::iter::once(Row::Head(section)).chain(rows)
        };
        let partials = self
            .partials
            .as_ref()
            .map(|found| (0..found.list.len()).map(Row::Partial).collect());
        let offers = self
            .offers
            .as_ref()
            .map(|found| (0..found.list.len()).map(Row::Offer).collect());
        let near = self.near.as_ref().map(|groups| {
            let of = |(g, group): (usize, &Group)| {
                let misses = (0..group.misses.len()).map(move |m| Row::Miss(g, m));
                std::iter::once(Row::Rule(g)).chain(misses)
            };
            groups.iter().enumerate().flat_map(of).collect()
        });
        // Few needs are a series of which somebody can take a part.
        let parts = self.partials.as_ref().is_some_and(|found| found.count > 0);
        self.rows = section(Section::Partials, partials)
            .filter(|_| parts)
            .chain(section(Section::Offers, offers))
            .chain(section(Section::Near, near))
            .collect();
        self.state.set_len(self.rows.len());
        let at = kept.and_then(|kept| {
            let mut rows = self.rows.iter();
            rows.position(|row| self.what(*row).as_ref() == Some(&kept))
        });
        match at {
            Some(at) => self.state.select(at),
            None if !self.moved => self.state.top(),
            None => {}
        }
        self.skip(true);
    }

    /// What a row leads to, by which it is known again.
    fn what(&self, row: Row) -> Option<What> {
        match row {
            Row::Partial(at) => {
                let found = self.partials.as_ref()?.list.get(at)?;
                Some(What::Partial(found.candidate.supplier.clone()))
            }
            Row::Offer(at) => {
                let (relaxation, _) = self.offers.as_ref()?.list.get(at)?;
                Some(What::Offer(relaxation.changes.clone()))
            }
            Row::Miss(group, at) => {
                let group = self.near.as_ref()?.get(group)?;
                let supplier = group.misses.get(at)?.candidate.supplier.clone();
                Some(What::Miss(group.rule, supplier))
            }
            _ => None,
        }
    }

    fn row(&self) -> Option<Row> {
        self.rows.get(self.state.selected()?).copied()
    }

    /// Moves on from a heading, the other way where there is nothing more.
    fn skip(&mut self, forward: bool) {
        let leads = |row: &Row| matches!(row, Row::Partial(_) | Row::Offer(_) | Row::Miss(..));
        let at = self.state.selected().unwrap_or_default();
        let after = self.rows.iter().skip(at).position(leads).map(|n| at + n);
        let before = self.rows.iter().take(at + 1).rposition(leads);
        let to = if forward {
            after.or(before)
        } else {
            before.or(after)
        };
        if let Some(to) = to {
            self.state.select(to);
        }
    }

    /// The supplier of the selected row.
    fn candidate(&self) -> Option<&Candidate> {
        match self.row()? {
            Row::Partial(at) => Some(&self.partials.as_ref()?.list.get(at)?.candidate),
            Row::Miss(group, at) => {
                Some(&self.near.as_ref()?.get(group)?.misses.get(at)?.candidate)
            }
            _ => None,
        }
    }

    fn apply(&mut self, ctx: &mut Ctx<'_>) {
        match self.row() {
            Some(Row::Partial(at)) => self.share(at, ctx),
            Some(Row::Offer(at)) => {
                if let Some(offers) = &self.offers
                    && let Some((relaxation, command)) = offers.list.get(at)
                {
                    relaxing::ask(relaxation, command, ctx);
                }
            }
            Some(Row::Miss(..)) => self.why(ctx),
            _ => {}
        }
    }

    fn share(&mut self, at: usize, ctx: &mut Ctx<'_>) {
        let Some(partial) = self.partials.as_ref().and_then(|found| found.list.get(at)) else {
            return;
        };
        let token = ctx.model.token();
        let command = shares::command(&self.need, partial);
        let then = vec![Effect::Ask(Request::Execute(token, command))];
        let wording = shares::question(&self.need, partial);
        ctx.push(Ask::new(wording, text!(zh: "确认", en: "confirm"), then));
        self.sent = Some((token, partial.candidate.supplier.clone()));
    }

    fn why(&self, ctx: &mut Ctx<'_>) {
        if let Some(candidate) = self.candidate() {
            let supplier = candidate.supplier.clone();
            ctx.push(Page::why(self.need.clone(), supplier.clone()));
            ctx.ask(Request::Why(self.need.clone(), supplier));
        }
    }

    fn open(&self, ctx: &mut Ctx<'_>) {
        if let Some(candidate) = self.candidate() {
            ctx.push(Page::record(Kind::Supplier, candidate.supplier.clone()));
        }
    }

    fn executed(&mut self, token: u64, result: Result<(), &DeskError>, ctx: &mut Ctx<'_>) {
        let Some((_, supplier)) = self.sent.take_if(|(own, _)| *own == token) else {
            return;
        };
        match result {
            Ok(()) => {
                let said = shares::done(&self.need, &supplier, ctx.model);
                ctx.say(Tone::Good, said);
            }
            Err(error) => ctx.say(Tone::Error, error.said().get(ctx.model.lang)),
        }
        self.ask(ctx);
    }

    fn cells(&self, row: Row, model: &Model) -> Vec<Line<'static>> {
        let (lang, theme) = (model.lang, &model.theme);
        match row {
            Row::Head(section) => vec![Line::from(Span::styled(
                self.heading(section, model),
                theme.title,
            ))],
            Row::Waits => vec![Line::from(Span::styled("  …", theme.dim))],
            Row::Nothing => {
                let none = text!(zh: "  无", en: "  none").get(lang);
                vec![Line::from(Span::styled(none, theme.dim))]
            }
            Row::Partial(at) => self
                .partials
                .as_ref()
                .and_then(|found| found.list.get(at))
                .map(|part| {
                    let said = shares::part_and_why(part, lang);
                    candidate_cells(&part.candidate, said, model)
                })
                .unwrap_or_default(),
            Row::Offer(at) => self
                .offers
                .as_ref()
                .and_then(|offers| Some((&offers.need, offers.list.get(at)?)))
                .map(|(need, (relaxation, command))| {
                    let said = relaxing::line(need, relaxation, command, model);
                    vec![Line::from(format!("  {said}"))]
                })
                .unwrap_or_default(),
            Row::Rule(at) => {
                let group = self.near.as_ref().and_then(|groups| groups.get(at));
                let said = group.map(|group| {
                    let (rule, n) = (words::rule(group.rule, lang), group.count);
                    say!(lang, zh: " 只差“{rule}”：{n} 位", en: " only “{rule}” refuses: {n}")
                });
                let said = said.unwrap_or_default();
                vec![Line::from(Span::styled(said, theme.accent))]
            }
            Row::Miss(group, at) => self
                .near
                .as_ref()
                .and_then(|groups| groups.get(group)?.misses.get(at))
                .map(|miss| {
                    let detail = miss.detail.get(lang).to_owned();
                    candidate_cells(&miss.candidate, detail, model)
                })
                .unwrap_or_default(),
        }
    }

    fn heading(&self, section: Section, model: &Model) -> String {
        let lang = model.lang;
        match section {
            Section::Partials => match &self.partials {
                Some(found) => {
                    let n = found.count;
                    say!(lang, zh: "能承担大部分时段：{n} 位", en: "Can take most of the visits: {n}")
                }
                None => text!(zh: "能承担大部分时段", en: "Can take most of the visits")
                    .get(lang)
                    .to_owned(),
            },
            Section::Offers => match &self.offers {
                Some(offers) => {
                    let n = offers.eligible;
                    say!(lang, zh: "放宽要求（现有 {n} 位候选人）", en: "Asking less ({n} candidates now)")
                }
                None => text!(zh: "放宽要求", en: "Asking less")
                    .get(lang)
                    .to_owned(),
            },
            Section::Near => text!(zh: "只差一条规则", en: "Who fails one rule only")
                .get(lang)
                .to_owned(),
        }
    }
}

/// A supplier with what is to be said of them.
fn candidate_cells(candidate: &Candidate, said: String, model: &Model) -> Vec<Line<'static>> {
    let km = candidate.distance_km;
    let name = cells::supplier_name(&candidate.supplier, model);
    vec![
        Line::from(format!("  {name}")),
        Line::from(Span::styled(
            format!("{:.1}", candidate.score),
            model.theme.accent,
        )),
        Line::from(km.map_or_else(|| "–".to_owned(), |km| format!("{km:.1}"))),
        Line::from(said),
    ]
}

impl View for Ways {
    fn scope(&self) -> ScopeId {
        "ways"
    }

    fn refuses(&self, action: ActionId, _model: &Model) -> Option<Said> {
        let is_possible = match action {
            "apply" => matches!(
                self.row(),
                Some(Row::Partial(_) | Row::Offer(_) | Row::Miss(..))
            ),
            "why" | "open" => self.candidate().is_some(),
            _ => true,
        };
        (!is_possible).then(refusals::no_record)
    }

    fn hints(&self) -> &'static [ActionId] {
        match self.row() {
            // Nobody is made eligible by a key: it says why.
            Some(Row::Miss(..)) => &["why", "open", "back", "down", "up"],
            Some(Row::Offer(_)) => &["apply", "back", "down", "up"],
            _ => &["apply", "why", "open", "back", "down", "up"],
        }
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        let before = self.state.selected();
        if moved(&mut self.state, action) {
            self.moved = true;
            let forward = self.state.selected() >= before;
            self.skip(forward || action == "top");
            return true;
        }
        match action {
            "apply" => self.apply(ctx),
            "why" => self.why(ctx),
            "open" => self.open(ctx),
            _ => return false,
        }
        true
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        let failed = match answer {
            Answer::Partials(need, found) if *need == self.need => {
                keep(&mut self.partials, found).err()
            }
            Answer::Near(need, found) if *need == self.need => keep(&mut self.near, found).err(),
            Answer::Offers(need, found) if *need == self.need => {
                keep(&mut self.offers, found).err()
            }
            Answer::Executed(token, result) => {
                self.executed(*token, result.as_ref().map(drop), ctx);
                return;
            }
            _ => return,
        };
        if let Some(error) = failed {
            ctx.say(Tone::Error, error.said().get(ctx.model.lang));
        }
        self.list();
    }

    fn news(&mut self, news: &News, ctx: &mut Ctx<'_>) {
        if news.changed() {
            self.ask(ctx);
        }
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        let lang = model.lang;
        let need = &self.need;
        let title = say!(lang, zh: "其他办法 · {need}", en: "Other ways · {need}");
        let tall = u16::try_from(self.rows.len() + 3).unwrap_or(u16::MAX);
        let wide = area.width.saturating_sub(2).min(110);
        let inner = frame(buf, area, &model.theme, &title, (wide, tall));
        let columns = [
            Column::new(
                text!(zh: "供方", en: "supplier").get(lang),
                Width::Fixed(16),
                0,
            ),
            Column::new(text!(zh: "得分", en: "score").get(lang), Width::Fixed(5), 2).right(),
            Column::new(text!(zh: "公里", en: "km").get(lang), Width::Fixed(5), 3).right(),
            Column::new("", Width::Fill(12), 1),
        ];
        let table = Table {
            columns: &columns,
            empty: "",
            focused,
        };
        let mut state = std::mem::take(&mut self.state);
        table.draw(buf, inner, &model.theme, &mut state, |at| {
            self.rows
                .get(at)
                .map(|row| self.cells(*row, model))
                .unwrap_or_default()
        });
        self.state = state;
        None
    }
}

/// Keeps an answer, or leaves what was known.
fn keep<'e, T: Clone>(
    kept: &mut Option<T>,
    found: &'e Result<T, DeskError>,
) -> Result<(), &'e DeskError> {
    *kept = Some(found.as_ref()?.clone());
    Ok(())
}
