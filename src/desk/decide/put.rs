//! Entering and changing records.

use super::{Context, event, invalid, not_found, tree};
use crate::both;
use crate::domain::kinds::Word;
use crate::domain::problem::Problem;
use crate::domain::record::{Need, Service, Settings};
use crate::domain::{AnyRecord, Code, Event, Kind, Record as _, Said, Stamp, Verb};
use crate::store::{Refusal, Rows, StoreError, Undecided, fetch};

/// Enters a new record; an empty code becomes the next free one.
pub(super) fn add(
    rows: &dyn Rows,
    context: &Context<'_>,
    record: &AnyRecord,
) -> Result<Vec<Event>, Undecided> {
    let mut record = record.clone();
    fill(rows, context.now, &mut record)?;
    count_weights(None, &mut record);
    let key = record.key();
    if key.is_empty() {
        return Err(invalid(both!(zh: "缺少编码", en: "a code is missing")));
    }
    if let Some(there) = rows.get(record.kind(), &key)? {
        let is_seen = context.demand.sees(rows, &there)?;
        return Err(Undecided::Refused(Refusal::new(
            "exists",
            taken(record.kind(), &key, is_seen),
        )));
    }
    check(rows, None, &record)?;
    Ok(vec![event(rows, Verb::Added, None, record, "")?])
}

/// That a code can't be given again. Who may not see the record that has it is not told what it is.
fn taken(kind: Kind, key: &Code, is_seen: bool) -> Said {
    let (zh, en) = (kind.text().zh, kind.text().en);
    if is_seen {
        both!(zh: "已有编码为 {key} 的{zh}；请换一个编码，或修改原记录", en: "there is a {en} {key} already; use another code, or edit that one")
    } else {
        both!(zh: "编码 {key} 不能用；请换一个，或留空由系统编号", en: "the code {key} can't be used; choose another, or leave it out and one is given")
    }
}

/// Changes a record, unless somebody else has changed it since it was read.
pub(super) fn edit(
    rows: &dyn Rows,
    context: &Context<'_>,
    seen: &AnyRecord,
    after: &AnyRecord,
    reason: &str,
) -> Result<Vec<Event>, Undecided> {
    let key = seen.key();
    let Some(before) = rows.get(seen.kind(), &key)? else {
        if *seen == Settings::default().into() {
            return set_first(rows, after, reason);
        }
        return Err(Undecided::Refused(not_found(seen.kind(), key.as_str())));
    };
    if before != *seen {
        return Err(Undecided::Refused(Refusal::new(
            "conflict",
            both!(zh: "{key} 刚被别人改过；请重新打开，在新内容上修改", en: "somebody has changed {key} meanwhile; open it again and make your change on what it is now"),
        )));
    }
    let mut after = after.clone();
    if after.key() != key || after.kind() != before.kind() {
        return Err(invalid(
            both!(zh: "编码不能修改", en: "a code can't be changed"),
        ));
    }
    date_status(context.now, Some(&before), &mut after);
    count_weights(Some(&before), &mut after);
    if after == before {
        return Ok(Vec::new());
    }
    check(rows, Some(&before), &after)?;
    Ok(vec![event(
        rows,
        Verb::Edited,
        Some(before),
        after,
        reason,
    )?])
}

/// Sets what was as at first until now, when nothing is stored.
fn set_first(rows: &dyn Rows, after: &AnyRecord, reason: &str) -> Result<Vec<Event>, Undecided> {
    let mut after = after.clone();
    count_weights(None, &mut after);
    check(rows, None, &after)?;
    Ok(vec![event(rows, Verb::Added, None, after, reason)?])
}

fn check(rows: &dyn Rows, before: Option<&AnyRecord>, after: &AnyRecord) -> Result<(), Undecided> {
    if let AnyRecord::Service(service) = after {
        check_visit(rows, before, service)?;
    }
    let problem = match check_alone(before, after) {
        Some(problem) => Some(problem),
        None => match tree::check_references(rows, after, &mut tree::Seen::default())? {
            Some(problem) => Some(problem),
            None => tree::check_retired(rows, before, after)?,
        },
    };
    match problem {
        Some(problem) => Err(invalid(both_of(&problem))),
        None => Ok(()),
    }
}

/// A visit that is entered by hand closes a need's visit only where that need is the resident's own and a match booked it.
fn check_visit(
    rows: &dyn Rows,
    before: Option<&AnyRecord>,
    service: &Service,
) -> Result<(), Undecided> {
    let Some(code) = &service.need else {
        return Ok(());
    };
    let is_the_same = |before: &Service| {
        before.need == service.need
            && before.resident == service.resident
            && before.supplier == service.supplier
            && before.start == service.start
    };
    if matches!(before, Some(AnyRecord::Service(before)) if is_the_same(before)) {
        return Ok(());
    }
    let is_own = fetch::<Need>(rows, code)?.is_none_or(|need| need.resident == service.resident);
    if !is_own {
        return Err(invalid(
            both!(zh: "需求 {code} 不是这位居民的；请核对编码，或留空", en: "need {code} is not this resident's; check its code, or leave it out"),
        ));
    }
    let is_booked = rows.matches_of_need(code)?.iter().any(|matched| {
        matched.supplier == service.supplier && matched.visits.contains(&service.start)
    });
    if is_booked {
        return Ok(());
    }
    let (supplier, start) = (&service.supplier, service.start);
    Err(invalid(
        both!(zh: "{supplier} 没有为需求 {code} 预约 {start}；没有预约的服务请不要填写需求", en: "{supplier} is not booked for need {code} at {start}; leave the need out for a visit that was not booked"),
    ))
}

fn both_of(problem: &Problem) -> crate::domain::Said {
    let (zh, en) = (
        problem.say(crate::domain::Lang::Zh),
        problem.say(crate::domain::Lang::En),
    );
    both!(zh: "{zh}", en: "{en}")
}

/// What can be said of a record and the one it replaces without looking further.
pub(in crate::desk) fn check_alone(
    before: Option<&AnyRecord>,
    after: &AnyRecord,
) -> Option<Problem> {
    if let (Some(AnyRecord::Supplier(before)), AnyRecord::Supplier(after)) = (before, after)
        && before.kind != after.kind
    {
        let (code, was, is) = (&after.code, before.kind, after.kind);
        let said = both!(
            zh: "{code} 已登记为 {was}，不能改成 {is}；请给它另一个编码",
            en: "{code} is registered as {was} and can't become {is}; give the {is} a code of its own"
        );
        return Some(Problem::new("kind", is.word(), said));
    }
    after.check().err()
}

/// Changed weights get a new version, whatever number was given.
fn count_weights(before: Option<&AnyRecord>, after: &mut AnyRecord) {
    let AnyRecord::Settings(after) = after else {
        return;
    };
    let before = before.and_then(Settings::ref_any).cloned();
    let before = before.unwrap_or_default();
    let changed = u32::from(!after.weighs_as(&before));
    after.weight_changes = before.weight_changes.saturating_add(changed);
}

/// A changed status holds from today unless the change itself says since when.
fn date_status(now: Stamp, before: Option<&AnyRecord>, after: &mut AnyRecord) {
    if let (Some(AnyRecord::Supplier(before)), AnyRecord::Supplier(after)) = (before, after)
        && before.status != after.status
        && before.status_since == after.status_since
    {
        after.status_since = Some(now.day());
    }
}

/// Fills in what a new record may leave to the desk: its code and when it was entered.
fn fill(rows: &dyn Rows, now: Stamp, record: &mut AnyRecord) -> Result<(), StoreError> {
    match record {
        AnyRecord::Supplier(supplier) => {
            supplier.joined_on.get_or_insert(now.day());
            fill_code(rows, Kind::Supplier, 'V', 7, &mut supplier.code)
        }
        AnyRecord::Resident(resident) => {
            fill_code(rows, Kind::Resident, 'R', 6, &mut resident.code)
        }
        AnyRecord::Need(need) => {
            if need.opened_at == Stamp::default() {
                need.opened_at = now;
            }
            fill_code(rows, Kind::Need, 'N', 6, &mut need.code)
        }
        AnyRecord::Service(service) => fill_code(rows, Kind::Service, 'S', 7, &mut service.code),
        _ => Ok(()),
    }
}

fn fill_code(
    rows: &dyn Rows,
    kind: Kind,
    letter: char,
    digits: usize,
    code: &mut Code,
) -> Result<(), StoreError> {
    if !code.is_empty() {
        return Ok(());
    }
    let mut number = rows.count(kind)?;
    loop {
        number += 1;
        let free = Code::composed(&format!("{letter}{number:0digits$}"));
        if rows.get(kind, &free)?.is_none() {
            *code = free;
            return Ok(());
        }
    }
}
