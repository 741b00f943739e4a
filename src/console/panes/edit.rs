//! The forms: records, reasons, outcomes, and whom to ask about.

use std::sync::Arc;

use super::need_detail::{booked, history};
use super::sheet::{Sheet, Spec, Submit};
use super::{cells, words};
use crate::console::app::model::Model;
use crate::console::app::searching::chosen;
use crate::console::app::view::{Ctx, Effect};
use crate::console::widgets::form::{Choice, Field, Form, Known};
use crate::desk::{Command, Done};
use crate::domain::kinds::Word;
use crate::domain::record::{Need, Resident, Supplier};
use crate::domain::{Code, Kind, Minute, Outcome, Subject};
use crate::text;

mod draft;
mod record;
mod why;

pub use draft::{describe, resume};
use record::RecordForm;
pub use why::{ask_why, ask_why_of};

/// Opens the form for a new record.
pub fn add(kind: Kind, ctx: &mut Ctx<'_>) {
    match kind {
        Kind::Supplier => push(RecordForm::<Supplier>::adding(Supplier::default()), ctx),
        Kind::Resident => push(RecordForm::<Resident>::adding(Resident::default()), ctx),
        _ => add_need(None, ctx),
    }
}

/// Opens the form for a new need, of this resident when one is given.
pub fn add_need(resident: Option<&Code>, ctx: &mut Ctx<'_>) {
    let tomorrow = ctx.model.now().day().start().plus(24 * 60 + 9 * 60);
    let need = Need {
        resident: resident.cloned().unwrap_or_default(),
        start: tomorrow,
        minutes: 60,
        people: 1,
        ..Need::default()
    };
    push(RecordForm::<Need>::adding(need), ctx);
}

/// Opens the form for a record as it is now.
pub fn edit(kind: Kind, code: &Code, ctx: &mut Ctx<'_>) {
    match kind {
        Kind::Supplier => {
            if let Some(found) = ctx.model.fetch::<Supplier>(code) {
                push(RecordForm::editing(found), ctx);
            }
        }
        Kind::Resident => {
            if let Some(found) = ctx.model.fetch::<Resident>(code) {
                push(RecordForm::editing(found), ctx);
            }
        }
        _ => {
            if let Some(found) = ctx.model.fetch::<Need>(code) {
                push(RecordForm::editing(found), ctx);
            }
        }
    }
}

fn push(spec: impl Spec + 'static, ctx: &mut Ctx<'_>) {
    let sheet = Sheet::new(Box::new(spec), ctx.model);
    ctx.push(sheet);
}

/// Tells what a code of a registry is called, of what whoever calls may see.
pub(super) fn known(kind: Kind, model: &Model) -> Known {
    let desk = Arc::clone(&model.desk);
    Box::new(move |typed| {
        let code = Code::parse(typed).ok()?;
        chosen(&desk, kind, &[code]).pop()
    })
}

/// Asks for a reason, then calls the need off.
pub fn cancel(need: &Code, ctx: &mut Ctx<'_>) {
    push(CancelForm { need: need.clone() }, ctx);
}

struct CancelForm {
    need: Code,
}

pub(super) fn reason_field(model: &Model) -> Field {
    let label = text!(zh: "原因", en: "reason").get(model.lang);
    let help = text!(zh: "写一句原因，Ctrl-S 保存", en: "Say why in a few words; Ctrl-S saves");
    Field::text("reason", label, "")
        .required()
        .help(help.get(model.lang))
}

impl Spec for CancelForm {
    fn subject(&self) -> Option<Subject> {
        let need = self.need.clone();
        Some(Subject::Cancel { need })
    }

    fn title(&self, model: &Model) -> String {
        let title = text!(zh: "取消需求", en: "Cancel need").get(model.lang);
        format!("{title} {}", self.need)
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        vec![reason_field(model)]
    }

    fn submit(&self, form: &Form, _model: &Model) -> Result<Submit, (&'static str, String)> {
        Ok(Submit::Command(Command::Cancel {
            need: self.need.clone(),
            reason: form.value("reason").trim().to_owned(),
        }))
    }

    fn done(&self, _done: &Done, model: &Model) -> (String, Vec<Effect>) {
        let said = text!(zh: "已取消需求", en: "Cancelled need").get(model.lang);
        (format!("{said} {}", self.need), Vec::new())
    }
}

/// Asks which match to end and why.
pub fn unmatch(need: &Code, ctx: &mut Ctx<'_>) {
    let (matches, _) = history(need, ctx.model);
    let standing: Vec<Code> = matches
        .into_iter()
        .filter(|found| found.ended_at.is_none())
        .map(|found| found.supplier)
        .collect();
    push(
        UnmatchForm {
            need: need.clone(),
            standing,
        },
        ctx,
    );
}

struct UnmatchForm {
    need: Code,
    standing: Vec<Code>,
}

impl Spec for UnmatchForm {
    fn subject(&self) -> Option<Subject> {
        let (need, standing) = (self.need.clone(), self.standing.clone());
        Some(Subject::Unmatch { need, standing })
    }

    fn title(&self, model: &Model) -> String {
        let title = text!(zh: "结束匹配", en: "End match").get(model.lang);
        format!("{title} {}", self.need)
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        let label = text!(zh: "供方", en: "supplier").get(model.lang);
        let choice = |code: &Code| {
            Choice::new(
                code.as_str(),
                format!("{} ({code})", cells::supplier_name(code, model)),
            )
        };
        let choices = self.standing.iter().map(choice).collect();
        vec![
            Field::choice("supplier", label, "", choices),
            reason_field(model),
        ]
    }

    fn submit(&self, form: &Form, _model: &Model) -> Result<Submit, (&'static str, String)> {
        Ok(Submit::Command(Command::Unmatch {
            need: self.need.clone(),
            supplier: Code::composed(form.value("supplier")),
            reason: form.value("reason").trim().to_owned(),
        }))
    }

    fn done(&self, _done: &Done, model: &Model) -> (String, Vec<Effect>) {
        let said = text!(zh: "已结束匹配，以后的时段回到队列", en: "Match ended; its later visits are back in the queue");
        (said.get(model.lang).to_owned(), Vec::new())
    }
}

/// Asks what became of a visit; `visit` is the one marked at first.
pub fn outcome(need: &Code, visit: Option<(&Code, Minute)>, ctx: &mut Ctx<'_>) {
    let (matches, services) = history(need, ctx.model);
    let mut visits: Vec<(Code, Minute)> = booked(&matches, &services)
        .into_iter()
        .map(|visit| (visit.supplier, visit.start))
        .collect();
    if let Some((supplier, start)) = visit {
        visits.retain(|found| found.0 == *supplier && found.1 == start);
    }
    push(
        OutcomeForm {
            need: need.clone(),
            visits,
        },
        ctx,
    );
}

struct OutcomeForm {
    need: Code,
    visits: Vec<(Code, Minute)>,
}

impl Spec for OutcomeForm {
    fn subject(&self) -> Option<Subject> {
        let (need, visits) = (self.need.clone(), self.visits.clone());
        Some(Subject::Outcome { need, visits })
    }

    fn title(&self, model: &Model) -> String {
        let title = text!(zh: "登记服务结果", en: "Outcome of a visit").get(model.lang);
        let who = model
            .fetch::<Need>(&self.need)
            .map(|n| cells::resident_name(&n.resident, model));
        format!("{title} {} {}", self.need, who.unwrap_or_default())
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        let lang = model.lang;
        let visits = self
            .visits
            .iter()
            .enumerate()
            .map(|(i, (supplier, start))| {
                let name = cells::supplier_name(supplier, model);
                Choice::new(
                    i.to_string(),
                    format!("{} {name}", words::visit(*start, lang)),
                )
            });
        let outcomes = Outcome::ALL
            .iter()
            .map(|o| Choice::new(o.word(), o.say(lang)));
        let ratings = [Choice::new(
            "",
            text!(zh: "没有评价", en: "no rating").get(lang),
        )]
        .into_iter()
        .chain(
            (1..=5)
                .rev()
                .map(|n| Choice::new(n.to_string(), format!("{n}/5"))),
        );
        let label = |zh_en: crate::domain::lang::Text| zh_en.get(lang);
        let minutes = text!(zh: "实际分钟，空着表示和计划一样", en: "how many minutes it took; empty means as planned");
        vec![
            Field::choice(
                "visit",
                label(text!(zh: "时段", en: "visit")),
                "0",
                visits.collect(),
            ),
            Field::choice(
                "outcome",
                label(text!(zh: "结果", en: "outcome")),
                "completed",
                outcomes.collect(),
            )
            .help(label(text!(zh: "← → 选择", en: "← → to choose"))),
            Field::choice(
                "rating",
                label(text!(zh: "居民评价", en: "rating")),
                "",
                ratings.collect(),
            )
            .help(label(text!(zh: "← → 或按数字", en: "← → or a digit"))),
            Field::text("minutes", label(text!(zh: "时长", en: "minutes")), "")
                .help(label(minutes)),
        ]
    }

    fn submit(&self, form: &Form, model: &Model) -> Result<Submit, (&'static str, String)> {
        let lang = model.lang;
        let at: usize = form.value("visit").parse().unwrap_or(0);
        let Some((supplier, start)) = self.visits.get(at) else {
            return Err((
                "visit",
                text!(zh: "请选择时段", en: "choose a visit")
                    .get(lang)
                    .to_owned(),
            ));
        };
        let outcome = Outcome::parse(form.value("outcome"))
            .map_err(|said| ("outcome", said.get(lang).to_owned()))?;
        let typed = form.value("minutes").trim();
        let minutes = if typed.is_empty() {
            None
        } else {
            let wrong =
                text!(zh: "请写 1 到 1440 的整数", en: "write a whole number from 1 to 1440")
                    .get(lang);
            let minutes = typed.parse::<u16>().ok().filter(|n| (1..=1440).contains(n));
            Some(minutes.ok_or_else(|| ("minutes", wrong.to_owned()))?)
        };
        Ok(Submit::Command(Command::Close {
            need: self.need.clone(),
            supplier: supplier.clone(),
            start: *start,
            outcome,
            rating: form
                .value("rating")
                .parse()
                .ok()
                .filter(|_| outcome == Outcome::Completed),
            minutes,
        }))
    }

    fn done(&self, _done: &Done, model: &Model) -> (String, Vec<Effect>) {
        let said = text!(zh: "已登记结果", en: "Outcome recorded");
        (said.get(model.lang).to_owned(), Vec::new())
    }
}
