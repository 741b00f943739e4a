//! Why, or why not, for any pair: a need's page asks for the supplier, a supplier's for the need.

use super::known;
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect};
use crate::console::app::worker::Request;
use crate::console::panes::cells;
use crate::console::panes::page::Page;
use crate::console::panes::sheet::{Spec, Submit};
use crate::console::widgets::form::{Choice, Field, Form};
use crate::desk::Done;
use crate::domain::record::{Need, Supplier};
use crate::domain::{Code, Kind, Subject};
use crate::text;

/// Asks for a supplier, then shows every rule for the pair.
pub fn ask_why(need: &Code, ctx: &mut Ctx<'_>) {
    super::push(WhyForm::OfNeed(need.clone()), ctx);
}

/// Asks for a need, then shows every rule for the pair.
pub fn ask_why_of(supplier: &Code, ctx: &mut Ctx<'_>) {
    super::push(WhyForm::OfSupplier(supplier.clone()), ctx);
}

/// Which of the two is known.
enum WhyForm {
    OfNeed(Code),
    OfSupplier(Code),
}

impl Spec for WhyForm {
    fn subject(&self) -> Option<Subject> {
        None
    }

    fn title(&self, model: &Model) -> String {
        match self {
            Self::OfNeed(need) => {
                let title = text!(zh: "为什么不是……", en: "Why, or why not").get(model.lang);
                format!("{title} {need}")
            }
            Self::OfSupplier(supplier) => {
                let title = text!(zh: "能否承接哪条需求", en: "Why, or why not").get(model.lang);
                format!("{title} {}", cells::supplier_name(supplier, model))
            }
        }
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        let (id, kind, label, help) = match self {
            Self::OfNeed(_) => (
                "supplier",
                Kind::Supplier,
                text!(zh: "供方", en: "supplier"),
                text!(zh: "输入姓名、拼音首字母、编码或电话，Enter 查看", en: "Type a name, pinyin initials, a code or a telephone number, then Enter"),
            ),
            Self::OfSupplier(_) => (
                "need",
                Kind::Need,
                text!(zh: "需求", en: "need"),
                text!(zh: "输入居民姓名、拼音首字母或需求编码，Enter 查看", en: "Type the resident's name, pinyin initials or the need's code, then Enter"),
            ),
        };
        let lang = model.lang;
        let known = known(kind, model);
        let field = Field::record(id, label.get(lang), &Choice::default(), kind, known);
        vec![field.required().help(help.get(lang))]
    }

    fn submit(&self, form: &Form, model: &Model) -> Result<Submit, (&'static str, String)> {
        let lang = model.lang;
        let typed = |id: &'static str| {
            Code::parse(form.value(id)).map_err(|said| (id, said.get(lang).to_owned()))
        };
        let (need, supplier) = match self {
            Self::OfNeed(need) => {
                let supplier = typed("supplier")?;
                if model.fetch::<Supplier>(&supplier).is_none() {
                    let said = text!(zh: "没有这个供方，请从列表中选择", en: "There is no such supplier; choose one from the list");
                    return Err(("supplier", said.get(lang).to_owned()));
                }
                (need.clone(), supplier)
            }
            Self::OfSupplier(supplier) => {
                let need = typed("need")?;
                if model.fetch::<Need>(&need).is_none() || !model.sees(Kind::Need, &need) {
                    let said = text!(zh: "没有这条需求，请从列表中选择", en: "There is no such need; choose one from the list");
                    return Err(("need", said.get(lang).to_owned()));
                }
                (need, supplier.clone())
            }
        };
        let page = Page::why(need.clone(), supplier.clone());
        Ok(Submit::Effects(vec![
            Effect::Push(Box::new(page)),
            Effect::Ask(Request::Why(need, supplier)),
        ]))
    }

    fn done(&self, _done: &Done, _model: &Model) -> (String, Vec<Effect>) {
        (String::new(), Vec::new())
    }
}
