//! What a supplier offers: skills, capabilities, days off.

use std::fmt;

use minicbor::{Decode, Encode};

use crate::both;
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::problem::Said;
use crate::domain::time::Day;

/// The level of a skill that is given without one.
const USUAL_LEVEL: u8 = 2;

/// A category that a supplier serves.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Skill {
    /// The category.
    #[n(0)]
    pub category: Code,
    /// Proficiency, 1 to 3.
    #[n(1)]
    pub level: u8,
}

/// A capability that a supplier has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Held {
    /// The capability.
    #[n(0)]
    pub capability: Code,
    /// The last valid day; none when it does not run out.
    #[n(1)]
    pub until: Option<Day>,
}

/// Days off, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Away {
    /// The first day off.
    #[n(0)]
    pub from: Day,
    /// The last day off.
    #[n(1)]
    pub to: Day,
}

impl fmt::Display for Skill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.category, self.level)
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Some(until) => write!(f, "{}:{until}", self.capability),
            None => write!(f, "{}", self.capability),
        }
    }
}

impl fmt::Display for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.from, self.to)
    }
}

pub(super) fn parse_skills(text: &str) -> Result<Vec<Skill>, Said> {
    let mut skills: Vec<Skill> = Vec::new();
    for part in cell::parts(text) {
        let (code, level) = part.split_once(':').unwrap_or((part, ""));
        let category = Code::parse(code.trim())?;
        let level = cell::optional(level.trim(), |level| cell::whole::<u8>(level, 1, 3))
            .map_err(|_| both!(zh: "“{part}”的级别要在 1 到 3 之间", en: "the level in '{part}' must be from 1 to 3"))?
            .unwrap_or(USUAL_LEVEL);
        match skills.iter_mut().find(|skill| skill.category == category) {
            Some(skill) => skill.level = skill.level.max(level),
            None => skills.push(Skill { category, level }),
        }
    }
    Ok(skills)
}

pub(super) fn parse_held(text: &str) -> Result<Vec<Held>, Said> {
    let mut list: Vec<Held> = Vec::new();
    for part in cell::parts(text) {
        let (code, until) = part.split_once(':').unwrap_or((part, ""));
        let capability = Code::parse(code.trim())?;
        let until = cell::optional(until.trim(), Day::parse)?;
        match list.iter_mut().find(|held| held.capability == capability) {
            Some(held) => held.until = held.until.zip(until).map(|(one, other)| one.max(other)),
            None => list.push(Held { capability, until }),
        }
    }
    Ok(list)
}

pub(super) fn parse_away(text: &str) -> Result<Away, Said> {
    let (from, to) = text.split_once('/').ok_or_else(|| both!(zh: "日期范围要写成 2026-12-01/2026-12-10", en: "a range of days looks like 2026-12-01/2026-12-10"))?;
    let away = Away {
        from: Day::parse(from.trim())?,
        to: Day::parse(to.trim())?,
    };
    if away.from > away.to {
        return Err(both!(zh: "“{text}”的结束早于开始", en: "'{text}' ends before it begins"));
    }
    Ok(away)
}
