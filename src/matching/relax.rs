//! What a need could give up to find candidates, or more of them (SPEC §6, `relax`).

use std::collections::BTreeMap;

use super::ask::Ask;
use super::index::Index;
use crate::both;
use crate::domain::record::Need;
use crate::domain::time::DAY;
use crate::domain::{Code, Day, Minute, Record, Said, Stamp};

/// How far the start is moved, either way.
const DAYS: i32 = 7;
/// The steps of the start.
const HALF_HOUR: i32 = 30;
/// By how much a visit is shortened, in minutes.
const SHORTER: [u16; 2] = [15, 30];
/// By how much every supplier's radius is extended, in km.
pub const FARTHER: [f64; 4] = [0.5, 1.0, 2.0, 5.0];

/// One thing given up.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Every supplier's radius counts as so many km more.
    Farther(f64),
    /// The visit takes this long only.
    Minutes(u16),
    /// The (first) visit starts then.
    Start(Minute),
    /// This capability is not required.
    Without(Code),
    /// Either sex will do.
    AnySex,
    /// The wider category will do.
    Category(Code),
}

/// Changes and what they would give.
#[derive(Clone, Debug, PartialEq)]
pub struct Relaxation {
    /// One change or two.
    pub changes: Vec<Change>,
    /// The need as it would be.
    pub need: Need,
    /// How many km would be added to every radius.
    pub extra_km: f64,
    /// How many suppliers would pass every rule.
    pub eligible: usize,
    /// The best of them and the score.
    pub best: Option<(Code, f64)>,
}

/// What a question about a changed need is answered with: how many would pass, and the best of them.
pub type Answer = (usize, Option<(Code, f64)>);

impl Index {
    /// What a need could give up to have candidates, or more of them; none when there is no such need.
    #[must_use]
    pub fn relax(&self, need: &Code, now: Stamp) -> Option<(usize, Vec<Relaxation>)> {
        let need = self.need(self.needs.find(need)?)?;
        let ask = |draft: &Need, extra_km: f64| self.relaxed(draft, extra_km, now);
        let (eligible, _) = ask(need, 0.0);
        let parent = self.wider(&need.category);
        Some((eligible, relax(need, parent.as_ref(), eligible, &ask)))
    }

    /// How many suppliers pass for a need as it would be, with so many km added to every radius, and the best of them.
    #[must_use]
    pub fn relaxed(&self, draft: &Need, extra_km: f64, now: Stamp) -> Answer {
        let visits = self.looked_at(draft, now, None);
        let mut ask = Ask::new(self, draft, now, visits, None);
        ask.extra_km = extra_km;
        let ranking = ask.ranking(draft.code.clone(), 1);
        let best = ranking
            .candidates
            .into_iter()
            .next()
            .map(|first| (first.supplier, first.score));
        (ranking.eligible, best)
    }

    /// The category above another.
    #[must_use]
    pub fn wider(&self, category: &Code) -> Option<Code> {
        let id = self.categories.names.find(category)?;
        let parent = self.categories.nodes.get(&id)?.parent?;
        Some(self.categories.names.code(parent))
    }
}

/// The single changes that give more candidates than `eligible`; pairs of changes only when no single one does. The
/// smallest change of each sort comes first. `parent` is the category above the need's; `ask` counts the candidates of
/// a need with so many km added to every radius.
pub fn relax(
    need: &Need,
    parent: Option<&Code>,
    eligible: usize,
    ask: &dyn Fn(&Need, f64) -> Answer,
) -> Vec<Relaxation> {
    let singles = changes(need, parent);
    let found: Vec<Relaxation> = singles
        .iter()
        .filter_map(|change| attempt(need, std::slice::from_ref(change), eligible, ask))
        .collect();
    if !found.is_empty() {
        return found;
    }
    let mut pairs = Vec::new();
    for (place, one) in singles.iter().enumerate() {
        for other in singles.iter().skip(place + 1).filter(|other| {
            std::mem::discriminant(*other) != std::mem::discriminant(one)
                || both_capabilities(one, other)
        }) {
            pairs.extend(attempt(need, &[one.clone(), other.clone()], eligible, ask));
        }
    }
    pairs
}

fn both_capabilities(one: &Change, other: &Change) -> bool {
    matches!((one, other), (Change::Without(_), Change::Without(_)))
}

fn changes(need: &Need, parent: Option<&Code>) -> Vec<Change> {
    let mut changes: Vec<Change> = FARTHER.into_iter().map(Change::Farther).collect();
    changes.extend(
        SHORTER
            .iter()
            .filter_map(|less| need.minutes.checked_sub(*less))
            .filter(|minutes| *minutes >= 15)
            .map(Change::Minutes),
    );
    changes.extend(starts(need.start).into_iter().map(Change::Start));
    changes.extend(need.capabilities.iter().cloned().map(Change::Without));
    changes.extend(need.sex.map(|_| Change::AnySex));
    changes.extend(parent.cloned().map(Change::Category));
    changes
}

/// The half hours within seven days of a start, the nearest first.
fn starts(start: Minute) -> Vec<Minute> {
    let (from, to) = (start.0 - DAYS * DAY, start.0 + DAYS * DAY);
    let first = from + (-from).rem_euclid(HALF_HOUR);
    let step = usize::try_from(HALF_HOUR).unwrap_or(1);
    let mut found: Vec<Minute> = (first..=to)
        .step_by(step)
        .filter(|minute| *minute != start.0)
        .map(Minute)
        .collect();
    found.sort_by_key(|minute| ((minute.0 - start.0).abs(), minute.0));
    found
}

fn attempt(
    need: &Need,
    changes: &[Change],
    eligible: usize,
    ask: &dyn Fn(&Need, f64) -> Answer,
) -> Option<Relaxation> {
    let (draft, extra_km) = apply(need, changes);
    draft.check().ok()?;
    let (count, best) = ask(&draft, extra_km);
    (count > eligible).then(|| Relaxation {
        changes: changes.to_vec(),
        need: draft,
        extra_km,
        eligible: count,
        best,
    })
}

fn apply(need: &Need, changes: &[Change]) -> (Need, f64) {
    let mut draft = need.clone();
    let mut extra_km = 0.0;
    for change in changes {
        match change {
            Change::Farther(km) => extra_km = *km,
            Change::Minutes(minutes) => draft.minutes = *minutes,
            Change::Start(start) => draft.start = *start,
            Change::Without(capability) => draft.capabilities.retain(|other| other != capability),
            Change::AnySex => draft.sex = None,
            Change::Category(parent) => draft.category = parent.clone(),
        }
    }
    (draft, extra_km)
}

impl Change {
    /// What makes one need of another, with so many km added to every radius.
    #[must_use]
    pub fn between(before: &Need, after: &Need, extra_km: f64) -> Vec<Self> {
        let mut changes = Vec::new();
        changes.extend((extra_km > 0.0).then_some(Self::Farther(extra_km)));
        changes.extend((after.minutes != before.minutes).then_some(Self::Minutes(after.minutes)));
        changes.extend((after.start != before.start).then_some(Self::Start(after.start)));
        let dropped = before.capabilities.iter();
        let dropped = dropped.filter(|code| !after.capabilities.contains(code));
        changes.extend(dropped.cloned().map(Self::Without));
        changes.extend((after.sex != before.sex).then_some(Self::AnySex));
        let category = (after.category != before.category).then(|| after.category.clone());
        changes.extend(category.map(Self::Category));
        changes
    }

    fn start(&self) -> Option<Minute> {
        match self {
            Self::Start(start) => Some(*start),
            _ => None,
        }
    }

    /// The change in words; `before` is the need as it is.
    #[must_use]
    pub fn said(&self, before: &Need) -> Said {
        let (start, minutes, category) = (before.start, before.minutes, &before.category);
        match self {
            Self::Farther(km) => both!(zh: "距离放宽 {km} 公里", en: "{km} km farther"),
            Self::Minutes(fewer) => {
                both!(zh: "时长 {fewer} 分钟（原 {minutes}）", en: "{fewer} minutes instead of {minutes}")
            }
            Self::Start(other) => {
                both!(zh: "改为 {other}（原 {start}）", en: "{other} instead of {start}")
            }
            Self::Without(capability) => {
                both!(zh: "不要求 {capability}", en: "without {capability}")
            }
            Self::AnySex => both!(zh: "不限性别", en: "either sex"),
            Self::Category(parent) => {
                both!(zh: "类别放宽到 {parent}（原 {category}）", en: "{parent} instead of {category}")
            }
        }
    }
}

impl Relaxation {
    /// Whether it is a smaller change of the same sort that gives as much.
    fn does_for(&self, larger: &Self) -> bool {
        let ([own], [other]) = (self.changes.as_slice(), larger.changes.as_slice()) else {
            return false;
        };
        self.eligible >= larger.eligible
            && matches!(
                (own, other),
                (Change::Farther(_), Change::Farther(_)) | (Change::Minutes(_), Change::Minutes(_))
            )
    }

    /// The changes in words, with how many candidates they would give.
    #[must_use]
    pub fn said(&self, before: &Need) -> Said {
        let parts: Vec<Said> = self
            .changes
            .iter()
            .map(|change| change.said(before))
            .collect();
        let zh = parts
            .iter()
            .map(|part| part.zh.as_str())
            .collect::<Vec<_>>()
            .join("，并");
        let en = parts
            .iter()
            .map(|part| part.en.as_str())
            .collect::<Vec<_>>()
            .join(" and ");
        let count = self.eligible;
        both!(zh: "{zh}：{count} 人", en: "{en}: {count}")
    }
}

/// The places of the relaxations that say most, in their order: of the starts on one day the one that gives most, the
/// nearest of several; of other changes none that gives no more than a smaller one of its sort; no more than `most` in all.
#[must_use]
pub fn notable(all: &[Relaxation], most: usize) -> Vec<usize> {
    let mut best: BTreeMap<(Day, bool), (usize, usize)> = BTreeMap::new();
    let mut places = Vec::new();
    for (place, relaxation) in all.iter().enumerate() {
        let Some(start) = relaxation.changes.iter().find_map(Change::start) else {
            if !all.iter().take(place).any(|less| less.does_for(relaxation)) {
                places.push(place);
            }
            continue;
        };
        let is_single = relaxation.changes.len() == 1;
        let (count, of) = best.entry((start.day(), is_single)).or_default();
        if relaxation.eligible > *count {
            (*count, *of) = (relaxation.eligible, place);
        }
    }
    places.extend(best.into_values().map(|(_, place)| place));
    places.sort_unstable();
    places.truncate(most);
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Recurrence, Sex};

    fn need() -> Need {
        let start = Minute::parse("2026-11-24T09:10").unwrap();
        Need {
            start,
            minutes: 60,
            sex: Some(Sex::Male),
            capabilities: vec![Code::composed("strong")],
            ..Need::default()
        }
    }

    /// Three come when nobody has to be strong, five when nobody has to be a man either.
    fn ask(need: &Need, _: f64) -> Answer {
        match (need.capabilities.is_empty(), need.sex) {
            (true, None) => (5, None),
            (true, Some(_)) => (3, None),
            _ => (0, None),
        }
    }

    #[test]
    fn a_single_change_that_helps_is_named_with_its_count() {
        let found = relax(&need(), None, 0, &ask);
        assert_eq!(
            found
                .iter()
                .map(|relaxation| relaxation.said(&need()).en)
                .collect::<Vec<_>>(),
            ["without strong: 3"]
        );
    }

    #[test]
    fn pairs_are_tried_when_no_single_change_helps() {
        let found = relax(&need(), None, 3, &ask);
        assert_eq!(
            found
                .iter()
                .map(|relaxation| relaxation.changes.clone())
                .collect::<Vec<_>>(),
            [vec![
                Change::Without(Code::composed("strong")),
                Change::AnySex
            ]]
        );
    }

    #[test]
    fn changes_are_told_from_the_need_before_and_after() {
        let all = [
            Change::Farther(2.0),
            Change::Minutes(45),
            Change::Start(Minute::parse("2026-11-25T09:30").unwrap()),
            Change::Without(Code::composed("strong")),
            Change::AnySex,
            Change::Category(Code::composed("life-care")),
        ];
        for changes in [&all[..], &all[..1], &all[2..4], &all[5..], &[]] {
            let (draft, km) = apply(&need(), changes);
            assert_eq!(Change::between(&need(), &draft, km), changes);
        }
    }

    #[test]
    fn starts_lie_on_half_hours_within_a_week_and_on_dates_of_the_rule() {
        let asked = std::cell::RefCell::new(Vec::new());
        let weekly = Need {
            recurrence: Recurrence::parse("FREQ=WEEKLY;BYDAY=TU").ok(),
            ..need()
        };
        relax(&weekly, None, 0, &|changed, _| {
            asked.borrow_mut().push(changed.start);
            (1, None)
        });
        let mut asked = asked.into_inner();
        asked.retain(|start| *start != weekly.start);
        assert!(asked.iter().all(|start| start.day().weekday() == 1
            && start.of_day() % 30 == 0
            && start.of_day() <= 23 * 60));
        assert_eq!(
            asked.first(),
            Minute::parse("2026-11-24T09:00").ok().as_ref()
        );
        assert!(
            asked
                .iter()
                .all(|start| (start.0 - weekly.start.0).abs() <= 7 * DAY)
        );
    }

    #[test]
    fn of_many_relaxations_those_that_say_most_are_shown() {
        let at = |text: &str| Change::Start(Minute::parse(text).unwrap());
        let found: Vec<Relaxation> = [
            (Change::Farther(0.5), 3),
            (Change::Farther(1.0), 3),
            (Change::Farther(2.0), 4),
            (at("2026-11-24T10:00"), 5),
            (at("2026-11-24T11:00"), 6),
            (at("2026-11-24T12:00"), 6),
            (at("2026-11-25T09:00"), 2),
            (Change::AnySex, 1),
        ]
        .into_iter()
        .map(|(change, eligible)| Relaxation {
            changes: vec![change],
            need: need(),
            extra_km: 0.0,
            eligible,
            best: None,
        })
        .collect();
        assert_eq!(notable(&found, 20), [0, 2, 4, 6, 7]);
        assert_eq!(notable(&found, 3), [0, 2, 4]);
    }
}
