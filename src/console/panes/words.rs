//! Times, rules and states as people say them.

use chrono::{Datelike, Timelike};

use crate::domain::kinds::Word;
use crate::domain::lang::counted;
use crate::domain::lang::{Lang, Text};
use crate::domain::record::Need;
use crate::domain::recurrence::{Ends, Every};
use crate::domain::{Day, Minute, Recurrence, Sex, Stamp, Urgency};
use crate::matching::State;
use crate::{say, text};

const WEEKDAYS: [Text; 7] = [
    text!(zh: "周一", en: "Mon"),
    text!(zh: "周二", en: "Tue"),
    text!(zh: "周三", en: "Wed"),
    text!(zh: "周四", en: "Thu"),
    text!(zh: "周五", en: "Fri"),
    text!(zh: "周六", en: "Sat"),
    text!(zh: "周日", en: "Sun"),
];

/// That the register is being read, and how much of it is.
#[must_use]
pub fn opening(share: Option<f64>, lang: Lang) -> String {
    let Some(share) = share else {
        return text!(zh: "正在打开登记册 …", en: "Opening the register …")
            .get(lang)
            .to_owned();
    };
    let percent = format!("{:.0}", (share * 100.0).clamp(0.0, 100.0).floor());
    say!(lang, zh: "正在打开登记册 … {percent} %", en: "Opening the register … {percent} %")
}

/// The weekday's name, Monday being 0.
#[must_use]
pub fn weekday(at: u8, lang: Lang) -> &'static str {
    WEEKDAYS
        .get(usize::from(at))
        .map_or("", |name| name.get(lang))
}

/// `11月24日 周二`, `Tue 24 Nov`.
#[must_use]
pub fn day(day: Day, lang: Lang) -> String {
    let name = weekday(day.weekday(), lang);
    let date = day.date();
    match lang {
        Lang::Zh => format!("{}月{}日 {name}", date.month(), date.day()),
        Lang::En => format!("{name} {}", date.format("%-d %b")),
    }
}

/// `11月24日 周二 09:00`, `Tue 24 Nov 09:00`.
#[must_use]
pub fn visit(at: Minute, lang: Lang) -> String {
    format!("{} {}", day(at.day(), lang), at.date_time().format("%H:%M"))
}

/// `11-24 09:00`, for narrow columns.
#[must_use]
pub fn short(at: Minute) -> String {
    at.date_time().format("%m-%d %H:%M").to_string()
}

/// The date with its year, and the time.
#[must_use]
pub fn moment(at: Stamp, lang: Lang) -> String {
    let time = at.date_time();
    let (h, m) = (time.hour(), time.minute());
    let day = day(at.day(), lang);
    let year = time.year();
    match lang {
        Lang::Zh => format!("{year}年{day} {h:02}:{m:02}"),
        Lang::En => format!("{day} {year} {h:02}:{m:02}"),
    }
}

/// Some visits in one line: `11月24日 09:00、12月1日 09:00 等 5 次`.
#[must_use]
pub fn visits(starts: &[Minute], most: usize, lang: Lang) -> String {
    let shown: Vec<String> = starts
        .iter()
        .take(most)
        .map(|&at| visit(at, lang))
        .collect();
    let n = starts.len();
    let list = shown.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    });
    if n > most {
        let more = n - most;
        say!(lang, zh: "{list} 等共 {n} 次", en: "{list} and {more} more")
    } else {
        list
    }
}

/// How a need comes again, or an empty text.
#[must_use]
pub fn recurrence(rule: &Recurrence, start: Minute, lang: Lang) -> String {
    let n = rule.interval;
    let every = match (rule.every, n) {
        (Every::Day, 1) => text!(zh: "每天", en: "every day").get(lang).to_owned(),
        (Every::Day, _) => say!(lang, zh: "每{n}天", en: "every {n} days"),
        (Every::Week, 1) => text!(zh: "每周", en: "every week").get(lang).to_owned(),
        (Every::Week, _) => say!(lang, zh: "每{n}周", en: "every {n} weeks"),
        (Every::Month, 1) => text!(zh: "每月", en: "every month").get(lang).to_owned(),
        (Every::Month, _) => say!(lang, zh: "每{n}个月", en: "every {n} months"),
    };
    let days = days(rule, start, lang);
    let ends = match rule.ends {
        Ends::Never => String::new(),
        Ends::Count(n) => {
            let times = counted(n, "time", "times");
            say!(lang, zh: "，共{n}次", en: ", {times}")
        }
        Ends::Day(last) => until(last, lang),
        Ends::Minute(last) => until(last.day(), lang),
    };
    match lang {
        Lang::Zh => format!("{every}{days}{ends}"),
        Lang::En if days.is_empty() => format!("{every}{ends}"),
        Lang::En => format!("{every} on {days}{ends}"),
    }
}

fn until(last: Day, lang: Lang) -> String {
    let last = day(last, lang);
    say!(lang, zh: "，到{last}为止", en: ", until {last}")
}

fn days(rule: &Recurrence, start: Minute, lang: Lang) -> String {
    if rule.by_day.is_empty() {
        let date = start.day();
        let of_month = date.date().day();
        return match rule.every {
            Every::Day => String::new(),
            Every::Week => weekday(date.weekday(), lang).to_owned(),
            Every::Month => say!(lang, zh: "{of_month}日", en: "day {of_month}"),
        };
    }
    let named: Vec<String> = rule
        .by_day
        .iter()
        .map(|on| {
            let (nth, name) = (on.nth, weekday(on.weekday, lang));
            let from_end = nth.unsigned_abs();
            match nth {
                0 => name.to_owned(),
                -1 => say!(lang, zh: "最后一个{name}", en: "the last {name}"),
                1.. => {
                    let suffix = ["st", "nd", "rd"]
                        .get(usize::from(from_end) - 1)
                        .unwrap_or(&"th");
                    say!(lang, zh: "第{nth}个{name}", en: "the {nth}{suffix} {name}")
                }
                _ => {
                    say!(lang, zh: "倒数第{from_end}个{name}", en: "{name} {from_end} from the end")
                }
            }
        })
        .collect();
    named.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}

/// Weekly windows with the days in words: `weekdays 18:00-21:00` as `工作日 18:00-21:00`.
#[must_use]
pub fn availability(windows: &str, lang: Lang) -> String {
    if windows.is_empty() {
        return text!(zh: "从不", en: "never").get(lang).to_owned();
    }
    let windows: Vec<String> = windows
        .split("; ")
        .map(|window| {
            let (days, hours) = window.split_once(' ').unwrap_or((window, ""));
            let days: Vec<&str> = days.split(',').map(|day| day_name(day, lang)).collect();
            format!("{} {hours}", days.join(text!(zh: "、", en: ", ").get(lang)))
        })
        .collect();
    windows.join(text!(zh: "；", en: "; ").get(lang))
}

fn day_name(day: &str, lang: Lang) -> &str {
    let text = match day {
        "daily" => text!(zh: "每天", en: "every day"),
        "weekdays" => text!(zh: "工作日", en: "weekdays"),
        "weekends" => text!(zh: "周末", en: "weekends"),
        "mon" => text!(zh: "周一", en: "Mon"),
        "tue" => text!(zh: "周二", en: "Tue"),
        "wed" => text!(zh: "周三", en: "Wed"),
        "thu" => text!(zh: "周四", en: "Thu"),
        "fri" => text!(zh: "周五", en: "Fri"),
        "sat" => text!(zh: "周六", en: "Sat"),
        "sun" => text!(zh: "周日", en: "Sun"),
        other => return other,
    };
    text.get(lang)
}

/// When a need is: its rule or its date, the time and how long.
#[must_use]
pub fn when(need: &Need, lang: Lang) -> String {
    let minutes = need.minutes;
    let long = say!(lang, zh: "{minutes}分钟", en: "{minutes} min");
    let time = need.start.date_time().format("%H:%M");
    match &need.recurrence {
        Some(rule) => format!("{} {time} {long}", recurrence(rule, need.start, lang)),
        None => format!("{} {long}", visit(need.start, lang)),
    }
}

/// The mark of a need's urgency in a list.
#[must_use]
pub fn urgency(urgency: Urgency, lang: Lang) -> &'static str {
    match (urgency, lang) {
        (Urgency::Urgent, Lang::Zh) => "急",
        (Urgency::High, Lang::Zh) => "高",
        (Urgency::Low, Lang::Zh) => "低",
        (Urgency::Urgent, Lang::En) => "!!",
        (Urgency::High, Lang::En) => "!",
        (Urgency::Low, Lang::En) => "v",
        (Urgency::Normal, _) => "",
    }
}

/// The state of a need.
#[must_use]
pub fn state(state: State) -> Text {
    match state {
        State::Open => text!(zh: "待匹配", en: "open"),
        State::Matched => text!(zh: "已匹配", en: "matched"),
        State::Done => text!(zh: "已完成", en: "done"),
        State::Cancelled => text!(zh: "已取消", en: "cancelled"),
        State::Lapsed => text!(zh: "已过期", en: "lapsed"),
    }
}

/// A rule of SPEC §3 in a few words; an unknown one as it is.
#[must_use]
pub fn rule(name: &str, lang: Lang) -> String {
    let text = match name {
        "status" => text!(zh: "在岗", en: "active"),
        "category" => text!(zh: "服务技能", en: "skill"),
        "sex" => text!(zh: "性别", en: "sex"),
        "capability" => text!(zh: "能力", en: "capability"),
        "credential_expired" => text!(zh: "证件有效期", en: "credential valid"),
        "availability" => text!(zh: "空闲时间", en: "availability"),
        "booked" => text!(zh: "时段已被占用", en: "booked at that time"),
        "distance" => text!(zh: "距离", en: "distance"),
        "blocked" => text!(zh: "居民不接受", en: "blocked by the resident"),
        "already_matched" => text!(zh: "已匹配", en: "already matched"),
        "weekly_hours" => text!(zh: "每周时长上限", en: "weekly hours"),
        "filled" => text!(zh: "名额已满", en: "already filled"),
        other => return other.to_owned(),
    };
    text.get(lang).to_owned()
}

/// Whether a code of a refusal is one of the rules of SPEC §3.
#[must_use]
pub fn is_rule(name: &str) -> bool {
    const RULES: [&str; 11] = [
        "status",
        "category",
        "sex",
        "capability",
        "credential_expired",
        "availability",
        "booked",
        "distance",
        "blocked",
        "already_matched",
        "weekly_hours",
    ];
    RULES.contains(&name)
}

/// Several rules in one line.
#[must_use]
pub fn rules<S: AsRef<str>>(names: &[S], lang: Lang) -> String {
    let named: Vec<String> = names.iter().map(|name| rule(name.as_ref(), lang)).collect();
    named.join(match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}

/// The seven criteria of SPEC §3, as a bar's label and in full.
pub const CRITERIA: [(Text, Text); 7] = [
    (
        text!(zh: "近", en: "near"),
        text!(zh: "距离", en: "proximity"),
    ),
    (
        text!(zh: "熟", en: "know"),
        text!(zh: "熟悉", en: "continuity"),
    ),
    (text!(zh: "评", en: "rate"), text!(zh: "评价", en: "rating")),
    (
        text!(zh: "稳", en: "sure"),
        text!(zh: "守约", en: "reliability"),
    ),
    (
        text!(zh: "匀", en: "fair"),
        text!(zh: "均衡", en: "fairness"),
    ),
    (
        text!(zh: "技", en: "skil"),
        text!(zh: "熟练", en: "proficiency"),
    ),
    (
        text!(zh: "愿", en: "pref"),
        text!(zh: "偏好", en: "preference"),
    ),
];

/// A sex in a word; empty when unknown.
#[must_use]
pub fn sex(sex: Option<Sex>, lang: Lang) -> &'static str {
    sex.map_or("", |sex| sex.say(lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_said_in_both_languages() {
        let windows = "weekdays 18:00-21:00; sat,sun 08:00-12:00";
        assert_eq!(
            availability(windows, Lang::Zh),
            "工作日 18:00-21:00；周六、周日 08:00-12:00"
        );
        assert_eq!(
            availability(windows, Lang::En),
            "weekdays 18:00-21:00; Sat, Sun 08:00-12:00"
        );
    }
}
