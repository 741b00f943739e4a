//! Asking less of suppliers: what each change is in words, and the form that asks why before it is made.

use super::sheet::{Sheet, Spec, Submit};
use super::{cells, edit, words};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect};
use crate::console::widgets::form::{Field, Form};
use crate::desk::{Command, Done};
use crate::domain::lang::Lang;
use crate::domain::record::Need;
use crate::domain::{Kind, Subject};
use crate::matching::relax::{Change, Relaxation};
use crate::say;

/// `Thu 26 Nov 09:00 instead of Tue 24 Nov: 8 (best: 王建国 62.1)`.
#[must_use]
pub fn line(need: &Need, relaxation: &Relaxation, command: &Command, model: &Model) -> String {
    let lang = model.lang;
    let (what, n) = (
        changes(need, relaxation, command, model),
        relaxation.eligible,
    );
    let Some((supplier, score)) = &relaxation.best else {
        return say!(lang, zh: "{what}：{n} 人", en: "{what}: {n}");
    };
    let best = cells::supplier_name(supplier, model);
    say!(lang, zh: "{what}：{n} 人（最佳 {best} {score:.1}）", en: "{what}: {n} (best {best} {score:.1})")
}

/// The changes without what they give.
fn changes(need: &Need, relaxation: &Relaxation, command: &Command, model: &Model) -> String {
    let parts: Vec<String> = relaxation
        .changes
        .iter()
        .map(|change| said(need, change, command, model))
        .collect();
    parts.join(match model.lang {
        Lang::Zh => "，并",
        Lang::En => " and ",
    })
}

fn said(need: &Need, change: &Change, command: &Command, model: &Model) -> String {
    let lang = model.lang;
    match change {
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
        Change::Farther(_) => match command {
            Command::Relax {
                farther: Some(supplier),
                ..
            } => {
                let [before, after] = &**supplier;
                let name = &before.name;
                let [was, will] = [before, after].map(|s| s.radius_km.unwrap_or_default());
                let km = change.said(need);
                let km = km.get(lang);
                say!(lang, zh: "{km}（{name} 走 {will} 公里，原 {was}）", en: "{km} ({name} goes {will} km instead of {was})")
            }
            _ => change.said(need).get(lang).to_owned(),
        },
        _ => change.said(need).get(lang).to_owned(),
    }
}

/// Asks why, then makes the changes.
pub fn ask(need: &Need, relaxation: &Relaxation, command: &Command, ctx: &mut Ctx<'_>) {
    let spec = RelaxForm {
        need: need.clone(),
        relaxation: relaxation.clone(),
        command: command.clone(),
    };
    let sheet = Sheet::new(Box::new(spec), ctx.model);
    ctx.push(sheet);
}

struct RelaxForm {
    need: Need,
    relaxation: Relaxation,
    command: Command,
}

impl Spec for RelaxForm {
    /// A few words about a picture that is soon another: there is nothing to go on with later.
    fn subject(&self) -> Option<Subject> {
        None
    }

    fn title(&self, model: &Model) -> String {
        changes(&self.need, &self.relaxation, &self.command, model)
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        vec![edit::reason_field(model)]
    }

    fn submit(&self, form: &Form, _model: &Model) -> Result<Submit, (&'static str, String)> {
        let mut command = self.command.clone();
        if let Command::Relax { reason, .. } = &mut command {
            form.value("reason").trim().clone_into(reason);
        }
        Ok(Submit::Command(command))
    }

    fn done(&self, _done: &Done, model: &Model) -> (String, Vec<Effect>) {
        let what = changes(&self.need, &self.relaxation, &self.command, model);
        let need = &self.need.code;
        let said = say!(model.lang, zh: "已放宽 {need}：{what}；原因记入日志", en: "Relaxed {need}: {what}; the journal keeps why");
        (said, Vec::new())
    }
}
