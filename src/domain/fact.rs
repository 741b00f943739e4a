//! Events: what the journal records, one for each record that changed.

use super::code::Code;
use super::kinds::{Kind, Word};
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
    /// Somebody was shown a record's personal fields.
    #[n(8)]
    Revealed,
    /// Records left the store with their personal fields.
    #[n(9)]
    Exported,
    /// Somebody asked for what no role of theirs grants.
    #[n(10)]
    Denied,
}

impl Verb {
    /// Whether it changes no record: a [`Note`].
    #[must_use]
    pub fn is_note(self) -> bool {
        matches!(self, Self::Revealed | Self::Exported | Self::Denied)
    }
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
        Self::Revealed,
        Self::Exported,
        Self::Denied,
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
            Self::Revealed => "revealed",
            Self::Exported => "exported",
            Self::Denied => "denied",
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
            Self::Revealed => crate::text!(zh: "查看个人信息", en: "revealed"),
            Self::Exported => crate::text!(zh: "导出个人信息", en: "exported"),
            Self::Denied => crate::text!(zh: "被拒绝", en: "denied"),
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

/// What the journal keeps of a deed that changes no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What happened; one that [is a note](Verb::is_note).
    pub verb: Verb,
    /// The chain of the journal it belongs to.
    pub chain: Code,
    /// Which kind of record it was about.
    pub kind: Kind,
    /// Which record; [`Note::ALL`] for the kind as a whole.
    pub key: Code,
    /// The reason that was given, or what was asked for.
    pub reason: String,
}

impl Note {
    /// Stands for every record of a kind.
    pub const ALL: &'static str = "*";
}

/// What was denied, as it stands in the reason of a [`Note`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial<'a> {
    /// What was asked for: a right's word, or of somebody without any role the verb of their command, or `console`.
    pub asked: &'a str,
    /// How many times more, when the note stands for several that were only counted.
    pub more: Option<u64>,
}

impl<'a> Denial<'a> {
    /// Reads a reason.
    #[must_use]
    pub fn of(reason: &'a str) -> Self {
        let counted = reason
            .rsplit_once(" +")
            .and_then(|(asked, more)| Some((asked, more.parse().ok()?)));
        match counted {
            Some((asked, more)) => Self {
                asked,
                more: Some(more),
            },
            None => Self {
                asked: reason,
                more: None,
            },
        }
    }

    /// The reason that tells of so many more.
    #[must_use]
    pub fn and_more(self, more: u64) -> String {
        format!("{} +{more}", self.asked)
    }
}
