//! What others did and do, in words: who reviews a need, who took a candidate, who took a need off the queue.

use std::collections::HashMap;
use std::sync::Arc;

use super::words;
use crate::console::app::model::Model;
use crate::console::widgets::text::width;
use crate::desk::{Actor, Change, Left, Lost, Reviewer};
use crate::domain::record::Match;
use crate::domain::{AnyRecord, Code, Event, Lang, Record, Verb};
use crate::matching::State;
use crate::{say, text};

/// Reviewers who are named in one line; the others are counted.
const NAMED: usize = 2;

/// The widest mark of a reviewer in a list.
const WIDEST: usize = 12;

/// Who changed the records that matter to the need in hand, as far as it was told.
#[derive(Debug, Default)]
pub struct Told(HashMap<Code, (String, Verb)>);

impl Told {
    /// Keeps who did what to a need, to its matches, and to the matches of the suppliers on the screen.
    pub fn take(&mut self, changes: &[Arc<Change>], need: &Code, shown: &[Code]) {
        for change in changes {
            for event in &change.events {
                if matters(event, need, shown) {
                    let told = (change.actor.who.clone(), event.verb);
                    self.0.insert(event.after.key(), told);
                }
            }
        }
    }

    fn who(&self, key: &Code) -> Option<(&str, Verb)> {
        self.0.get(key).map(|(who, verb)| (who.as_str(), *verb))
    }
}

fn matters(event: &Event, need: &Code, shown: &[Code]) -> bool {
    match &event.after {
        AnyRecord::Match(found) => found.need == *need || shown.contains(&found.supplier),
        AnyRecord::Need(found) => found.code == *need,
        _ => false,
    }
}

/// Who made a match, and how: as it was told, else as the match itself says.
fn maker<'a>(made: &'a Match, told: &'a Told) -> (&'a str, Verb) {
    told.who(&made.key())
        .unwrap_or((&made.confirmed_by, Verb::Confirmed))
}

/// What became of somebody who was a candidate: `taken by 李明 for N1`, or the rules that refuse now.
#[must_use]
pub fn lost(lost: &Lost, need: &Code, told: &Told, model: &Model, lang: Lang) -> String {
    let Some(made) = &lost.by else {
        let rules: Vec<&str> = lost.failed.iter().map(|verdict| verdict.rule).collect();
        let rules = words::rules(&rules, lang);
        return say!(lang, zh: "现在不符合：{rules}", en: "no longer fits: {rules}");
    };
    let (who, verb) = maker(made, told);
    let taken = match verb {
        Verb::Rolled => text!(zh: "已由服务台顺延预约", en: "booked ahead by the desk")
            .get(lang)
            .to_owned(),
        Verb::Imported if who.is_empty() => text!(zh: "已由导入预约", en: "taken in an import")
            .get(lang)
            .to_owned(),
        Verb::Imported => {
            let set = set(who);
            say!(lang, zh: "已被{set}导入预约", en: "taken by {who} in an import")
        }
        _ if who == model.actor.who => text!(zh: "已由您预约", en: "taken by you")
            .get(lang)
            .to_owned(),
        _ if who.is_empty() => text!(zh: "已被预约", en: "taken").get(lang).to_owned(),
        _ => {
            let set = set(who);
            say!(lang, zh: "已被{set}预约", en: "taken by {who}")
        }
    };
    if made.need == *need {
        return taken;
    }
    let other = &made.need;
    say!(lang, zh: "{taken}（{other}）", en: "{taken} for {other}")
}

/// What became of a need that was in the queue: `matched by 李明`.
#[must_use]
pub fn left(left: &Left, told: &Told, model: &Model, lang: Lang) -> String {
    let by = |who: &str, zh: &str, en: &str| match who {
        "" => say!(lang, zh: "已{zh}", en: "{en}"),
        own if own == model.actor.who => {
            say!(lang, zh: "已由您在另一会话{zh}", en: "{en} by you in another session")
        }
        _ => {
            let set = set(who);
            say!(lang, zh: "已由{set}{zh}", en: "{en} by {who}")
        }
    };
    let changed_by = told.who(&left.need).map_or("", |(who, _)| who);
    match (left.state, &left.by) {
        (Some(State::Matched | State::Done), Some(made)) => match maker(made, told) {
            (_, Verb::Rolled) => text!(zh: "已由服务台顺延预约", en: "booked by the desk")
                .get(lang)
                .to_owned(),
            (who, _) => by(who, "匹配", "matched"),
        },
        (Some(State::Cancelled), _) => by(changed_by, "取消", "cancelled"),
        (Some(State::Lapsed), _) => text!(zh: "已过期", en: "lapsed").get(lang).to_owned(),
        _ if changed_by.is_empty() => text!(zh: "已不在队列", en: "in the queue no more")
            .get(lang)
            .to_owned(),
        _ => by(changed_by, "移出队列", "taken off the queue"),
    }
}

/// Who reviews a need, a line each: `李明 is reviewing this need (since 10:42)`.
#[must_use]
pub fn reviewing(need: &Code, model: &Model) -> Vec<String> {
    let lang = model.lang;
    let line = |reviewer: &Reviewer| {
        let since = reviewer.since.date_time().format("%H:%M");
        if is_own(&reviewer.actor, model) {
            return say!(lang, zh: "您的另一个会话正在处理（{since} 起）", en: "Another of your sessions is reviewing this need (since {since})");
        }
        let who = &reviewer.actor.who;
        let set = set(who);
        let set = set.trim_start();
        say!(lang, zh: "{set}正在处理（{since} 起）", en: "{who} is reviewing this need (since {since})")
    };
    of(need, model).map(line).collect()
}

/// The same in one line, however many there are.
#[must_use]
pub fn reviewing_short(need: &Code, model: &Model) -> Option<String> {
    let mut lines = reviewing(need, model);
    if lines.len() < 2 {
        return lines.pop();
    }
    let lang = model.lang;
    let named: Vec<String> = of(need, model)
        .take(NAMED)
        .map(|reviewer| {
            let since = reviewer.since.date_time().format("%H:%M");
            let who = if is_own(&reviewer.actor, model) {
                text!(zh: "您的另一个会话", en: "you elsewhere").get(lang)
            } else {
                &reviewer.actor.who
            };
            say!(lang, zh: "{who}（{since} 起）", en: "{who} ({since})")
        })
        .collect();
    let all = lines.len();
    Some(match all - named.len() {
        0 => {
            let list = named.join(text!(zh: "、", en: " and ").get(lang));
            say!(lang, zh: "{list}正在处理", en: "Also reviewed by {list}")
        }
        more => {
            let list = named.join(text!(zh: "、", en: ", ").get(lang));
            say!(lang, zh: "{list}等 {all} 个会话正在处理", en: "Also reviewed by {list} and {more} more")
        }
    })
}

/// The mark of those who review a need, in a list: `◆李明`, with how many more; none when nobody does.
#[must_use]
pub fn mark(need: &Code, wide: bool, model: &Model) -> String {
    let mut others = of(need, model);
    let sign = sign(model);
    let Some(first) = others.next() else {
        return String::new();
    };
    if !wide {
        return sign.to_owned();
    }
    let who = name(&first.actor, model);
    match others.count() {
        0 => format!("{sign}{who}"),
        more => format!("{sign}{who}+{more}"),
    }
}

/// A name inside a Chinese sentence: Latin letters stand apart from it.
fn set(name: &str) -> String {
    if name.is_ascii() {
        format!(" {name} ")
    } else {
        name.to_owned()
    }
}

/// Somebody's name in a mark.
fn name<'a>(actor: &'a Actor, model: &Model) -> &'a str {
    if is_own(actor, model) {
        text!(zh: "您", en: "you").get(model.lang)
    } else {
        &actor.who
    }
}

/// The sign before a reviewer's name.
fn sign(model: &Model) -> &'static str {
    if model.theme.ascii { "*" } else { "◆" }
}

fn of<'a>(need: &Code, model: &'a Model) -> impl Iterator<Item = &'a Reviewer> {
    let need = need.clone();
    model
        .others
        .reviewers
        .iter()
        .filter(move |reviewer| reviewer.need == need)
}

fn is_own(actor: &Actor, model: &Model) -> bool {
    actor.who == model.actor.who
}

/// How wide the column of the marks is; none when nobody else is there. It does not change while others go from need to
/// need.
#[must_use]
pub fn marks(wide: bool, model: &Model) -> Option<u16> {
    let present = &model.others.present;
    let names = present.iter().map(|actor| width(name(actor, model)));
    let widest = names.max()?;
    let room = match (wide, present.len()) {
        (false, _) => 1,
        (true, 1) => 1 + widest,
        // Room for how many more there are.
        (true, _) => 3 + widest,
    };
    u16::try_from(room.min(WIDEST)).ok()
}
