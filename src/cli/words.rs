//! Texts that several verbs use.

use crate::domain::kinds::Word;
use crate::domain::lang::Text;
use crate::domain::record::Grant;
use crate::domain::{Code, Lang, Minute, Outcome, Sex, Status, SupplierKind, Urgency};
use crate::matching::State;
use crate::text;

/// The names of the criteria, in the order of [`CRITERIA`](crate::domain::record::CRITERIA).
pub const CRITERION_NAMES: [Text; 7] = [
    text!(zh: "距离", en: "proximity"),
    text!(zh: "延续", en: "continuity"),
    text!(zh: "评价", en: "rating"),
    text!(zh: "守约", en: "reliability"),
    text!(zh: "均衡", en: "fairness"),
    text!(zh: "熟练", en: "proficiency"),
    text!(zh: "意愿", en: "preference"),
];

/// The name of a rule of SPEC §3.
#[must_use]
pub fn rule(name: &str, lang: Lang) -> String {
    let text = match name {
        "status" => text!(zh: "在岗", en: "status"),
        "category" => text!(zh: "服务类别", en: "category"),
        "sex" => text!(zh: "性别", en: "sex"),
        "capability" => text!(zh: "能力", en: "capability"),
        "credential_expired" => text!(zh: "证件有效", en: "credential"),
        "availability" => text!(zh: "空闲时间", en: "availability"),
        "booked" => text!(zh: "时间冲突", en: "bookings"),
        "distance" => text!(zh: "距离", en: "distance"),
        "blocked" => text!(zh: "居民拒绝", en: "blocked"),
        "already_matched" => text!(zh: "已经匹配", en: "matched"),
        "weekly_hours" => text!(zh: "每周时长", en: "weekly hours"),
        other => return other.to_owned(),
    };
    text.get(lang).to_owned()
}

/// The streets of a role.
#[must_use]
pub fn streets(streets: &[Code], lang: Lang) -> String {
    let shown: Vec<&str> = streets
        .iter()
        .map(|code| match code.as_str() {
            Grant::EVERYWHERE => text!(zh: "所有街乡", en: "every street").get(lang),
            code => code,
        })
        .collect();
    shown.join(text!(zh: "、", en: ", ").get(lang))
}

/// Where a need stands.
#[must_use]
pub fn state(state: State) -> (&'static str, Text) {
    match state {
        State::Open => ("open", text!(zh: "待匹配", en: "open")),
        State::Matched => ("matched", text!(zh: "已匹配", en: "matched")),
        State::Done => ("done", text!(zh: "已完成", en: "done")),
        State::Cancelled => ("cancelled", text!(zh: "已取消", en: "cancelled")),
        State::Lapsed => ("lapsed", text!(zh: "已过期", en: "lapsed")),
    }
}

/// A visit's start for people: `2026-11-24 09:00`.
#[must_use]
pub fn when(start: Minute) -> String {
    start.to_string().replace('T', " ")
}

/// Several visits for people; the first ones and how many there are.
#[must_use]
pub fn visits(starts: &[Minute], lang: Lang) -> String {
    const SHOWN: usize = 4;
    let first: Vec<String> = starts
        .iter()
        .take(SHOWN)
        .map(|start| when(*start))
        .collect();
    let (first, count) = (first.join(", "), starts.len());
    if count > SHOWN {
        crate::say!(lang, zh: "{first} 等 {count} 次", en: "{first} … ({count} visits)")
    } else {
        first
    }
}

/// A cell of a file as people read it: words of closed lists in the language, everything else as it is.
#[must_use]
pub fn cell(column: &str, value: &str, lang: Lang) -> String {
    fn of<W: Word>(value: &str, lang: Lang) -> Option<&'static str> {
        W::parse(value).ok().map(|word| word.say(lang))
    }
    let said = match column {
        "sex" => of::<Sex>(value, lang),
        "kind" => of::<SupplierKind>(value, lang),
        "status" => of::<Status>(value, lang),
        "urgency" => of::<Urgency>(value, lang),
        "outcome" => of::<Outcome>(value, lang),
        "start" | "opened_at" | "confirmed_at" | "ended_at" | "cancelled_at" => {
            return value.replace('T', " ");
        }
        "visits" => {
            return value.replace('T', " ").replace(';', ", ");
        }
        _ => None,
    };
    said.map_or_else(|| value.to_owned(), str::to_owned)
}

/// A share as a percentage.
#[must_use]
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1}%", share * 100.0))
}

/// A number with one decimal, or a dash.
#[must_use]
pub fn decimal(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"))
}
