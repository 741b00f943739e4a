//! Personal data on the screen: in part until somebody asks for it with a reason, which the journal keeps.

use super::page::Page;
use super::sheet::{Sheet, Spec, Submit};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect};
use crate::console::widgets::form::{Field, Form};
use crate::desk::{Command, Done};
use crate::domain::field::{Field as Column, Privacy};
use crate::domain::kinds::Word;
use crate::domain::mask::masked;
use crate::domain::record::Need;
use crate::domain::{Code, Kind, Record, Subject};
use crate::text;

/// Asks why a supplier's or resident's personal data is wanted, then shows it; `opens` when their page is not open yet.
pub fn ask(kind: Kind, code: &Code, opens: bool, ctx: &mut Ctx<'_>) {
    let spec = RevealForm {
        kind,
        code: code.clone(),
        opens,
    };
    let sheet = Sheet::new(Box::new(spec), ctx.model);
    ctx.push(sheet);
}

/// The same for the resident of a need.
pub fn ask_of_need(need: &Code, ctx: &mut Ctx<'_>) {
    if let Some(need) = ctx.model.fetch::<Need>(need) {
        ask(Kind::Resident, &need.resident, true, ctx);
    }
}

/// The same for a record of a registry.
pub fn ask_of(kind: Kind, code: &Code, ctx: &mut Ctx<'_>) {
    match kind {
        Kind::Need => ask_of_need(code, ctx),
        _ => ask(kind, code, true, ctx),
    }
}

/// A record's value in a column as the screen may show it now.
#[must_use]
pub fn shown<R: Record>(column: &Column<R>, record: &R, model: &Model) -> String {
    let value = (column.get)(record);
    if is_hidden(column, record, model) {
        masked(column.column, &value)
    } else {
        value
    }
}

/// Whether a column is shown in part only. What a need says is for whoever serves it.
#[must_use]
pub fn is_hidden<R: Record>(column: &Column<R>, record: &R, model: &Model) -> bool {
    column.privacy == Privacy::Masked
        && R::KIND.is_of_people()
        && !model.reveals(R::KIND, &record.key())
}

struct RevealForm {
    kind: Kind,
    code: Code,
    opens: bool,
}

impl Spec for RevealForm {
    /// A few words, soon typed again; nobody wants to be asked for them at the next start.
    fn subject(&self) -> Option<Subject> {
        None
    }

    fn title(&self, model: &Model) -> String {
        let title = text!(zh: "查看个人信息", en: "Personal data of").get(model.lang);
        format!("{title} {} {}", self.kind.say(model.lang), self.code)
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        let label = text!(zh: "原因", en: "reason").get(model.lang);
        let help = text!(zh: "为什么要看（会记入日志），Enter 查看", en: "Why you need it; the journal keeps this. Enter shows it");
        vec![
            Field::text("reason", label, "")
                .required()
                .help(help.get(model.lang)),
        ]
    }

    fn submit(&self, form: &Form, _model: &Model) -> Result<Submit, (&'static str, String)> {
        Ok(Submit::Command(Command::Reveal {
            kind: self.kind,
            key: self.code.clone(),
            reason: form.value("reason").trim().to_owned(),
        }))
    }

    fn done(&self, _done: &Done, model: &Model) -> (String, Vec<Effect>) {
        let mut effects = vec![Effect::Reveal(self.kind, self.code.clone())];
        if self.opens {
            let page = Page::record(self.kind, self.code.clone());
            effects.push(Effect::Push(Box::new(page)));
        }
        let said = text!(zh: "已显示个人信息，并记入日志", en: "Personal data is shown; the journal keeps that");
        (said.get(model.lang).to_owned(), effects)
    }
}
