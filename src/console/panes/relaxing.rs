//! Asking less of suppliers: what each change is in words, and the form that asks why before it is made.

use super::sheet::{Sheet, Spec, Submit};
use super::{cells, edit, words};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect};
use crate::console::widgets::form::{Field, Form};
use crate::desk::{Command, Done};
use crate::domain::lang::Lang;
use crate::domain::record::{Need, Supplier};
use crate::domain::time::clock;
use crate::domain::{Kind, Subject};
use crate::matching::relax::{Change, Relaxation};
use crate::say;

/// `Thu 26 Nov 09:00 instead of Tue 24 Nov: 8 (best: 王建国 62.1)`.
#[must_use]
pub fn line(need: &Need, relaxation: &Relaxation, command: &Command, model: &Model) -> String {
    let lang = model.lang;
    let (what, n) = (
        changes(need, &relaxation.changes, farther(command), model),
        relaxation.eligible,
    );
    let Some((supplier, score)) = &relaxation.best else {
        return say!(lang, zh: "{what}：{n} 人", en: "{what}: {n}");
    };
    let best = cells::supplier_name(supplier, model);
    say!(lang, zh: "{what}：{n} 人（最佳 {best} {score:.1}）", en: "{what}: {n} (best {best} {score:.1})")
}

/// The supplier who would go farther, as they are and as they would be.
fn farther(command: &Command) -> Option<&[Supplier; 2]> {
    match command {
        Command::Relax { farther, .. } => farther.as_deref(),
        _ => None,
    }
}

/// The changes without what they give.
fn changes(
    need: &Need,
    changes: &[Change],
    farther: Option<&[Supplier; 2]>,
    model: &Model,
) -> String {
    let parts: Vec<String> = changes
        .iter()
        .map(|change| said(need, change, farther, model))
        .collect();
    parts.join(match model.lang {
        Lang::Zh => "，并",
        Lang::En => " and ",
    })
}

fn said(need: &Need, change: &Change, farther: Option<&[Supplier; 2]>, model: &Model) -> String {
    let lang = model.lang;
    match change {
        // Of a series the first date says little: it may be long past.
        Change::Start(start) if need.recurrence.is_some() && start.day() == need.start.day() => {
            let [to, from] = [start, &need.start].map(|at| clock(at.of_day()));
            say!(lang, zh: "改到 {to}（原 {from}）", en: "at {to} instead of {from}")
        }
        Change::Start(start) => {
            let (to, from) = (words::visit(*start, lang), words::visit(need.start, lang));
            say!(lang, zh: "改到 {to}（原 {from}）", en: "{to} instead of {from}")
        }
        Change::Without(code) => {
            let name = model.name(Kind::Capability, code);
            say!(lang, zh: "不要求 {name}", en: "without {name}")
        }
        Change::Category(parent) => {
            let [to, from] = [parent, &need.category].map(|code| model.name(Kind::Category, code));
            say!(lang, zh: "类别放宽到 {to}（原 {from}）", en: "{to} instead of {from}")
        }
        Change::Farther(_) => match farther {
            Some([before, after]) => {
                let name = &before.name;
                let [was, will] = [before, after].map(|s| s.radius_km.unwrap_or_default());
                let km = change.said(need);
                let km = km.get(lang);
                say!(lang, zh: "{km}（{name} 走 {will} 公里，原 {was}）", en: "{km} ({name} goes {will} km instead of {was})")
            }
            None => change.said(need).get(lang).to_owned(),
        },
        _ => change.said(need).get(lang).to_owned(),
    }
}

/// Asks why, then makes the changes.
pub fn ask(relaxation: &Relaxation, command: &Command, ctx: &mut Ctx<'_>) {
    let Command::Relax { need, farther, .. } = command else {
        return;
    };
    let form = RelaxForm {
        need: need.clone(),
        farther: farther.clone(),
        km: relaxation.extra_km,
    };
    let sheet = Sheet::new(Box::new(form), ctx.model);
    ctx.push(sheet);
}

/// Why a need asks less.
pub(super) struct RelaxForm {
    /// The need as it is, and as it would be.
    pub need: Box<[Need; 2]>,
    /// The supplier who would go farther, as they are and as they would be.
    pub farther: Option<Box<[Supplier; 2]>>,
    /// How many km farther.
    pub km: f64,
}

impl RelaxForm {
    fn changes(&self, model: &Model) -> String {
        let [before, after] = &*self.need;
        let list = Change::between(before, after, self.km);
        changes(before, &list, self.farther.as_deref(), model)
    }
}

impl Spec for RelaxForm {
    fn subject(&self) -> Option<Subject> {
        Some(Subject::Relax {
            need: self.need.clone(),
            farther: self.farther.clone(),
            km: self.km,
        })
    }

    fn title(&self, model: &Model) -> String {
        self.changes(model)
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        vec![edit::reason_field(model)]
    }

    fn submit(&self, form: &Form, _model: &Model) -> Result<Submit, (&'static str, String)> {
        Ok(Submit::Command(Command::Relax {
            need: self.need.clone(),
            farther: self.farther.clone(),
            reason: form.value("reason").trim().to_owned(),
        }))
    }

    fn done(&self, _done: &Done, model: &Model) -> (String, Vec<Effect>) {
        let (what, need) = (self.changes(model), &self.need[0].code);
        let said = say!(model.lang, zh: "已放宽 {need}：{what}；原因记入日志", en: "Relaxed {need}: {what}; the journal keeps why");
        (said, Vec::new())
    }
}
