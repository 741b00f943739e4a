//! Confirming a candidate: the question, what becomes of it, and what others do meanwhile.

use super::ask::{Ask, Withdraw, Wording};
use super::queue::{Mode, Queue};
use super::{cells, others, shares, words};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect};
use crate::console::app::worker::Request;
use crate::console::widgets::status::Kind as Tone;
use crate::desk::{BestRow, Command, DeskError, Done};
use crate::domain::{Code, Kind, Lang, Said};
use crate::{both, say, text};

/// A need and a supplier.
#[derive(Clone, PartialEq, Eq)]
struct Pair {
    need: Code,
    supplier: Code,
}

/// Where a confirmation is.
#[derive(Default)]
pub struct Confirmation {
    /// Asked about or sent, under its token, with the means to take the question away.
    sent: Option<(u64, Pair, Withdraw)>,
    /// Refused just now: who took the slot is said as soon as it is known.
    pub(super) refused: Option<Refused>,
}

/// A confirmation that was refused.
pub struct Refused {
    pair: Pair,
    /// The rules that refused, in words; empty when something else did.
    rules: Vec<String>,
}

impl Queue {
    /// Asks before the selected candidate is confirmed.
    pub(super) fn confirm(&mut self, ctx: &mut Ctx<'_>) {
        if let (Some(need), Some(part)) = (self.need(), self.part()) {
            let pair = Pair {
                need: need.clone(),
                supplier: part.candidate.supplier.clone(),
            };
            let command = shares::command(&need, part);
            let wording = shares::question(&need, part);
            self.send(pair, command, wording, ctx);
            return;
        }
        let (Some(row), Some(place)) = (self.row(), self.place()) else {
            return;
        };
        let pair = Pair {
            need: row.row.need.clone(),
            supplier: place.candidate.supplier.clone(),
        };
        let command = Command::Confirm {
            need: pair.need.clone(),
            supplier: pair.supplier.clone(),
            visits: None,
            place: None,
        };
        let wording = question(row, &pair.supplier);
        self.send(pair, command, wording, ctx);
    }

    /// Why the selected candidate can't be confirmed.
    pub(super) fn refuses_confirmation(&self, model: &Model) -> Option<Said> {
        if let Some(gone) = self.why_gone_and_next(model) {
            return Some(gone);
        }
        if self.part().is_some() {
            return None;
        }
        let Some(place) = self.place() else {
            return Some(
                text!(zh: "没有可以确认的候选人", en: "There is no candidate to confirm").into(),
            );
        };
        let why = self.why_lost(&place.candidate.supplier, model)?;
        let Said { zh, en } = why;
        Some(
            both!(zh: "{zh}，不能确认；请选另一位", en: "{en} and can't be confirmed; choose another"),
        )
    }

    /// Asks, and sends the command on yes.
    fn send(&mut self, pair: Pair, command: Command, wording: Wording, ctx: &mut Ctx<'_>) {
        let token = ctx.model.token();
        let then = vec![Effect::Ask(Request::Execute(token, command))];
        let ask = Ask::new(wording, text!(zh: "确认", en: "confirm"), then);
        self.confirmation.sent = Some((token, pair, ask.withdraw()));
        ctx.push(ask);
    }

    /// Takes what became of a confirmation.
    pub(super) fn executed(
        &mut self,
        token: u64,
        result: &Result<Done, DeskError>,
        ctx: &mut Ctx<'_>,
    ) {
        let sent = &mut self.confirmation.sent;
        let Some((_, pair, _)) = sent.take_if(|(own, ..)| *own == token) else {
            return;
        };
        let lang = ctx.model.lang;
        let (need, name) = (&pair.need, cells::supplier_name(&pair.supplier, ctx.model));
        match result {
            Ok(_) => {
                if let Some(lineup) = &mut self.lineup {
                    lineup.forget(&pair.supplier);
                }
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
                self.confirmation.refused = refused(error, pair, ctx);
                self.refresh(ctx);
                if self.gone().is_some() {
                    self.tell_left(ctx);
                } else {
                    self.tell_lost(true, ctx);
                }
            }
        }
    }

    /// Says at once when the candidate in hand was taken by others, and takes a question about them away.
    pub(super) fn tell_lost(&mut self, was_lost: bool, ctx: &mut Ctx<'_>) {
        let refused = self.confirmation.refused.as_ref();
        if let Some(said) = refused.and_then(|refused| self.why_refused(refused, ctx)) {
            ctx.say(Tone::Error, said);
            self.confirmation.refused = None;
            return;
        }
        if let Some((pair, question)) = self.asked()
            && let Some(why) = self.why_lost(&pair.supplier, ctx.model)
        {
            question.now(ctx);
            ctx.say(Tone::Warn, why.get(ctx.model.lang));
        } else if self.mode == Mode::Candidates
            && !was_lost
            && let Some(place) = self.place()
            && let Some(why) = self.why_lost(&place.candidate.supplier, ctx.model)
        {
            ctx.say(Tone::Warn, why.get(ctx.model.lang));
        }
    }

    /// Says at once when others took the need in hand off the queue, and takes a question about it away.
    pub(super) fn tell_left(&mut self, ctx: &mut Ctx<'_>) {
        let lang = ctx.model.lang;
        let Some(why) = self.why_gone(ctx.model) else {
            return;
        };
        let why = why.get(lang);
        if let Some(refused) = self.confirmation.refused.take() {
            let name = cells::supplier_name(&refused.pair.supplier, ctx.model);
            let said =
                say!(lang, zh: "没有确认 {name}：{why}", en: "{name} was not confirmed: {why}");
            ctx.say(Tone::Error, said);
            return;
        }
        let need = self.need();
        let asked = self
            .asked()
            .filter(|(pair, _)| Some(&pair.need) == need.as_ref());
        if let Some((_, question)) = asked {
            question.now(ctx);
        } else if self.mode != Mode::Candidates {
            return;
        }
        ctx.say(Tone::Warn, why);
    }

    /// The question that waits for an answer.
    fn asked(&self) -> Option<(&Pair, &Withdraw)> {
        let (_, pair, question) = self.confirmation.sent.as_ref()?;
        question.is_open().then_some((pair, question))
    }

    /// That the selected need has left the queue, when it has, and what leads on.
    pub(super) fn why_gone_and_next(&self, model: &Model) -> Option<Said> {
        let Said { zh, en } = self.why_gone(model)?;
        let key = model.key("queue", "next-need");
        Some(both!(zh: "{zh}；按 {key} 看下一条", en: "{en}; press {key} for the next"))
    }

    /// `N1 was matched by 李明`, when the selected need has left the queue.
    fn why_gone(&self, model: &Model) -> Option<Said> {
        let left = self.gone()?;
        let need = &left.need;
        let [zh, en] = [Lang::Zh, Lang::En].map(|lang| others::left(left, &self.told, model, lang));
        Some(both!(zh: "需求 {need} {zh}", en: "{need}: {en}"))
    }

    /// The rules that refused a confirmation, and who took the slot, once that is known.
    fn why_refused(&self, refused: &Refused, ctx: &Ctx<'_>) -> Option<String> {
        let lineup = self.lineup()?;
        let supplier = &refused.pair.supplier;
        let lost = lineup.place(supplier)?.lost.as_ref()?;
        let lang = ctx.model.lang;
        let name = cells::supplier_name(supplier, ctx.model);
        let mut why = refused.rules.clone();
        if lost.by.is_some() || why.is_empty() {
            let what = others::lost(lost, &lineup.need, &self.told, ctx.model, lang);
            why.push(what);
        }
        let why = why.join(text!(zh: "，", en: ", ").get(lang));
        Some(say!(lang, zh: "没有确认 {name}：{why}", en: "{name} was not confirmed: {why}"))
    }

    /// `王建国: taken by 李明`, when a supplier on the screen is no candidate any more.
    fn why_lost(&self, supplier: &Code, model: &Model) -> Option<Said> {
        let lineup = self.lineup()?;
        let lost = lineup.place(supplier)?.lost.as_ref()?;
        let name = cells::supplier_name(supplier, model);
        let [zh, en] = [Lang::Zh, Lang::En]
            .map(|lang| others::lost(lost, &lineup.need, &self.told, model, lang));
        Some(both!(zh: "{name} {zh}", en: "{name}: {en}"))
    }
}

/// What is kept of a refusal by the desk; that the store failed is not one.
fn refused(error: &DeskError, pair: Pair, ctx: &Ctx<'_>) -> Option<Refused> {
    let DeskError::Refused(refusal) = error else {
        return None;
    };
    let rules = refusal
        .codes
        .iter()
        .filter(|code| words::is_rule(code))
        .map(|code| words::rule(code, ctx.model.lang))
        .collect();
    Some(Refused { pair, rules })
}

/// The question before a confirmation, with all that it does.
fn question(row: &BestRow, supplier: &Code) -> Wording {
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
