//! Needs.

use minicbor::{Decode, Encode};

use super::resident::own_sex;
use super::{Record, Reference, field, is_record, shared};
use crate::both;
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::kinds::{Kind, Sex, Urgency};
use crate::domain::problem::Problem;
use crate::domain::recurrence::Recurrence;
use crate::domain::time::{DAY, Minute, Stamp, Zone};

/// What a resident asks for.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Need {
    /// The user's key.
    #[cbor(n(0), default)]
    pub code: Code,
    /// Who asks.
    #[cbor(n(1), default)]
    pub resident: Code,
    /// What for.
    #[cbor(n(2), default)]
    pub category: Code,
    /// The first visit.
    #[cbor(n(3), default)]
    pub start: Minute,
    /// How long a visit takes, 15 to 1440.
    #[cbor(n(4), default)]
    pub minutes: u16,
    /// How it comes again; none for a single visit.
    #[n(5)]
    pub recurrence: Option<Recurrence>,
    /// Suppliers wanted at once.
    #[cbor(n(6), default)]
    pub people: u16,
    /// The sex asked for.
    #[n(7)]
    pub sex: Option<Sex>,
    /// Capabilities required.
    #[cbor(n(8), default)]
    pub capabilities: Vec<Code>,
    /// How pressing.
    #[cbor(n(9), default)]
    pub urgency: Urgency,
    /// When it was entered.
    #[cbor(n(10), default)]
    pub opened_at: Stamp,
    /// When it was cancelled.
    #[n(11)]
    pub cancelled_at: Option<Stamp>,
    /// Why it was cancelled.
    #[cbor(n(12), default)]
    pub cancel_reason: String,
    /// Free text.
    #[cbor(n(13), default)]
    pub note: String,
}

impl Need {
    /// Suppliers wanted at once; at least one.
    #[must_use]
    pub fn people(&self) -> u16 {
        self.people.max(1)
    }

    /// The starts of its visits, the earliest first; endless for a series without an end.
    #[must_use]
    pub fn visits(&self) -> Box<dyn Iterator<Item = Minute> + Send> {
        match &self.recurrence {
            Some(rule) => Box::new(rule.starts(self.start)),
            None => Box::new(std::iter::once(self.start)),
        }
    }

    /// Whether it has a last visit.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.recurrence.as_ref().is_none_or(Recurrence::is_finite)
    }
}

/// The field table of [`Need`].
const FIELDS: &[Field<Need>] = &[
    shared!(code 0),
    field!(
        1,
        "resident",
        Open,
        Plain,
        "居民",
        "resident",
        |r| r.resident.to_string(),
        |r, v| {
            r.resident = cell::needed(v, Code::parse)?;
            Ok(())
        }
    ),
    field!(
        2,
        "category",
        Open,
        Plain,
        "服务类别",
        "category",
        |r| r.category.to_string(),
        |r, v| {
            r.category = cell::needed(v, Code::parse)?;
            Ok(())
        }
    ),
    field!(
        3,
        "start",
        Open,
        Plain,
        "首次时间",
        "first visit",
        |r| r.start.to_string(),
        |r, v| {
            r.start = cell::needed(v, Minute::parse)?;
            Ok(())
        }
    ),
    field!(
        4,
        "minutes",
        Open,
        Plain,
        "时长（分钟）",
        "minutes",
        |r| r.minutes.to_string(),
        |r, v| {
            r.minutes = cell::needed(v, |v| cell::whole(v, 15, 1440))?;
            Ok(())
        }
    ),
    field!(
        5,
        "recurrence",
        Open,
        Plain,
        "重复",
        "recurrence",
        |r| cell::print(r.recurrence.as_ref()),
        |r, v| {
            r.recurrence = cell::optional(v, Recurrence::parse)?;
            Ok(())
        }
    ),
    field!(
        6,
        "people",
        Open,
        Plain,
        "人数",
        "people",
        |r| r.people().to_string(),
        |r, v| {
            r.people = cell::optional(v, |v| cell::whole(v, 1, 1000))?.unwrap_or(1);
            Ok(())
        }
    ),
    field!(
        7,
        "sex",
        Open,
        Plain,
        "性别要求",
        "sex asked for",
        |r| cell::print(r.sex.as_ref()),
        |r, v| {
            r.sex = own_sex(v)?;
            Ok(())
        }
    ),
    field!(
        8,
        "capabilities",
        Open,
        Plain,
        "能力要求",
        "capabilities",
        |r| cell::join(&r.capabilities),
        |r, v| {
            r.capabilities = cell::codes(v)?;
            Ok(())
        }
    ),
    field!(
        9,
        "urgency",
        Open,
        Plain,
        "紧急程度",
        "urgency",
        |r| r.urgency.to_string(),
        |r, v| {
            r.urgency = cell::optional(v, cell::word)?.unwrap_or_default();
            Ok(())
        }
    ),
    field!(
        10,
        "opened_at",
        Open,
        Plain,
        "登记时间",
        "opened at",
        |r| r.opened_at.to_string(),
        |r, v| {
            r.opened_at = cell::needed(v, |v| Stamp::parse(v, Zone::default()))?;
            Ok(())
        }
    ),
    field!(
        11,
        "cancelled_at",
        Open,
        Plain,
        "取消时间",
        "cancelled at",
        |r| cell::print(r.cancelled_at.as_ref()),
        |r, v| {
            r.cancelled_at = cell::optional(v, |v| Stamp::parse(v, Zone::default()))?;
            Ok(())
        }
    ),
    field!(
        12,
        "cancel_reason",
        Open,
        Text,
        "取消原因",
        "why cancelled",
        |r| r.cancel_reason.clone(),
        |r, v| {
            v.clone_into(&mut r.cancel_reason);
            Ok(())
        }
    ),
    shared!(note 13),
];

impl Record for Need {
    is_record!(Need, Need);

    fn fields() -> &'static [Field<Self>] {
        FIELDS
    }

    fn key(&self) -> Code {
        self.code.clone()
    }

    fn check(&self) -> Result<(), Problem> {
        let end = self.start.of_day() + i32::from(self.minutes);
        if end > DAY {
            let start = self.start;
            return Err(Problem::new(
                "minutes",
                self.minutes.to_string(),
                both!(zh: "从 {start} 算起会超过当天 24:00，请分成两天", en: "a visit from {start} would end after 24:00; make it two needs, one a day"),
            ));
        }
        match &self.recurrence {
            Some(rule) => rule
                .check_start(self.start)
                .map_err(|said| Problem::new("recurrence", rule.to_string(), said)),
            None => Ok(()),
        }
    }

    fn references(&self) -> Vec<Reference> {
        [
            Reference::new("resident", Kind::Resident, &self.resident),
            Reference::new("category", Kind::Category, &self.category),
        ]
        .into_iter()
        .chain(Reference::each(
            "capabilities",
            Kind::Capability,
            &self.capabilities,
        ))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_may_end_at_midnight_but_not_after() {
        let need = |minutes| Need {
            start: Minute::parse("2026-11-24T23:00").unwrap(),
            minutes,
            ..Need::default()
        };
        assert_eq!(need(60).check(), Ok(()));
        assert!(
            need(61)
                .check()
                .is_err_and(|problem| problem.column == "minutes")
        );
    }

    #[test]
    fn the_start_must_be_given_by_the_rule() {
        let rule = Recurrence::parse("FREQ=WEEKLY;BYDAY=MO").ok();
        let need = Need {
            start: Minute::parse("2026-11-24T09:00").unwrap(),
            minutes: 60,
            recurrence: rule,
            ..Need::default()
        };
        assert!(
            need.check()
                .is_err_and(|problem| problem.column == "recurrence")
        );
    }
}
