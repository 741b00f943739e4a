//! Why: the reasons for a candidate's score, and the rules of a pair, in words.

use super::page::Row;
use super::words;
use crate::console::app::model::Model;
use crate::domain::Kind;
use crate::domain::lang::Lang;
use crate::domain::record::Weights;
use crate::matching::{Candidate, Explanation};
use crate::{say, text};

/// What a criterion's value says, one for each criterion of SPEC §3; the value is turned back into what it was made of.
#[must_use]
pub fn criterion(at: usize, value: f64, distance: Option<f64>, lang: Lang) -> String {
    match at {
        0 => match distance {
            Some(km) => say!(lang, zh: "相距 {km:.1} 公里", en: "{km:.1} km away"),
            None => text!(zh: "不用上门", en: "no journey needed")
                .get(lang)
                .to_owned(),
        },
        1 => {
            let times = (2.0 * value / (1.0 - value).max(1e-9)).round();
            if times < 1.0 {
                text!(zh: "没有服务过这位居民", en: "has not served this resident before")
                    .get(lang)
                    .to_owned()
            } else if times < 2.0 {
                text!(zh: "为这位居民服务过 1 次", en: "served this resident once")
                    .get(lang)
                    .to_owned()
            } else {
                say!(lang, zh: "为这位居民服务过 {times:.0} 次", en: "served this resident {times:.0} times")
            }
        }
        2 => {
            let mean = 1.0 + 4.0 * value;
            say!(lang, zh: "评价 {mean:.1} 分", en: "rated {mean:.1} of 5")
        }
        3 => {
            let percent = value * 100.0;
            say!(lang, zh: "守约 {percent:.0}%", en: "keeps {percent:.0}% of visits")
        }
        4 => {
            let hours = 10.0 * (1.0 / value.max(1e-9) - 1.0);
            say!(lang, zh: "近期服务和预约共 {hours:.0} 小时", en: "{hours:.0} h of recent and booked visits")
        }
        5 => {
            let level = 3.0 * value;
            say!(lang, zh: "熟练程度 {level:.0} 级（共 3 级）", en: "skill level {level:.0} of 3")
        }
        _ if value > 0.0 => text!(zh: "居民指定希望由其服务", en: "the resident prefers them")
            .get(lang)
            .to_owned(),
        _ => text!(zh: "居民没有指定", en: "not asked for by name")
            .get(lang)
            .to_owned(),
    }
}

/// A criterion's points and the most it can give, of 100 in all.
#[must_use]
pub fn points(at: usize, value: f64, weights: &Weights) -> (f64, f64) {
    let all: f64 = weights.0.iter().sum();
    let weight = weights.0.get(at).copied().unwrap_or_default();
    let most = if all > 0.0 { weight * 100.0 / all } else { 0.0 };
    // A value of -0 would show its sign.
    (value * most + 0.0, most)
}

/// The reasons that matter for a candidate, in one line.
#[must_use]
pub fn line(candidate: &Candidate, weights: &Weights, lang: Lang) -> String {
    let parts: Vec<String> = candidate
        .criteria
        .iter()
        .enumerate()
        .filter(|(at, value)| {
            weights.0.get(*at).is_some_and(|w| *w > 0.0) && (*at != 6 || **value > 0.0)
        })
        .map(|(at, value)| criterion(at, *value, candidate.distance_km, lang))
        .collect();
    parts.join(match lang {
        Lang::Zh => "；",
        Lang::En => "; ",
    })
}

/// Every rule and criterion for a pair.
#[must_use]
pub fn rules(why: &Explanation, model: &Model) -> Vec<Row> {
    let (lang, theme) = (model.lang, &model.theme);
    let mut rows = Vec::new();
    let verdict = if why.eligible() {
        (
            text!(zh: "可以确认：符合所有规则", en: "Eligible: passes every rule"),
            theme.good,
        )
    } else if why.visits.is_empty() {
        (
            text!(zh: "没有要预约的时段", en: "No visit is to be booked"),
            theme.warn,
        )
    } else {
        (
            text!(zh: "不能确认：有规则不符合", en: "Not eligible: some rules refuse"),
            theme.bad,
        )
    };
    rows.push(Row::Text(verdict.0.get(lang).to_owned(), verdict.1));
    let visits = words::visits(&why.visits, 4, lang);
    rows.push(Row::Pair(
        text!(zh: "考虑的时段", en: "visits").get(lang).to_owned(),
        visits,
        theme.base,
    ));
    rows.push(Row::Head(
        text!(zh: "规则", en: "Rules").get(lang).to_owned(),
    ));
    for verdict in &why.rules {
        let (mark, style) = match (verdict.pass, theme.ascii) {
            (true, false) => ("✓", theme.base),
            (true, true) => ("+", theme.base),
            (false, false) => ("✗", theme.bad),
            (false, true) => ("x", theme.bad),
        };
        let name = format!("{mark} {}", words::rule(verdict.rule, lang));
        rows.push(Row::Pair(name, verdict.detail.get(lang).to_owned(), style));
    }
    let score = why.score;
    rows.push(Row::Head(
        say!(lang, zh: "得分 {score:.1}", en: "Score {score:.1}"),
    ));
    let version = why.weighed.version;
    let of = match &why.weighed.of {
        Some(of) => {
            let name = model.name(Kind::Category, of);
            say!(lang, zh: "第 {version} 版，{name}的", en: "version {version}, those of {name}")
        }
        None => {
            say!(lang, zh: "第 {version} 版，全部需求的", en: "version {version}, those of all needs")
        }
    };
    rows.push(Row::Pair(
        text!(zh: "权重", en: "weights").get(lang).to_owned(),
        of,
        theme.dim,
    ));
    for (at, ((_, name), value)) in words::CRITERIA.iter().zip(why.criteria).enumerate() {
        let (points, most) = points(at, value, &why.weighed.weights);
        let reason = criterion(at, value, why.distance_km, lang);
        rows.push(Row::Pair(
            name.get(lang).to_owned(),
            format!("{points:4.1}/{most:<3.0} {reason}"),
            theme.base,
        ));
    }
    rows
}
