//! Forms that were left unfinished.

use std::sync::Arc;

use super::record::RecordForm;
use super::{CancelForm, OutcomeForm, UnmatchForm};
use crate::console::app::model::Model;
use crate::console::panes::cells;
use crate::console::panes::relaxing::RelaxForm;
use crate::console::panes::sheet::{Sheet, Spec};
use crate::desk::Hold;
use crate::domain::record::Need;
use crate::domain::{Code, Draft, Subject};
use crate::with_record;

/// The form of a draft, as it was left.
#[must_use]
pub fn resume(draft: &Draft, hold: Arc<Hold>, model: &Model) -> Sheet {
    Sheet::resumed(spec(&draft.subject), draft, hold, model)
}

fn spec(subject: &Subject) -> Box<dyn Spec> {
    match subject.clone() {
        Subject::Add(record) => {
            with_record!(record, record => Box::new(RecordForm::adding(record)))
        }
        Subject::Edit(record) => {
            with_record!(record, record => Box::new(RecordForm::editing(record)))
        }
        Subject::Cancel { need } => Box::new(CancelForm { need }),
        Subject::Unmatch { need, standing } => Box::new(UnmatchForm { need, standing }),
        Subject::Outcome { need, visits } => Box::new(OutcomeForm { need, visits }),
        Subject::Relax { need, farther, km } => Box::new(RelaxForm { need, farther, km }),
    }
}

/// What a draft is, in a few words: the form's title, and whom it is about.
#[must_use]
pub fn describe(draft: &Draft, model: &Model) -> String {
    let title = spec(&draft.subject).title(model);
    let who = match &draft.subject {
        Subject::Add(_) | Subject::Edit(_) => {
            let resident = draft.value("resident");
            if resident.is_empty() {
                draft.value("name")
            } else {
                cells::resident_name(&Code::composed(&resident), model)
            }
        }
        Subject::Cancel { need } | Subject::Unmatch { need, .. } => {
            let need = model.fetch::<Need>(need);
            need.map_or_else(String::new, |n| cells::resident_name(&n.resident, model))
        }
        // Its title may be long.
        Subject::Relax { need, .. } => {
            let who = cells::resident_name(&need[0].resident, model);
            return format!("{} · {who} · {title}", need[0].code);
        }
        // Its title says it.
        Subject::Outcome { .. } => String::new(),
    };
    if who.is_empty() {
        title.trim_end().to_owned()
    } else {
        format!("{title} · {who}")
    }
}
