//! Why a plan proposes whom it proposes, and why it leaves places empty.

use super::{Market, Picture};
use crate::both;
use crate::domain::{Code, Kind, Said};

/// Suppliers who are named when they are needed elsewhere; the others are counted.
const NAMED: usize = 3;

/// Why a supplier is proposed for a need.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Nobody fits better.
    Best,
    /// Nobody fits better but those who are proposed for the need's other places.
    Next,
    /// The broker's own choice.
    Chosen,
    /// Somebody better goes elsewhere.
    Elsewhere {
        /// Who.
        supplier: Code,
        /// The need that gets this supplier; none when whoever asks may not see it.
        need: Option<Code>,
        /// Why that is better.
        because: Elsewhere,
    },
}

/// Why a supplier goes to another need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Elsewhere {
    /// The other need has no other candidate.
    Only,
    /// Its other candidates are all needed elsewhere.
    OnlyFree,
    /// Its next best would be worse by so many points, which is more than this need gives up.
    Worse(f64, f64),
    /// The sum of all scores is higher so.
    Sum,
    /// The broker chose so.
    Chosen,
}

/// Why a place stays empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// Nobody passes every rule.
    Nobody,
    /// All who pass are proposed.
    TooFew(usize),
    /// Everybody is needed elsewhere: some of them, each with the need that gets them where it may be seen, of how many.
    Elsewhere(Vec<(Code, Option<Code>)>, usize),
}

/// What a record is called where a reason names it.
pub type Naming<'a> = dyn Fn(Kind, &Code) -> String + 'a;

impl Picture<'_> {
    pub(super) fn reason(&self, need: usize, supplier: usize, place: usize, score: f64) -> Reason {
        if self.is_fixed(need, supplier) {
            return Reason::Chosen;
        }
        let own = |s: usize| self.given.get(need).is_some_and(|given| given.contains(&s));
        let better = (0..place)
            .filter_map(|at| self.lines.candidate(need, at))
            .find(|(s, _)| !own(*s));
        let Some((better, above)) = better else {
            return if place == 0 {
                Reason::Best
            } else {
                Reason::Next
            };
        };
        let Some(other) = self.in_the_way(need, better) else {
            return Reason::Next;
        };
        Reason::Elsewhere {
            supplier: self.lines.code(better),
            need: self.lines.all.get(other).map(|line| line.need.code.clone()),
            because: self.because(other, better, above - score),
        }
    }

    /// The need that has a supplier whom another need would like.
    fn in_the_way(&self, need: usize, supplier: usize) -> Option<usize> {
        let load = self.load.get(&supplier)?;
        let clashing = load
            .iter()
            .find(|other| !self.lines.fits(supplier, &[**other, need]));
        clashing.or_else(|| load.first()).copied()
    }

    /// Why a need has a supplier who would be worth `here` points more elsewhere.
    fn because(&self, need: usize, supplier: usize, here: f64) -> Elsewhere {
        if self.is_fixed(need, supplier) {
            return Elsewhere::Chosen;
        }
        let Some(line) = self.lines.all.get(need) else {
            return Elsewhere::Sum;
        };
        if line.eligible <= line.places {
            return Elsewhere::Only;
        }
        let score = self
            .lines
            .place(need, supplier)
            .map_or(0.0, |(_, score)| score);
        match self.next_best(need) {
            None => Elsewhere::OnlyFree,
            Some(next) if score - next >= here => Elsewhere::Worse(score - next, here),
            Some(_) => Elsewhere::Sum,
        }
    }

    /// The score of the best candidate of a need who is free and whom it has not got.
    fn next_best(&self, need: usize) -> Option<f64> {
        let given = self.given.get(need)?;
        (0..)
            .map_while(|at| self.lines.candidate(need, at))
            .find(|(supplier, _)| {
                let mut needs = self.load.get(supplier).cloned().unwrap_or_default();
                needs.push(need);
                !given.contains(supplier) && self.lines.fits(*supplier, &needs)
            })
            .map(|(_, score)| score)
    }

    fn is_fixed(&self, need: usize, supplier: usize) -> bool {
        self.fixed
            .get(need)
            .is_some_and(|wanted| wanted.fixed.contains(&supplier))
    }

    pub(super) fn shortage(&self, need: usize, filled: usize) -> Shortage {
        let eligible = self.lines.all.get(need).map_or(0, |line| line.eligible);
        if eligible == 0 {
            return Shortage::Nobody;
        }
        if eligible <= filled {
            return Shortage::TooFew(eligible);
        }
        let given = self.given.get(need).map_or(&[][..], Vec::as_slice);
        let named = (0..)
            .map_while(|at| self.lines.candidate(need, at))
            .filter(|(supplier, _)| !given.contains(supplier))
            .take(NAMED)
            .map(|(supplier, _)| {
                let other = self.in_the_way(need, supplier);
                let line = other.and_then(|other| self.lines.all.get(other));
                (
                    self.lines.code(supplier),
                    line.map(|line| line.need.code.clone()),
                )
            })
            .collect();
        Shortage::Elsewhere(named, eligible - filled)
    }
}

/// A Chinese sentence of names around a verb; Latin letters stand apart from Chinese ones.
fn set(who: &str, verb: &str, whom: &str) -> String {
    let gap = |beside: Option<char>| match beside {
        Some(c) if c.is_ascii() => " ",
        _ => "",
    };
    let (before, after) = (gap(who.chars().next_back()), gap(whom.chars().next()));
    format!("{who}{before}{verb}{after}{whom}")
}

/// A need that got somebody, in words of both languages.
fn named(need: Option<&Code>, naming: &Naming<'_>) -> Said {
    match need {
        Some(code) => {
            let name = naming(Kind::Need, code);
            both!(zh: "{name}", en: "{name}")
        }
        None => both!(zh: "其他街乡的需求", en: "another street's need"),
    }
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn said(&self, naming: &Naming<'_>) -> Said {
        let (supplier, need, because) = match self {
            Self::Best => return both!(zh: "最合适的候选人", en: "the best candidate"),
            Self::Next => {
                return both!(zh: "其余候选人中最合适的", en: "the best of the others");
            }
            Self::Chosen => return both!(zh: "由您选定", en: "chosen by you"),
            Self::Elsewhere {
                supplier,
                need,
                because,
            } => (supplier, need, because),
        };
        let who = naming(Kind::Supplier, supplier);
        let Said { zh, en } = named(need.as_ref(), naming);
        let (kept, goes) = (set(&who, "留给", &zh), set(&who, "去", &zh));
        match because {
            Elsewhere::Only => {
                both!(zh: "{kept}：那边没有别人", en: "{who} goes to {en}, who has nobody else")
            }
            Elsewhere::OnlyFree => {
                both!(zh: "{kept}：那边其他候选人都另有安排", en: "{who} goes to {en}, whose other candidates are needed elsewhere")
            }
            Elsewhere::Worse(there, here) => {
                both!(zh: "{goes}：换人那边少 {there:.1} 分，这里只少 {here:.1} 分", en: "{who} goes to {en}, who would lose {there:.1} points; here it is {here:.1}")
            }
            Elsewhere::Sum => {
                both!(zh: "{goes}：总分更高", en: "{who} goes to {en}: the sum of scores is higher so")
            }
            Elsewhere::Chosen => {
                both!(zh: "{goes}：由您选定", en: "{who} goes to {en}, as chosen by you")
            }
        }
    }

    /// Names no need that may not be seen.
    pub fn narrow(&mut self, sees: &dyn Fn(&Code) -> bool) {
        if let Self::Elsewhere { need, .. } = self {
            need.take_if(|need| !sees(need));
        }
    }
}

impl Shortage {
    /// The reason in words.
    #[must_use]
    pub fn said(&self, naming: &Naming<'_>) -> Said {
        match self {
            Self::Nobody => {
                both!(zh: "没有人符合所有规则", en: "nobody passes every rule")
            }
            Self::TooFew(1) => {
                both!(zh: "只有 1 位候选人", en: "there is only 1 candidate")
            }
            Self::TooFew(all) => {
                both!(zh: "只有 {all} 位候选人", en: "there are only {all} candidates")
            }
            Self::Elsewhere(some, all) => {
                let parts: Vec<Said> = some
                    .iter()
                    .map(|(supplier, need)| {
                        let who = naming(Kind::Supplier, supplier);
                        let Said { zh, en } = named(need.as_ref(), naming);
                        let goes = set(&who, "去", &zh);
                        both!(zh: "{goes}", en: "{who} goes to {en}")
                    })
                    .collect();
                let join = |pick: fn(&Said) -> &String, by: &str| {
                    let parts: Vec<&str> = parts.iter().map(|part| pick(part).as_str()).collect();
                    parts.join(by)
                };
                let (zh, en) = (join(|part| &part.zh, "，"), join(|part| &part.en, ", "));
                match all - some.len() {
                    0 if *all == 1 => {
                        both!(zh: "唯一的候选人，{zh}", en: "the only candidate, {en}")
                    }
                    0 => both!(zh: "候选人都另有安排：{zh}", en: "all are needed elsewhere: {en}"),
                    more => {
                        both!(zh: "{all} 位候选人都另有安排：{zh}，等等", en: "all {all} are needed elsewhere: {en} and {more} more")
                    }
                }
            }
        }
    }

    /// Names no need that may not be seen.
    pub fn narrow(&mut self, sees: &dyn Fn(&Code) -> bool) {
        if let Self::Elsewhere(some, _) = self {
            for (_, need) in some {
                need.take_if(|need| !sees(need));
            }
        }
    }
}

/// Codes as they are.
#[must_use]
pub fn by_code(_: Kind, code: &Code) -> String {
    code.to_string()
}
