//! Why what would act on a record is not possible now.

use super::need_detail::{booked, history};
use crate::console::actions::ActionId;
use crate::console::app::model::Model;
use crate::domain::lang::Text;
use crate::domain::record::Need;
use crate::domain::{Code, Kind, Said};
use crate::{both, text};

const ONLY_NEEDS: Text = text!(zh: "只对需求有意义", en: "only for a need");
const NO_RECORD: Text = text!(zh: "没有选中的记录", en: "no record is selected");
const NO_NEED: Text = text!(zh: "没有选中的需求", en: "no need is selected");

/// That a list has nothing to act on.
#[must_use]
pub fn no_record() -> Said {
    NO_RECORD.into()
}

/// That there is no need to act on.
#[must_use]
pub fn no_need() -> Said {
    NO_NEED.into()
}

/// That there is no filter to clear.
#[must_use]
pub fn no_filter() -> Said {
    text!(zh: "没有筛选", en: "no filter is set").into()
}

/// That there is nothing to go back from.
#[must_use]
pub fn nothing_open() -> Said {
    text!(zh: "没有打开的页面", en: "nothing is open").into()
}

/// Why an action on a record of a registry or on its page is not possible.
#[must_use]
pub fn of_record(action: ActionId, kind: Kind, code: &Code, model: &Model) -> Option<Said> {
    match (action, kind) {
        ("why-other", Kind::Resident) => {
            Some(text!(zh: "只对需求和供方有意义", en: "only for a need or a supplier").into())
        }
        ("add", Kind::Supplier | Kind::Need) => Some(
            text!(zh: "只在居民的页面上新增需求", en: "a need is added on a resident's page")
                .into(),
        ),
        (_, Kind::Need) => of_need(action, code, model),
        ("ways" | "substitute" | "unmatch" | "outcome" | "cancel-need", _) => {
            Some(ONLY_NEEDS.into())
        }
        _ => None,
    }
}

/// Why an action of record pages is not possible on one without a record.
#[must_use]
pub fn of_no_record(action: ActionId) -> Option<Said> {
    let is_of_record = matches!(
        action,
        "edit"
            | "reveal"
            | "add"
            | "unmatch"
            | "outcome"
            | "cancel-need"
            | "why-other"
            | "ways"
            | "substitute"
    );
    is_of_record.then(|| NO_RECORD.into())
}

/// Why an action on a need is not possible.
#[must_use]
pub fn of_need(action: ActionId, need: &Code, model: &Model) -> Option<Said> {
    match action {
        "cancel-need" => {
            let is_cancelled = model.fetch::<Need>(need)?.cancelled_at.is_some();
            is_cancelled
                .then(|| both!(zh: "需求 {need} 已经取消", en: "need {need} is cancelled already"))
        }
        "unmatch" => {
            let (matches, _) = history(need, model);
            let none = matches.iter().all(|found| found.ended_at.is_some());
            none.then(|| {
                text!(zh: "这条需求没有可以结束的匹配", en: "This need has no match to end").into()
            })
        }
        "outcome" => {
            let (matches, services) = history(need, model);
            booked(&matches, &services).is_empty().then(|| {
                text!(zh: "没有待登记结果的时段", en: "No booked visit is without an outcome")
                    .into()
            })
        }
        "substitute" => {
            let (now, (matches, services)) = (model.now(), history(need, model));
            let visits = booked(&matches, &services);
            let none = visits.iter().all(|visit| visit.start.stamp() < now);
            none.then(|| {
                text!(zh: "这条需求没有今后已预约的时段", en: "This need has no booked visit to come")
                    .into()
            })
        }
        _ => None,
    }
}
