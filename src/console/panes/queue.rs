//! The match queue: needs, the candidates of the one in hand, and the visits awaiting their outcome.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ask::Ask;
use super::page::Page;
use super::registry::moved;
use super::{cells, edit, reveal, words};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::app::worker::{Answer, QueueView, Request};
use crate::console::keys::ActionId;
use crate::console::widgets::status::Kind as Tone;
use crate::console::widgets::table::TableState;
use crate::desk::{BestRow, Command, DeskError, Done};
use crate::domain::record::Need;
use crate::domain::{AnyRecord, Code, Event, Kind, Verb};
use crate::matching::{Awaiting, Candidate, Ranking};
use crate::{say, text};

/// Where the keys go in the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The list of needs.
    #[default]
    Needs,
    /// The candidates of the selected need.
    Candidates,
    /// The visits awaiting their outcome.
    Awaiting,
}

/// A confirmation on its way.
struct Sent {
    token: u64,
    need: Code,
    supplier: Code,
}

/// The queue's pane.
#[derive(Default)]
pub struct Queue {
    pub(super) mode: Mode,
    pub(super) rows: Vec<BestRow>,
    pub(super) needs: TableState,
    pub(super) ranking: Option<Ranking>,
    pub(super) candidates: TableState,
    pub(super) awaiting: Vec<Awaiting>,
    pub(super) visits: TableState,
    pub(super) loaded: bool,
    asked: Option<Code>,
    sent: Option<Sent>,
    /// A need entered just now, to be selected once it is in the queue.
    fresh: Option<Code>,
}

impl Queue {
    /// The selected need.
    pub(super) fn row(&self) -> Option<&BestRow> {
        self.rows.get(self.needs.selected()?)
    }

    fn need(&self) -> Option<Code> {
        self.row().map(|row| row.row.need.clone())
    }

    /// The ranking of the selected need, unless it is still on its way.
    pub(super) fn ranked(&self) -> Option<&Ranking> {
        let need = &self.row()?.row.need;
        self.ranking.as_ref().filter(|found| found.need == *need)
    }

    /// The selected candidate.
    pub(super) fn candidate(&self) -> Option<&Candidate> {
        self.ranked()?.candidates.get(self.candidates.selected()?)
    }

    /// Asks for the candidates of the selected need, again when `anew`.
    fn rank(&mut self, anew: bool, ctx: &mut Ctx<'_>) {
        let need = self.need();
        if need == self.asked && !anew {
            return;
        }
        if need != self.asked {
            self.candidates = TableState::default();
        }
        self.asked.clone_from(&need);
        if let Some(need) = need {
            ctx.ask(Request::Candidates(need));
        }
    }

    fn step(&mut self, forward: bool, ctx: &mut Ctx<'_>) {
        if forward {
            self.needs.down();
        } else {
            self.needs.up();
        }
        self.rank(false, ctx);
    }

    fn move_to(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        let state = match self.mode {
            Mode::Needs => &mut self.needs,
            Mode::Candidates => &mut self.candidates,
            Mode::Awaiting => &mut self.visits,
        };
        let used = moved(state, action);
        if used && self.mode == Mode::Needs {
            self.rank(false, ctx);
        }
        used
    }

    /// Takes a queue and keeps the selection on its need; when that has left, on the one that took its place.
    fn take(&mut self, view: &QueueView, ctx: &mut Ctx<'_>) {
        let fresh = self.fresh.take();
        let kept = fresh.or_else(|| self.need());
        self.rows.clone_from(&view.rows);
        self.loaded = true;
        self.needs.set_len(self.rows.len());
        let at = kept.and_then(|need| self.rows.iter().position(|row| row.row.need == need));
        if let Some(at) = at {
            self.needs.select(at);
        }
        self.awaiting.clone_from(&view.awaiting);
        self.visits.set_len(self.awaiting.len());
        if self.rows.is_empty() && self.mode == Mode::Candidates {
            self.mode = Mode::Needs;
        }
        self.rank(true, ctx);
    }

    fn take_ranking(&mut self, ranking: &Ranking) {
        let kept = self.candidate().map(|c| c.supplier.clone());
        self.ranking = Some(ranking.clone());
        self.candidates.set_len(ranking.candidates.len());
        let at = kept.and_then(|s| ranking.candidates.iter().position(|c| c.supplier == s));
        self.candidates.select(at.unwrap_or(0));
    }

    /// Asks before the selected candidate is confirmed.
    fn confirm(&mut self, ctx: &mut Ctx<'_>) {
        let (Some(row), Some(candidate)) = (self.row(), self.candidate()) else {
            let said = text!(zh: "没有可以确认的候选人", en: "There is no candidate to confirm");
            ctx.say(Tone::Warn, said.get(ctx.model.lang));
            return;
        };
        let token = ctx.model.token();
        let (need, supplier) = (row.row.need.clone(), candidate.supplier.clone());
        let wording = question(row, &supplier);
        let command = Command::Confirm {
            need: need.clone(),
            supplier: supplier.clone(),
            visits: None,
            place: None,
        };
        let then = vec![Effect::Ask(Request::Execute(token, command))];
        self.sent = Some(Sent {
            token,
            need,
            supplier,
        });
        ctx.push(Ask::new(wording, text!(zh: "确认", en: "confirm"), then));
    }

    fn executed(&mut self, token: u64, result: &Result<Done, DeskError>, ctx: &mut Ctx<'_>) {
        if let Ok(done) = result {
            self.fresh = added_need(&done.events).or_else(|| self.fresh.take());
        }
        let Some(sent) = self.sent.take_if(|sent| sent.token == token) else {
            return;
        };
        let lang = ctx.model.lang;
        let (need, name) = (sent.need, cells::supplier_name(&sent.supplier, ctx.model));
        match result {
            Ok(_) => {
                let said =
                    say!(lang, zh: "已确认：{name} → {need}", en: "Confirmed: {name} for {need}");
                ctx.say(Tone::Good, said);
            }
            Err(error) => {
                let why = error.said().get(lang);
                ctx.say(
                    Tone::Error,
                    say!(lang, zh: "没有确认 {name}：{why}", en: "{name} was not confirmed: {why}"),
                );
                refused(error, &need, &sent.supplier, ctx);
            }
        }
    }

    fn why(&self, ctx: &mut Ctx<'_>) {
        if let (Some(need), Some(candidate)) = (self.need(), self.candidate()) {
            ctx.push(Page::why(need.clone(), candidate.supplier.clone()));
            ctx.ask(Request::Why(need, candidate.supplier.clone()));
        }
    }

    fn open(&self, ctx: &mut Ctx<'_>) {
        let page = match self.mode {
            Mode::Needs => self.need().map(|need| Page::record(Kind::Need, need)),
            Mode::Candidates => self
                .candidate()
                .map(|c| Page::record(Kind::Supplier, c.supplier.clone())),
            Mode::Awaiting => self
                .visit()
                .map(|v| Page::record(Kind::Need, v.need.clone())),
        };
        if let Some(page) = page {
            ctx.push(page);
        }
    }

    fn visit(&self) -> Option<&Awaiting> {
        self.awaiting.get(self.visits.selected()?)
    }

    fn act_on_need(&mut self, action: ActionId, ctx: &mut Ctx<'_>) {
        let Some(need) = self.need() else {
            let said = text!(zh: "队列里没有需求", en: "There is no need in the queue");
            ctx.say(Tone::Warn, said.get(ctx.model.lang));
            return;
        };
        match action {
            "why-other" => edit::ask_why(&need, ctx),
            "unmatch" => edit::unmatch(&need, ctx),
            "cancel-need" => edit::cancel(&need, ctx),
            _ => edit::edit(Kind::Need, &need, ctx),
        }
    }

    /// Personal data of the candidate that is marked, or of the need's resident.
    fn reveal(&self, ctx: &mut Ctx<'_>) {
        let (kind, code) = match self.mode {
            Mode::Needs => (Kind::Need, self.need()),
            Mode::Candidates => (
                Kind::Supplier,
                self.candidate().map(|found| found.supplier.clone()),
            ),
            Mode::Awaiting => (Kind::Need, self.visit().map(|visit| visit.need.clone())),
        };
        if let Some(code) = code {
            reveal::ask_of(kind, &code, ctx);
        }
    }

    fn enter_candidates(&mut self, ctx: &mut Ctx<'_>) {
        if self.candidates.is_empty() {
            let said = text!(zh: "没有候选人。按 w 查某个供方为什么不行", en: "No candidates. Press w to see why somebody is not one");
            ctx.say(Tone::Warn, said.get(ctx.model.lang));
        } else {
            self.mode = Mode::Candidates;
        }
    }
}

/// The question before a confirmation, with all that it does.
fn question(row: &BestRow, supplier: &Code) -> super::ask::Wording {
    let (row, supplier) = (row.row.clone(), supplier.clone());
    Box::new(move |model| {
        let lang = model.lang;
        let who = cells::supplier_name(&supplier, model);
        let whom = cells::resident_name(&row.resident, model);
        let what = model.name(Kind::Category, &row.category);
        let visits = words::visits(&row.visits, 8, lang);
        let n = row.visits.len();
        let asked = say!(lang, zh: "由 {who}（{supplier}）为 {whom} 服务：{what}？", en: "{who} ({supplier}) for {whom}: {what}?");
        let books = if n == 1 {
            say!(lang, zh: "将预约：{visits}", en: "This books {visits}")
        } else {
            say!(lang, zh: "将预约 {n} 次：{visits}", en: "This books {n} visits: {visits}")
        };
        let text = format!("{asked}\n{books}");
        let title = text!(zh: "确认匹配", en: "Confirm match").get(lang);
        (title.to_owned(), text)
    })
}

fn added_need(events: &[Event]) -> Option<Code> {
    events.iter().find_map(|event| match &event.after {
        AnyRecord::Need(Need { code, .. }) if event.verb == Verb::Added => Some(code.clone()),
        _ => None,
    })
}

impl View for Queue {
    fn contexts(&self) -> Vec<&'static str> {
        match self.mode {
            Mode::Needs => vec!["queue", "list", "global", "everywhere"],
            Mode::Candidates => vec!["candidates", "list", "global", "everywhere"],
            Mode::Awaiting => vec!["awaiting", "list", "global", "everywhere"],
        }
    }

    fn hints(&self) -> &'static [ActionId] {
        match self.mode {
            Mode::Needs => &[
                "candidates",
                "confirm",
                "skip",
                "open",
                "why-other",
                "add",
                "awaiting",
                "cancel-need",
            ],
            Mode::Candidates => &[
                "confirm",
                "needs",
                "skip",
                "why",
                "open",
                "why-other",
                "next-need",
            ],
            Mode::Awaiting => &["outcome", "open", "awaiting"],
        }
    }

    fn start(&mut self, ctx: &mut Ctx<'_>) {
        if ctx.model.ready {
            ctx.ask(Request::Queue);
        }
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        if self.move_to(action, ctx) {
            return true;
        }
        match action {
            "candidates" => self.enter_candidates(ctx),
            "needs" => self.mode = Mode::Needs,
            "next-need" | "skip" => self.step(true, ctx),
            "prev-need" => self.step(false, ctx),
            "confirm" => self.confirm(ctx),
            "why" => self.why(ctx),
            "open" => self.open(ctx),
            "reveal" => self.reveal(ctx),
            "add" => edit::add_need(None, ctx),
            "why-other" | "unmatch" | "cancel-need" | "edit" => self.act_on_need(action, ctx),
            "awaiting" => {
                self.mode = match self.mode {
                    Mode::Awaiting => Mode::Needs,
                    _ => Mode::Awaiting,
                }
            }
            "outcome" => {
                if let Some(visit) = self.visit().cloned() {
                    edit::outcome(&visit.need, Some((&visit.supplier, visit.start)), ctx);
                }
            }
            _ => return false,
        }
        true
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        match answer {
            Answer::Loaded(Ok(())) => ctx.ask(Request::Queue),
            Answer::Queue(Ok(view)) => self.take(view, ctx),
            Answer::Queue(Err(error)) | Answer::Candidates(_, Err(error)) => {
                let gone = matches!(error, DeskError::Refused(_));
                if !gone {
                    ctx.say(Tone::Error, error.said().get(ctx.model.lang));
                }
            }
            Answer::Candidates(need, Ok(ranking)) if self.need().as_ref() == Some(need) => {
                self.take_ranking(ranking);
            }
            Answer::Executed(token, result) => self.executed(*token, result, ctx),
            _ => {}
        }
    }

    fn events(&mut self, _events: &Arc<Vec<Event>>, ctx: &mut Ctx<'_>) {
        if ctx.model.ready {
            ctx.ask(Request::Queue);
        }
    }

    fn tab(&self, model: &Model) -> String {
        text!(zh: "匹配队列", en: "Queue")
            .get(model.lang)
            .to_owned()
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        self.paint(buf, area, model, focused);
        None
    }
}

/// Shows every rule of a refused pair, and ranks again.
fn refused(error: &DeskError, need: &Code, supplier: &Code, ctx: &mut Ctx<'_>) {
    ctx.ask(Request::Queue);
    if let DeskError::Refused(refusal) = error
        && refusal.codes.iter().any(|code| words::is_rule(code))
    {
        ctx.push(Page::why(need.clone(), supplier.clone()));
        ctx.ask(Request::Why(need.clone(), supplier.clone()));
    }
}
