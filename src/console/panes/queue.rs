//! The match queue: needs, the candidates of the one in hand, and the visits awaiting their outcome.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::confirmation::Confirmation;
use super::lineup::{Lineup, Place};
use super::others::Told;
use super::page::Page;
use super::registry::moved;
use super::{edit, plan, reveal, substitute, ways};
use crate::console::actions::{ActionId, ScopeId};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, View};
use crate::console::app::worker::{Answer, QueueView, Request};
use crate::console::widgets::status::Kind as Tone;
use crate::console::widgets::table::TableState;
use crate::desk::{BestRow, DeskError, Left, Lost, News};
use crate::domain::record::Need;
use crate::domain::{AnyRecord, Code, Event, Kind, Said, Verb};
use crate::matching::partial::{Partial, Partials};
use crate::matching::{Awaiting, Ranking};
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

/// The queue's pane.
#[derive(Default)]
pub struct Queue {
    pub(super) mode: Mode,
    pub(super) rows: Vec<BestRow>,
    pub(super) needs: TableState,
    pub(super) lineup: Option<Lineup>,
    /// Who can take most visits of a need.
    partials: Option<(Code, Partials)>,
    pub(super) awaiting: Vec<Awaiting>,
    pub(super) visits: TableState,
    pub(super) loaded: bool,
    /// What became of the need in hand when others took it off the queue: its row stays until the user moves on.
    pub(super) left: Option<Left>,
    /// Who changed what concerning the need in hand.
    pub(super) told: Told,
    pub(super) confirmation: Confirmation,
    /// The need in hand, whose candidates were asked for.
    asked: Option<Code>,
    /// A need entered just now, to be selected once it is in the queue.
    fresh: Option<Code>,
    /// The need in hand was changed by this session, which moves on when it leaves the queue.
    own: bool,
}

impl Queue {
    /// The selected need.
    pub(super) fn row(&self) -> Option<&BestRow> {
        self.rows.get(self.needs.selected()?)
    }

    pub(super) fn need(&self) -> Option<Code> {
        self.row().map(|row| row.row.need.clone())
    }

    /// The need of the row that is marked: in the list, or of the visit that awaits its outcome.
    pub(super) fn at_hand(&self) -> Option<Code> {
        match self.mode {
            Mode::Awaiting => self.visit().map(|visit| visit.need.clone()),
            Mode::Needs | Mode::Candidates => self.need(),
        }
    }

    /// What became of the selected need, when it is in the queue no more.
    pub(super) fn gone(&self) -> Option<&Left> {
        let need = &self.row()?.row.need;
        self.left.as_ref().filter(|left| left.need == *need)
    }

    /// The candidates of the selected need, unless they are still on their way.
    pub(super) fn lineup(&self) -> Option<&Lineup> {
        let need = &self.row()?.row.need;
        self.lineup.as_ref().filter(|found| found.need == *need)
    }

    /// The selected candidate, who may have been taken meanwhile.
    pub(super) fn place(&self) -> Option<&Place> {
        self.lineup()?.selected()
    }

    pub(super) fn supplier(&self) -> Option<Code> {
        self.lineup()?.supplier().cloned()
    }

    /// Who is selected for a part of the series.
    pub(super) fn part(&self) -> Option<&Partial> {
        self.lineup()?.part()
    }

    /// Turns to the need that is selected now; one that had left the queue goes when another takes its place.
    fn turn(&mut self, ctx: &mut Ctx<'_>) {
        let need = self.need();
        if need == self.asked {
            return;
        }
        self.drop_left();
        self.asked = need;
        self.lineup = None;
        self.partials = None;
        self.told = Told::default();
        self.own = false;
        self.rank(ctx);
    }

    /// Takes the row of a need that has left off the list, once another is selected.
    fn drop_left(&mut self) {
        let Some(left) = self.left.take() else {
            return;
        };
        let Some(at) = self.rows.iter().position(|row| row.row.need == left.need) else {
            return;
        };
        let selected = self.needs.selected().unwrap_or_default();
        self.rows.remove(at);
        self.needs.set_len(self.rows.len());
        self.needs.select(selected - usize::from(selected > at));
    }

    /// Asks for the candidates of the need in hand.
    pub(super) fn rank(&self, ctx: &mut Ctx<'_>) {
        if let Some(need) = &self.asked {
            let shown = self.lineup().map(Lineup::shown).unwrap_or_default();
            ctx.ask(Request::Candidates(need.clone(), shown));
            ctx.ask(Request::Partials(need.clone()));
        }
    }

    /// Asks for everything again: the candidates first, which are there sooner.
    pub(super) fn refresh(&self, ctx: &mut Ctx<'_>) {
        if self.left.is_none() {
            self.rank(ctx);
        }
        ctx.ask(Request::Queue(self.need()));
    }

    fn step(&mut self, forward: bool, ctx: &mut Ctx<'_>) {
        let before = self.needs.selected();
        if forward {
            self.needs.down();
        } else {
            self.needs.up();
        }
        self.move_on(before, ctx);
    }

    /// Turns to the need that is selected now. Whoever wants away from one that has left the queue gets away, also at
    /// either end of the list.
    fn move_on(&mut self, before: Option<usize>, ctx: &mut Ctx<'_>) {
        if self.gone().is_some() && self.needs.selected() == before {
            self.needs.up();
            if self.needs.selected() == before {
                self.needs.down();
            }
            if self.needs.selected() == before {
                self.drop_left();
                self.mode = Mode::Needs;
            }
        }
        self.turn(ctx);
    }

    fn move_to(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        let before = self.needs.selected();
        let mut none = TableState::default();
        let state = match self.mode {
            Mode::Needs => &mut self.needs,
            Mode::Candidates => self
                .lineup
                .as_mut()
                .map_or(&mut none, |lineup| &mut lineup.state),
            Mode::Awaiting => &mut self.visits,
        };
        let used = moved(state, action);
        if used && self.mode == Mode::Needs {
            self.move_on(before, ctx);
        }
        used
    }

    /// Takes a queue and keeps the selection on its need, also when others have taken that off the queue; when this
    /// session did, on the one that took its place.
    fn take(&mut self, view: &QueueView, ctx: &mut Ctx<'_>) {
        let fresh = self.fresh.take();
        let was_left = self.left.take().is_some();
        let kept = self.row().cloned().filter(|_| fresh.is_none());
        let own = std::mem::take(&mut self.own);
        self.rows.clone_from(&view.board.rows);
        self.loaded = true;
        let wanted = fresh.or_else(|| kept.as_ref().map(|row| row.row.need.clone()));
        let mut at = wanted.and_then(|need| self.rows.iter().position(|row| row.row.need == need));
        if let (None, false, Some(row)) = (at, own, kept) {
            at = Some(self.keep(row, view.left.as_ref(), ctx));
        }
        self.needs.set_len(self.rows.len());
        if let Some(at) = at {
            self.needs.select(at);
        }
        self.awaiting.clone_from(&view.board.awaiting);
        self.visits.set_len(self.awaiting.len());
        if self.rows.is_empty() && self.mode == Mode::Candidates {
            self.mode = Mode::Needs;
        }
        self.turn(ctx);
        if self.left.is_some() {
            self.lineup = None;
            if !was_left {
                self.tell_left(ctx);
            }
        } else if let (true, Some(need)) = (was_left, at.and(self.need())) {
            let said = say!(ctx.model.lang, zh: "需求 {need} 又回到队列", en: "{need} is in the queue again");
            ctx.say(Tone::Info, said);
            self.rank(ctx);
        }
    }

    /// Keeps the row of a need that others took off the queue where it was.
    fn keep(&mut self, row: BestRow, left: Option<&Left>, ctx: &mut Ctx<'_>) -> usize {
        let need = &row.row.need;
        let known = left.filter(|left| left.need == *need).cloned();
        self.left = Some(known.unwrap_or_else(|| {
            // The question was about another need.
            ctx.ask(Request::Queue(Some(need.clone())));
            Left {
                need: need.clone(),
                state: None,
                by: None,
            }
        }));
        let at = self.needs.selected().unwrap_or_default();
        let at = at.min(self.rows.len());
        self.rows.insert(at, row);
        at
    }

    fn take_ranking(&mut self, ranking: &Ranking, lost: &[Lost], ctx: &mut Ctx<'_>) {
        if self.left.is_some() {
            return;
        }
        // A need without visits to book has left the queue, which is on its way.
        if ranking.visits.is_empty() {
            self.lineup = None;
            return;
        }
        let before = self.place().is_some_and(|place| place.lost.is_some());
        match &mut self.lineup {
            Some(lineup) if lineup.need == ranking.need => lineup.take(ranking, lost),
            other => *other = Some(Lineup::new(ranking)),
        }
        self.show_partials();
        self.tell_lost(before, ctx);
    }

    /// Puts those who can take a part below the candidates, whichever of the two came first.
    fn show_partials(&mut self) {
        let Some(lineup) = &mut self.lineup else {
            return;
        };
        match &self.partials {
            Some((need, found)) if *need == lineup.need => lineup.take_partials(found),
            _ => lineup.take_partials(&Partials::default()),
        }
    }

    fn why(&self, ctx: &mut Ctx<'_>) {
        if let (Some(need), Some(supplier)) = (self.need(), self.supplier()) {
            ctx.push(Page::why(need.clone(), supplier.clone()));
            ctx.ask(Request::Why(need, supplier));
        }
    }

    fn open(&self, ctx: &mut Ctx<'_>) {
        let page = match self.mode {
            Mode::Needs => self.need().map(|need| Page::record(Kind::Need, need)),
            Mode::Candidates => self
                .supplier()
                .map(|supplier| Page::record(Kind::Supplier, supplier)),
            Mode::Awaiting => self
                .visit()
                .map(|v| Page::record(Kind::Need, v.need.clone())),
        };
        if let Some(page) = page {
            ctx.push(page);
        }
    }

    pub(super) fn visit(&self) -> Option<&Awaiting> {
        self.awaiting.get(self.visits.selected()?)
    }

    fn act_on_need(&mut self, action: ActionId, ctx: &mut Ctx<'_>) {
        let Some(need) = self.at_hand() else {
            return;
        };
        match action {
            "why-other" => edit::ask_why(&need, ctx),
            "ways" => ways::open(&need, ctx),
            "substitute" => substitute::ask(&need, ctx),
            "unmatch" => edit::unmatch(&need, ctx),
            "cancel-need" => edit::cancel(&need, ctx),
            _ => edit::edit(Kind::Need, &need, ctx),
        }
    }

    /// Personal data of the candidate that is marked, or of the need's resident.
    fn reveal(&self, ctx: &mut Ctx<'_>) {
        let (kind, code) = match self.mode {
            Mode::Needs => (Kind::Need, self.need()),
            Mode::Candidates => (Kind::Supplier, self.supplier()),
            Mode::Awaiting => (Kind::Need, self.visit().map(|visit| visit.need.clone())),
        };
        if let Some(code) = code {
            reveal::ask_of(kind, &code, ctx);
        }
    }
}

fn added_need(events: &[Event]) -> Option<Code> {
    events.iter().find_map(|event| match &event.after {
        AnyRecord::Need(Need { code, .. }) if event.verb == Verb::Added => Some(code.clone()),
        _ => None,
    })
}

/// Whether some of the events are about a need or its matches.
fn concerns(events: &[Event], need: &Code) -> bool {
    events.iter().any(|event| match &event.after {
        AnyRecord::Need(found) => found.code == *need,
        AnyRecord::Match(found) => found.need == *need,
        _ => false,
    })
}

impl View for Queue {
    fn scope(&self) -> ScopeId {
        match self.mode {
            Mode::Needs => "queue",
            Mode::Candidates => "candidates",
            Mode::Awaiting => "awaiting",
        }
    }

    fn refuses(&self, action: ActionId, model: &Model) -> Option<Said> {
        self.refusal(action, model)
    }

    fn hints(&self) -> &'static [ActionId] {
        match self.mode {
            Mode::Needs => &[
                "candidates",
                "confirm",
                "skip",
                "open",
                "ways",
                "why-other",
                "add",
                "plan",
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
            self.refresh(ctx);
        }
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        self.confirmation.refused = None;
        if self.move_to(action, ctx) {
            return true;
        }
        match action {
            "candidates" => self.mode = Mode::Candidates,
            "needs" => self.mode = Mode::Needs,
            "next-need" | "skip" => self.step(true, ctx),
            "prev-need" => self.step(false, ctx),
            "confirm" => self.confirm(ctx),
            "why" => self.why(ctx),
            "open" => self.open(ctx),
            "reveal" => self.reveal(ctx),
            "add" => edit::add_need(None, ctx),
            "why-other" | "ways" | "substitute" | "unmatch" | "cancel-need" | "edit" => {
                self.act_on_need(action, ctx);
            }
            "plan" => plan::open(ctx),
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
            Answer::Loaded(Ok(())) => self.refresh(ctx),
            Answer::Queue(Ok(view)) => self.take(view, ctx),
            Answer::Queue(Err(error)) | Answer::Candidates(_, Err(error)) => {
                let gone = matches!(error, DeskError::Refused(_));
                if !gone {
                    ctx.say(Tone::Error, error.said().get(ctx.model.lang));
                }
            }
            Answer::Candidates(need, Ok((ranking, lost))) if self.need().as_ref() == Some(need) => {
                self.take_ranking(ranking, lost, ctx);
            }
            Answer::Partials(need, Ok(found)) if self.need().as_ref() == Some(need) => {
                self.partials = Some((need.clone(), found.clone()));
                self.show_partials();
            }
            Answer::Executed(token, result) => {
                if let Ok(done) = result {
                    self.fresh = added_need(&done.events).or_else(|| self.fresh.take());
                    self.own |= self
                        .need()
                        .is_some_and(|need| concerns(&done.events, &need));
                }
                self.executed(*token, result, ctx);
            }
            _ => {}
        }
    }

    fn news(&mut self, news: &News, ctx: &mut Ctx<'_>) {
        if !ctx.model.ready || !news.changed() {
            return;
        }
        if let Some(need) = self.need() {
            let shown = self.lineup().map(Lineup::shown).unwrap_or_default();
            self.told.take(&news.changes, &need, &shown);
        }
        self.refresh(ctx);
    }

    fn reviews(&self) -> Option<(&Code, bool)> {
        if self.mode == Mode::Awaiting || self.gone().is_some() {
            return None;
        }
        Some((&self.row()?.row.need, self.mode == Mode::Candidates))
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
