//! A plan for the whole queue, to walk through: each proposal is confirmed, changed or skipped, and nothing is booked
//! before that.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::lineup::Lineup;
use super::others::Told;
use super::page::Page;
use super::registry::moved;
use super::walk::{Pair, PlanView, Walk, What};
use super::{cells, edit, refusals, ways};
use crate::console::actions::{ActionId, ScopeId};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::widgets::status::Kind as Tone;
use crate::desk::{Command, DeskError, Done, News};
use crate::domain::{Code, Kind, Said};
use crate::matching::Ranking;
use crate::{both, say, text};

/// The walk through a plan, above the panes.
#[derive(Default)]
pub struct PlanWalk {
    pub(super) walk: Walk,
    /// The candidates of the need in hand, while another one is chosen.
    pub(super) lineup: Option<Lineup>,
    pub(super) told: Told,
    /// Whether there has been a plan.
    pub(super) loaded: bool,
    /// Why there is none.
    pub(super) failed: Option<DeskError>,
    /// Confirmations on their way, under their tokens.
    sent: Vec<(u64, Pair)>,
    /// Whether the rows are of other choices than those made: nothing is confirmed until the plan is there.
    stale: bool,
    /// What was in hand in the last picture: only that can be confirmed.
    pub(super) pictured: Option<Pair>,
    /// What came into hand by itself, which a key does not confirm at once.
    pub(super) surprise: Option<Pair>,
}

/// Opens the walk through a plan, with what was chosen and skipped before in this session.
pub fn open(ctx: &mut Ctx<'_>) {
    let pane = PlanWalk {
        walk: ctx.model.walk.clone(),
        ..PlanWalk::default()
    };
    pane.ask(ctx);
    ctx.push(pane);
}

impl PlanWalk {
    /// Asks for the plan of the rest, with what was chosen.
    fn ask(&self, ctx: &mut Ctx<'_>) {
        ctx.model.walk = self.walk.kept();
        let (choices, shown) = (self.walk.choices.clone(), self.walk.shown());
        ctx.ask(Request::Plan(choices, shown));
    }

    /// Asks for it after a choice.
    fn ask_again(&mut self, ctx: &mut Ctx<'_>) {
        self.stale = true;
        self.ask(ctx);
    }

    fn confirm(&mut self, ctx: &mut Ctx<'_>) {
        let lang = ctx.model.lang;
        let Some(pair) = self.walk.in_hand() else {
            return;
        };
        // Keys that were hit before the row was on the screen mean another one.
        if self.pictured.as_ref() != Some(&pair) {
            return;
        }
        if self
            .surprise
            .take_if(|surprise| *surprise == pair)
            .is_some()
        {
            let name = cells::supplier_name(&pair.supplier, ctx.model);
            let said = say!(lang, zh: "人选刚刚换成 {name}，再按一次确认", en: "It is {name} now; press again to confirm");
            ctx.say(Tone::Warn, said);
            return;
        }
        let token = ctx.model.token();
        let command = Command::Confirm {
            need: pair.need.clone(),
            supplier: pair.supplier.clone(),
            visits: None,
            place: None,
        };
        ctx.ask(Request::Execute(token, command));
        self.walk.send(&pair);
        self.sent.push((token, pair));
        self.walk.go_on();
    }

    /// Why what is in hand can't be confirmed.
    fn refuses_booking(&self, model: &Model) -> Option<Said> {
        if self.walk.in_hand().is_none() {
            return Some(match self.walk.entry().map(|entry| &entry.what) {
                None | Some(What::Unfilled(_)) => {
                    text!(zh: "没有可以确认的人选", en: "There is nobody to confirm").into()
                }
                Some(What::Skipped(_)) => {
                    let key = model.key("plan", "skip");
                    both!(zh: "已跳过；按 {key} 重新纳入方案", en: "It was skipped; {key} takes it in again")
                }
                _ => text!(zh: "这一项已经处理过了", en: "This one is settled").into(),
            });
        }
        self.stale.then(|| {
            text!(zh: "正在重新计算方案，请稍候", en: "The plan is being worked out again; a moment")
                .into()
        })
    }

    fn executed(&mut self, token: u64, result: &Result<Done, DeskError>, ctx: &mut Ctx<'_>) {
        let Some(at) = self.sent.iter().position(|(own, _)| *own == token) else {
            return;
        };
        let (_, pair) = self.sent.remove(at);
        let (lang, need) = (ctx.model.lang, &pair.need);
        let name = cells::supplier_name(&pair.supplier, ctx.model);
        match result {
            Ok(_) => {
                let before = self.walk.choices.clone();
                self.walk.confirmed(&pair);
                if self.walk.choices != before {
                    self.ask(ctx);
                }
                let said =
                    say!(lang, zh: "已确认：{name} → {need}", en: "Confirmed: {name} for {need}");
                ctx.say(Tone::Good, said);
            }
            Err(error) => {
                self.walk.refused(&pair);
                let why = error.said().get(lang);
                let said = say!(lang, zh: "没有确认 {name}（{need}）：{why}", en: "{name} was not confirmed for {need}: {why}");
                ctx.say(Tone::Error, said);
                self.ask_again(ctx);
            }
        }
    }

    fn skip(&mut self, ctx: &mut Ctx<'_>) {
        let need = self.walk.entry().map(|entry| entry.need.clone());
        if self.walk.skip() {
            let is_out = need.is_some_and(|need| self.walk.choices.without.contains(&need));
            if is_out {
                self.walk.go_on();
            }
            self.ask_again(ctx);
        } else {
            self.walk.state.down();
        }
    }

    /// Lists the candidates of the need in hand, to choose another one.
    fn candidates(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(pair) = self.walk.in_hand() {
            ctx.ask(Request::Alternatives(pair.need));
        }
    }

    fn take_ranking(&mut self, ranking: &Ranking) {
        let Some(pair) = self.walk.in_hand().filter(|pair| pair.need == ranking.need) else {
            return;
        };
        let mut lineup = Lineup::new(ranking);
        let at = lineup
            .places
            .iter()
            .position(|place| place.candidate.supplier == pair.supplier);
        lineup.state.select(at.unwrap_or_default());
        self.lineup = Some(lineup);
    }

    fn choose(&mut self, ctx: &mut Ctx<'_>) {
        let chosen = self.chosen();
        self.lineup = None;
        let (Some(supplier), Some(pair)) = (chosen, self.walk.in_hand()) else {
            return;
        };
        if supplier != pair.supplier {
            self.walk.choose(&supplier);
            self.ask_again(ctx);
        }
    }

    /// The candidate that is marked, while another one is chosen.
    fn chosen(&self) -> Option<Code> {
        let place = self.lineup.as_ref()?.selected()?;
        Some(place.candidate.supplier.clone())
    }

    /// The need in hand, and the supplier proposed or marked.
    fn pair(&self) -> (Option<Code>, Option<Code>) {
        let entry = self.walk.entry();
        let need = entry.map(|entry| entry.need.clone());
        let proposed = || Some(entry?.proposal()?.supplier.clone());
        (need, self.chosen().or_else(proposed))
    }

    fn why(&self, ctx: &mut Ctx<'_>) {
        if let (Some(need), Some(supplier)) = self.pair() {
            ctx.push(Page::why(need.clone(), supplier.clone()));
            ctx.ask(Request::Why(need, supplier));
        }
    }

    fn act_on_need(&self, action: ActionId, ctx: &mut Ctx<'_>) {
        let (Some(need), supplier) = self.pair() else {
            return;
        };
        match (action, supplier) {
            ("open", Some(supplier)) if self.lineup.is_some() => {
                ctx.push(Page::record(Kind::Supplier, supplier));
            }
            ("open", _) => ctx.push(Page::record(Kind::Need, need)),
            ("ways", _) => ways::open(&need, ctx),
            _ => edit::ask_why(&need, ctx),
        }
    }

    fn take(&mut self, view: &PlanView, ctx: &mut Ctx<'_>) {
        // Another one is on its way, with what was chosen meanwhile.
        if view.choices != self.walk.choices {
            return;
        }
        let first = !self.loaded;
        let before = self.walk.in_hand();
        let lost = self.walk.take(view);
        ctx.model.walk = self.walk.kept();
        if self.walk.choices != view.choices {
            self.ask(ctx);
        }
        self.loaded = true;
        self.stale = false;
        self.failed = None;
        if first {
            self.walk.state.top();
            if self.walk.in_hand().is_none() {
                self.walk.go_on();
            }
            return;
        }
        if let Some(pair) = lost.first() {
            let (name, need) = (cells::supplier_name(&pair.supplier, ctx.model), &pair.need);
            let said = say!(ctx.model.lang, zh: "{name} 现在不能给 {need}：与其他选定或预约的服务冲突", en: "{name} can't take {need} now, beside what else is chosen or booked");
            ctx.say(Tone::Warn, said);
        }
        let now = self.walk.in_hand();
        if before.is_some() && now != before {
            self.lineup = None;
            let is_chosen = |pair: &Pair| {
                let fixed = &self.walk.choices.fixed;
                fixed.contains(&(pair.need.clone(), pair.supplier.clone()))
            };
            self.surprise = now.filter(|pair| !is_chosen(pair));
        }
    }
}

impl View for PlanWalk {
    fn scope(&self) -> ScopeId {
        if self.lineup.is_some() {
            "plan-candidates"
        } else {
            "plan"
        }
    }

    fn refuses(&self, action: ActionId, model: &Model) -> Option<Said> {
        let (need, supplier) = self.pair();
        match action {
            "book" | "skip" | "change" | "back" if self.lineup.is_some() => {
                let [choose, keep] = ["choose", "keep"].map(|id| model.key("plan-candidates", id));
                Some(
                    both!(zh: "先选人（{choose}），或不换（{keep}）", en: "first choose ({choose}) or keep ({keep})"),
                )
            }
            "book" => self.refuses_booking(model),
            "change" if self.walk.in_hand().is_none() => Some(
                text!(zh: "这一项没有可以更换的人选", en: "There is nothing to change here").into(),
            ),
            "why" if supplier.is_none() => Some(refusals::no_record()),
            "skip" | "why" | "open" | "why-other" if need.is_none() => Some(refusals::no_need()),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [ActionId] {
        let what = self.walk.entry().map(|entry| &entry.what);
        if self.lineup.is_some() {
            &["choose", "keep", "why", "open", "why-other"]
        } else if matches!(what, Some(What::Unfilled(_))) {
            &["ways", "open", "back", "why-other", "help"]
        } else {
            &[
                "book", "skip", "change", "back", "why", "open", "help", "ways",
            ]
        }
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        let state = match &mut self.lineup {
            Some(lineup) => &mut lineup.state,
            None => &mut self.walk.state,
        };
        if moved(state, action) {
            self.surprise = None;
            return true;
        }
        match action {
            "choose" => self.choose(ctx),
            "keep" => self.lineup = None,
            "book" => self.confirm(ctx),
            "skip" => self.skip(ctx),
            "change" => self.candidates(ctx),
            "why" => self.why(ctx),
            "open" | "why-other" | "ways" => self.act_on_need(action, ctx),
            "refresh" => self.ask(ctx),
            _ => return false,
        }
        true
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        match answer {
            Answer::Plan(Ok(view)) => self.take(view, ctx),
            Answer::Plan(Err(error)) => {
                self.stale = false;
                ctx.say(Tone::Error, error.said().get(ctx.model.lang));
                self.failed = Some(error.clone());
            }
            Answer::Alternatives(_, Ok(ranking)) => self.take_ranking(ranking),
            Answer::Alternatives(_, Err(error)) => {
                ctx.say(Tone::Error, error.said().get(ctx.model.lang));
            }
            Answer::Executed(token, result) => self.executed(*token, result, ctx),
            _ => {}
        }
    }

    fn news(&mut self, news: &News, ctx: &mut Ctx<'_>) {
        if !news.changed() {
            return;
        }
        for entry in &self.walk.entries {
            let supplier = entry.proposal().map(|proposal| proposal.supplier.clone());
            let shown: Vec<Code> = supplier.into_iter().collect();
            self.told.take(&news.changes, &entry.need, &shown);
        }
        self.ask(ctx);
    }

    fn reviews(&self) -> Option<(&Code, bool)> {
        let entry = self.walk.entry()?;
        matches!(entry.what, What::Proposed(..)).then_some((&entry.need, true))
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        self.paint(buf, area, model, focused);
        self.pictured = self.walk.in_hand();
        None
    }
}
