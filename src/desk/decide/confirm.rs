//! Making a match.

use super::{Context, event, invalid, must, neighbourhood};
use crate::both;
use crate::desk::query::unname;
use crate::domain::record::{Match, Need, Supplier};
use crate::domain::{Code, Event, Minute, Said, Stamp, Verb};
use crate::matching::{Explanation, Index};
use crate::store::{Refusal, Rows, Undecided};

/// Which visits a match is made for.
#[derive(Clone, Copy)]
pub(super) enum Booking<'a> {
    /// All that are considered, and those to come.
    Whole,
    /// These, and those to come.
    Part(&'a [Minute]),
    /// These only.
    Once(&'a [Minute]),
}

/// Books every visit considered, or the named ones, when no rule refuses.
pub(super) fn confirm(
    rows: &dyn Rows,
    context: &Context<'_>,
    need: &Code,
    supplier: &Code,
    booking: Booking<'_>,
    place: Option<(u32, f64)>,
) -> Result<Vec<Event>, Undecided> {
    let need: Need = must(rows, need)?;
    let supplier: Supplier = must(rows, supplier)?;
    let mut index = neighbourhood::of_need(rows, &need, &supplier, context.now)?;
    let named = match booking {
        Booking::Whole => None,
        Booking::Part(visits) | Booking::Once(visits) => Some(visits),
    };
    let visits = visits_to_book(&index, &need, named, context.now)?;
    if let Some(first) = visits.first() {
        neighbourhood::add_bookings(&mut index, rows, &need, &supplier, *first)?;
    }
    let mut why = index
        .why(&need.code, &supplier.code, context.now, Some(&visits))
        .ok_or_else(|| invalid(both!(zh: "无法核对规则", en: "the rules can't be checked")))?;
    if !why.failed().is_empty() {
        unname(&context.demand, rows, &mut why.rules)?;
        return Err(Undecided::Refused(refused(&why)));
    }
    let matches: Vec<Match> = rows
        .matches_of_need(&need.code)?
        .into_iter()
        .filter(|other| other.supplier == supplier.code)
        .collect();
    let before = matches
        .iter()
        .find(|other| other.ended_at.is_none())
        .cloned();
    let mut after = before.clone().unwrap_or_else(|| Match {
        need: need.code.clone(),
        supplier: supplier.code.clone(),
        confirmed_at: context.now,
        confirmed_by: context.actor.who.clone(),
        rank: place.map(|(rank, _)| rank),
        score: place.map(|(_, score)| score),
        single: true,
        weights_version: Some(why.weighed.version),
        before: u16::try_from(matches.len()).unwrap_or(u16::MAX),
        ..Match::default()
    });
    after.visits.extend(visits);
    after.visits.sort_unstable();
    after.visits.dedup();
    after.single &= matches!(booking, Booking::Once(_));
    Ok(vec![event(
        rows,
        Verb::Confirmed,
        before.map(Into::into),
        after.into(),
        "",
    )?])
}

fn visits_to_book(
    index: &Index,
    need: &Need,
    named: Option<&[Minute]>,
    now: Stamp,
) -> Result<Vec<Minute>, Undecided> {
    let considered = index.considered(&need.code, now);
    let Some(named) = named else {
        return if considered.is_empty() {
            Err(nothing_to_book(need, now))
        } else {
            Ok(considered)
        };
    };
    for visit in named {
        if !considered.contains(visit) {
            return Err(not_considered(need, *visit, now));
        }
    }
    let mut visits = named.to_vec();
    visits.sort_unstable();
    visits.dedup();
    if visits.is_empty() {
        Err(invalid(
            both!(zh: "请指明要预约的时段", en: "name the visits to book"),
        ))
    } else {
        Ok(visits)
    }
}

fn nothing_to_book(need: &Need, now: Stamp) -> Undecided {
    let code = &need.code;
    if need.cancelled_at.is_some() {
        return refuse(
            "cancelled",
            both!(zh: "需求 {code} 已取消", en: "need {code} is cancelled"),
        );
    }
    if need.visits().any(|start| start >= now.minute_up()) {
        refuse(
            "filled",
            both!(zh: "需求 {code} 已经有足够的供方", en: "need {code} has enough suppliers already"),
        )
    } else {
        refuse(
            "no_visits",
            both!(zh: "需求 {code} 没有今后的服务时段", en: "need {code} has no visit to come"),
        )
    }
}

fn not_considered(need: &Need, visit: Minute, now: Stamp) -> Undecided {
    let code = &need.code;
    let is_its_own = need
        .visits()
        .take_while(|start| *start <= visit)
        .any(|start| start == visit);
    if !is_its_own {
        return invalid(
            both!(zh: "需求 {code} 没有 {visit} 的服务时段", en: "need {code} has no visit at {visit}"),
        );
    }
    if visit < now.minute_up() {
        return refuse(
            "no_visits",
            both!(zh: "{visit} 已经过去", en: "{visit} has passed"),
        );
    }
    refuse(
        "filled",
        both!(zh: "{visit} 的时段已有足够的供方、已关闭，或还不到 28 天的预约期", en: "the visit at {visit} has enough suppliers, is closed, or is not yet within the 28 days"),
    )
}

fn refuse(code: &str, said: Said) -> Undecided {
    Undecided::Refused(Refusal::new(code, said))
}

/// The rules that failed, in words.
fn refused(why: &Explanation) -> Refusal {
    let details = |pick: fn(&Said) -> &str, glue: &str| {
        why.rules
            .iter()
            .filter(|verdict| !verdict.pass)
            .map(|verdict| pick(&verdict.detail))
            .collect::<Vec<_>>()
            .join(glue)
    };
    let (zh, en) = (
        details(|said| &said.zh, "；"),
        details(|said| &said.en, "; "),
    );
    let (need, supplier) = (&why.need, &why.supplier);
    Refusal {
        codes: why.failed().into_iter().map(str::to_owned).collect(),
        said: both!(zh: "供方 {supplier} 不能承接 {need}：{zh}", en: "{supplier} can't take {need}: {en}"),
    }
}
