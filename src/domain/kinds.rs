//! The closed lists of words in SPEC §1 and §2.

use std::fmt;

use minicbor::{Decode, Encode};

use super::lang::{Lang, Text};
use super::problem::Said;
use crate::{both, text};

/// A closed list whose members have a word in files and a text in both languages.
pub trait Word: Copy + Eq + Sized + 'static {
    /// Every member, in the order in which a form offers them.
    const ALL: &'static [Self];

    /// The word in files and on the command line.
    fn word(self) -> &'static str;

    /// The text for people.
    fn text(self) -> Text;

    /// Reads the word, in any case.
    ///
    /// # Errors
    /// When it is none of the list; the message names the list.
    fn parse(text: &str) -> Result<Self, Said> {
        Self::ALL
            .iter()
            .copied()
            .find(|member| member.word().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                let words = Self::ALL
                    .iter()
                    .map(|member| member.word())
                    .collect::<Vec<_>>()
                    .join(", ");
                both!(zh: "只能是 {words}", en: "must be one of {words}")
            })
    }

    /// The text in `lang`.
    fn say(self, lang: Lang) -> &'static str {
        self.text().get(lang)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $n:literal $member:ident $word:literal $zh:literal $en:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(index_only)]
        pub enum $name {
            $($(#[$attr])* #[doc = $en] #[n($n)] $member,)+
        }

        impl Word for $name {
            const ALL: &'static [Self] = &[$(Self::$member),+];

            fn word(self) -> &'static str {
                match self { $(Self::$member => $word),+ }
            }

            fn text(self) -> Text {
                match self { $(Self::$member => text!(zh: $zh, en: $en)),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words! {
    /// The kinds of record; the word is the file's name without `.csv`.
    Kind {
        0 Street "streets" "街乡" "street",
        1 Community "communities" "社区" "community",
        2 Category "categories" "服务类别" "category",
        3 Capability "capabilities" "能力标签" "capability",
        4 Supplier "suppliers" "供方" "supplier",
        5 Resident "residents" "居民" "resident",
        6 Need "needs" "需求" "need",
        7 Match "matches" "匹配" "match",
        8 Service "services" "服务记录" "service",
        9 Settings "settings" "设置" "settings",
        10 Grant "grants" "授权" "grant",
    }
}

impl Kind {
    /// The kinds that have a file, in the order in which files are read.
    pub const FILES: [Self; 9] = [
        Self::Street,
        Self::Community,
        Self::Category,
        Self::Capability,
        Self::Supplier,
        Self::Resident,
        Self::Need,
        Self::Match,
        Self::Service,
    ];

    /// Whether its records are about people, whose personal fields are shown in part until they are asked for. What a
    /// need or a visit says is for whoever serves it.
    #[must_use]
    pub fn is_of_people(self) -> bool {
        matches!(self, Self::Supplier | Self::Resident)
    }

    /// The singular, as the command line also understands it.
    #[must_use]
    pub fn singular(self) -> &'static str {
        self.text().en
    }

    /// Reads a file's name without `.csv`, or its singular.
    ///
    /// # Errors
    /// When it names no kind of file.
    pub fn of_word(text: &str) -> Result<Self, Said> {
        Self::FILES.into_iter().find(|kind| text == kind.word() || text == kind.singular()).ok_or_else(|| {
            let words = Self::FILES.map(Word::word).join(", ");
            both!(zh: "没有名为 {text} 的种类；可用：{words}", en: "there is no kind {text}; there are {words}")
        })
    }
}

words! {
    /// What sort of supplier.
    #[derive(Default)]
    SupplierKind {
        #[default]
        0 Person "person" "志愿者" "person",
        1 Organisation "organisation" "社会组织" "organisation",
        2 Unit "unit" "社会单位" "unit",
    }
}

words! {
    /// Sex; `any` is for suppliers who can send either.
    Sex {
        0 Male "m" "男" "male",
        1 Female "f" "女" "female",
        2 Any "any" "均可" "any",
    }
}

words! {
    /// Whether a supplier takes part.
    #[derive(Default)]
    Status {
        #[default]
        0 Active "active" "在岗" "active",
        1 Paused "paused" "暂停" "paused",
        2 Withdrawn "withdrawn" "退出" "withdrawn",
    }
}

words! {
    /// How pressing a need is, the least first.
    #[derive(Default)]
    Urgency {
        0 Low "low" "低" "low",
        #[default]
        1 Normal "normal" "一般" "normal",
        2 High "high" "高" "high",
        3 Urgent "urgent" "紧急" "urgent",
    }
}

words! {
    /// What became of a visit.
    #[derive(Default)]
    Outcome {
        #[default]
        0 Completed "completed" "已完成" "completed",
        1 NoShow "no_show" "未到" "no-show",
        2 CancelledByResident "cancelled_by_resident" "居民取消" "cancelled by resident",
        3 CancelledBySupplier "cancelled_by_supplier" "供方取消" "cancelled by supplier",
    }
}

words! {
    /// What somebody may be at a station (SPEC §1).
    #[derive(Default)]
    Role {
        #[default]
        0 Broker "broker" "公益经纪人" "broker",
        1 Supervisor "supervisor" "督导" "supervisor",
        2 Administrator "administrator" "管理员" "administrator",
        3 Auditor "auditor" "审计员" "auditor",
    }
}

impl Outcome {
    /// Whether the visit did not take place because somebody called it off beforehand.
    #[must_use]
    pub fn is_cancelled(self) -> bool {
        matches!(self, Self::CancelledByResident | Self::CancelledBySupplier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_understood_in_plural_and_singular() {
        assert_eq!(Kind::of_word("suppliers"), Ok(Kind::Supplier));
        assert_eq!(Kind::of_word("category"), Ok(Kind::Category));
        assert!(Kind::of_word("settings").is_err_and(|said| said.en.contains("streets")));
    }

    #[test]
    fn a_word_outside_the_list_names_the_list() {
        assert!(
            Urgency::parse("hot").is_err_and(|said| said.en.contains("low, normal, high, urgent"))
        );
        assert_eq!(Urgency::parse("High"), Ok(Urgency::High));
    }
}
