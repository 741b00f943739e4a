//! Events: what the journal records, one for each record that changed.

use super::code::Code;
use super::kinds::Word;
use super::record::AnyRecord;

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum Verb {
    /// A new record was entered by hand.
    #[n(0)]
    Added,
    /// A record was changed by hand.
    #[n(1)]
    Edited,
    /// A record came from a file, new or changed.
    #[n(2)]
    Imported,
    /// A match was made.
    #[n(3)]
    Confirmed,
    /// A match was ended.
    #[n(4)]
    Unmatched,
    /// A visit was closed.
    #[n(5)]
    Closed,
    /// A need was cancelled.
    #[n(6)]
    Cancelled,
    /// The desk booked a later visit of a standing match.
    #[n(7)]
    Rolled,
}

impl Word for Verb {
    const ALL: &'static [Self] = &[
        Self::Added,
        Self::Edited,
        Self::Imported,
        Self::Confirmed,
        Self::Unmatched,
        Self::Closed,
        Self::Cancelled,
        Self::Rolled,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Edited => "edited",
            Self::Imported => "imported",
            Self::Confirmed => "confirmed",
            Self::Unmatched => "unmatched",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::Rolled => "rolled",
        }
    }

    fn text(self) -> super::lang::Text {
        match self {
            Self::Added => crate::text!(zh: "新增", en: "added"),
            Self::Edited => crate::text!(zh: "修改", en: "edited"),
            Self::Imported => crate::text!(zh: "导入", en: "imported"),
            Self::Confirmed => crate::text!(zh: "确认匹配", en: "confirmed"),
            Self::Unmatched => crate::text!(zh: "结束匹配", en: "unmatched"),
            Self::Closed => crate::text!(zh: "登记结果", en: "closed"),
            Self::Cancelled => crate::text!(zh: "取消", en: "cancelled"),
            Self::Rolled => crate::text!(zh: "顺延预约", en: "rolled forward"),
        }
    }
}

/// One record's change: the only way in which anything becomes different.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What happened.
    pub verb: Verb,
    /// The chain of the journal it belongs to: a street's code, or [`Event::DISTRICT`].
    pub chain: Code,
    /// The record before; none when it is new.
    pub before: Option<AnyRecord>,
    /// The record after.
    pub after: AnyRecord,
    /// Why, where a reason was asked for; empty otherwise.
    pub reason: String,
}

impl Event {
    /// The chain of events that belong to no street.
    pub const DISTRICT: &'static str = "district";
}
