//! Why something is not possible in the queue now.

use super::queue::{Mode, Queue};
use super::refusals;
use crate::console::actions::ActionId;
use crate::console::app::model::Model;
use crate::domain::Said;
use crate::{both, text};

impl Queue {
    /// Why an action is not possible in the queue now.
    pub(super) fn refusal(&self, action: ActionId, model: &Model) -> Option<Said> {
        match action {
            "back" => Some(refusals::nothing_open()),
            "outcome" if self.visit().is_none() => {
                Some(text!(zh: "没有待登记的结果", en: "No outcome is awaited").into())
            }
            "confirm" => self.refuses_confirmation(model),
            "candidates" | "why" | "open" | "reveal" | "why-other" | "ways" | "substitute"
            | "unmatch" | "cancel-need" | "edit" | "skip" | "next-need" | "prev-need" => {
                self.refusal_of_need(action, model)
            }
            _ => None,
        }
    }

    /// Why an action on the need in hand is not possible.
    fn refusal_of_need(&self, action: ActionId, model: &Model) -> Option<Said> {
        let Some(need) = self.at_hand() else {
            return Some(text!(zh: "队列里没有需求", en: "There is no need in the queue").into());
        };
        let has_none = || self.lineup().is_none_or(|lineup| lineup.state.is_empty());
        match action {
            "candidates" => self.why_gone_and_next(model).or_else(|| {
                has_none().then(|| {
                    let [ways, why] = ["ways", "why-other"].map(|id| model.key("queue", id));
                    both!(zh: "没有候选人。按 {ways} 看其他办法，按 {why} 查某个供方为什么不行", en: "No candidates. Press {ways} for other ways, {why} to see why somebody is not one")
                })
            }),
            "why" if self.supplier().is_none() => Some(refusals::no_record()),
            "open" | "reveal" if self.mode == Mode::Candidates && self.supplier().is_none() => {
                Some(refusals::no_record())
            }
            _ => refusals::of_need(action, &need, model),
        }
    }
}
