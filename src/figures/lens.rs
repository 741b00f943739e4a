//! What is asked for: the grouping, the days and the moment.

use chrono::Datelike;

use super::facts::{Facts, Home, NONE, Node, Register, index};
use super::{By, Period};
use crate::domain::{Day, Minute, Stamp};

/// A group's number: a record's, a month's, or 0 for the whole district.
pub(super) type Group = u32;

/// The whole district.
pub(super) const WHOLE: Group = 0;

/// A question put to the facts, with the groups of residents and categories looked up once.
pub(super) struct Lens<'a> {
    pub facts: &'a Facts,
    pub by: Option<By>,
    pub from: Day,
    pub to: Day,
    pub now: Stamp,
    homes: Vec<Group>,
    pub categories: Vec<Group>,
}

impl<'a> Lens<'a> {
    pub(super) fn new(facts: &'a Facts, by: Option<By>, period: Period, now: Stamp) -> Self {
        let mut lens = Self {
            facts,
            by,
            from: period.from.unwrap_or(Day(i32::MIN)),
            to: period.to.unwrap_or(now.day()),
            now,
            homes: Vec::new(),
            categories: facts
                .categories
                .iter()
                .map(|(id, _)| resolve(&facts.categories, id))
                .collect(),
        };
        lens.homes = facts
            .residents
            .iter()
            .map(|(_, home)| lens.place(*home))
            .collect();
        lens
    }

    pub(super) fn counts(&self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    pub(super) fn has_ended(&self, start: Minute, minutes: u16) -> bool {
        start.plus(i32::from(minutes)).stamp() <= self.now
    }

    /// The street or community of a home, whichever is grouped by.
    pub(super) fn place(&self, home: Home) -> Group {
        let community = resolve(&self.facts.communities, home.community);
        match self.by {
            Some(By::Community) => community,
            Some(By::Street) => {
                let other = || self.facts.communities.get(community)?.street;
                let street = Some(home.street).filter(|street| *street != NONE);
                resolve(&self.facts.streets, street.or_else(other).unwrap_or(NONE))
            }
            _ => NONE,
        }
    }

    pub(super) fn home(&self, resident: u32) -> Group {
        self.homes.get(index(resident)).copied().unwrap_or(NONE)
    }

    pub(super) fn category(&self, category: u32) -> Group {
        self.categories
            .get(index(category))
            .copied()
            .unwrap_or(category)
    }

    /// The group of what a resident gets in a category on a day; none when only a supplier would tell.
    pub(super) fn group(&self, resident: u32, category: u32, day: Day) -> Option<Group> {
        match self.by {
            None => Some(WHOLE),
            Some(By::Street | By::Community) => Some(self.home(resident)),
            Some(By::Category) => Some(self.category(category)),
            Some(By::Month) => Some(month_of(day)),
            Some(By::Supplier) => None,
        }
    }
}

/// The record that counts for `id` after all mergers; itself where they run in a circle.
pub(super) fn resolve(register: &Register<Node>, id: u32) -> u32 {
    let mut at = id;
    for _ in 0..64 {
        match register.get(at).and_then(|node| node.into) {
            Some(next) => at = next,
            None => return at,
        }
    }
    id
}

/// The number of a calendar month, counted from year 0.
pub(super) fn month_of(day: Day) -> Group {
    let date = day.date();
    u32::try_from(date.year()).unwrap_or_default() * 12 + date.month0()
}

/// `2026-11` of a month's number.
pub(super) fn month_name(month: Group) -> String {
    format!("{:04}-{:02}", month / 12, month % 12 + 1)
}

/// The last day of a month.
pub(super) fn month_end(month: Group) -> Day {
    let next = month + 1;
    let first = i32::try_from(next / 12)
        .ok()
        .and_then(|year| chrono::NaiveDate::from_ymd_opt(year, next % 12 + 1, 1));
    first.map_or(Day(i32::MAX), |first| Day(Day::of(first).0 - 1))
}
