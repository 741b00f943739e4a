//! What the rules look at of suppliers, packed: a card of half a cache line each, their points beside it, and lists of
//! varying length one after the other.

use super::places::Home;
use crate::domain::geo::Point;
use crate::domain::record::Away;
use crate::domain::{Day, Sex};

/// Neither bookings nor closed visits.
pub(super) const NO_PAST: u32 = u32::MAX;
/// The most entries of a list: far more than there are categories, capabilities or days away of anybody.
const MOST: usize = 0xffff;
/// A credential that does not run out.
const FOREVER: i32 = i32::MAX;

const KNOWN: u16 = 1;
const ACTIVE: u16 = 1 << 1;
const MAN: u16 = 1 << 2;
const WOMAN: u16 = 1 << 3;
const HAS_AWAY: u16 = 1 << 4;
const HAS_LIMIT: u16 = 1 << 5;
const AT_HOME: u16 = 1 << 6;

/// What the rules read most of a supplier.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Card {
    /// In km; infinite without a limit.
    radius: f64,
    /// Where the supplier's lists begin.
    lists: u32,
    /// Where the supplier's past is kept.
    pub(super) past: u32,
    /// The number of the weekly windows.
    pub(super) week: u32,
    pub(super) capacity: u16,
    flags: u16,
    /// Minutes of a week that are surely within the limit.
    within: u16,
}

// Two cards are a cache line: a field more would be two.
const _: () = assert!(size_of::<Card>() == 32);

/// The card of somebody of whom there is no record.
const BLANK: Card = Card {
    radius: f64::INFINITY,
    lists: 0,
    past: NO_PAST,
    week: 0,
    capacity: 0,
    flags: 0,
    within: u16::MAX,
};

impl Default for Card {
    fn default() -> Self {
        BLANK
    }
}

impl Card {
    fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Whether there is a record, not only somebody who refers to it.
    pub(super) fn known(&self) -> bool {
        self.has(KNOWN)
    }

    pub(super) fn active(&self) -> bool {
        self.has(ACTIVE)
    }

    pub(super) fn sex(&self) -> Option<Sex> {
        match (self.has(MAN), self.has(WOMAN)) {
            (true, true) => Some(Sex::Any),
            (true, false) => Some(Sex::Male),
            (false, true) => Some(Sex::Female),
            (false, false) => None,
        }
    }

    pub(super) fn radius(&self) -> Option<f64> {
        self.radius.is_finite().then_some(self.radius)
    }

    /// Whether there is any day on which the supplier is away.
    pub(super) fn is_ever_away(&self) -> bool {
        self.has(HAS_AWAY)
    }

    /// Whether so many minutes in a week are surely within the limit, so that the limit itself need not be read.
    pub(super) fn surely_within(&self, minutes: i32) -> bool {
        minutes <= i32::from(self.within) || !self.has(HAS_LIMIT)
    }
}

/// A supplier's record as the rules look at it.
#[derive(Clone, Debug, Default)]
pub(super) struct Offer {
    pub(super) active: bool,
    pub(super) sex: Option<Sex>,
    pub(super) capacity: u16,
    /// The number of the weekly windows.
    pub(super) week: u32,
    pub(super) radius: Option<f64>,
    pub(super) max_hours: Option<f64>,
    pub(super) home: Home,
    /// Categories with levels.
    pub(super) skills: Vec<(u32, u8)>,
    /// Capabilities with their last valid days.
    pub(super) held: Vec<(u32, Option<Day>)>,
    pub(super) away: Vec<Away>,
}

impl Offer {
    fn flags(&self) -> u16 {
        let sex = match self.sex {
            Some(Sex::Male) => MAN,
            Some(Sex::Female) => WOMAN,
            Some(Sex::Any) => MAN | WOMAN,
            None => 0,
        };
        let when = |flag: u16, is: bool| if is { flag } else { 0 };
        KNOWN
            | sex
            | when(ACTIVE, self.active)
            | when(HAS_AWAY, !self.away.is_empty())
            | when(HAS_LIMIT, self.max_hours.is_some())
            | when(AT_HOME, self.home.own.is_none())
    }

    /// The lists as words: how many skills and capabilities, the limit, the home, then the lists.
    fn words(&self) -> Vec<u32> {
        let count = |n: usize| u32::try_from(n.min(MOST)).unwrap_or_default();
        let mut words = vec![count(self.skills.len()) << 16 | count(self.held.len())];
        if !self.away.is_empty() {
            words.push(count(self.away.len()));
        }
        if let Some(limit) = self.max_hours {
            words.extend(halves(limit));
        }
        if self.home.own.is_none() {
            words.extend([self.home.community, self.home.street]);
        }
        words.extend(
            self.skills
                .iter()
                .take(MOST)
                .map(|(category, level)| category << 2 | u32::from(*level)),
        );
        for (capability, until) in self.held.iter().take(MOST) {
            words.extend([*capability, word(until.map_or(FOREVER, |day| day.0))]);
        }
        for away in self.away.iter().take(MOST) {
            words.extend([word(away.from.0), word(away.to.0)]);
        }
        words
    }
}

/// The whole minutes of some hours; fewer when there are more than there can be.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before"
)]
fn whole_minutes(hours: f64) -> u16 {
    (hours * 60.0).clamp(0.0, f64::from(u16::MAX - 1)) as u16
}

fn word(number: i32) -> u32 {
    u32::from_ne_bytes(number.to_ne_bytes())
}

fn number(word: u32) -> i32 {
    i32::from_ne_bytes(word.to_ne_bytes())
}

#[allow(clippy::cast_possible_truncation, reason = "the two halves of 64 bits")]
fn halves(value: f64) -> [u32; 2] {
    let bits = value.to_bits();
    [(bits >> 32) as u32, bits as u32]
}

/// The lists of one supplier.
#[derive(Clone, Copy)]
struct Lists<'a> {
    flags: u16,
    words: &'a [u32],
}

impl<'a> Lists<'a> {
    fn word(self, at: usize) -> u32 {
        self.words.get(at).copied().unwrap_or_default()
    }

    fn flag(self, flag: u16) -> usize {
        usize::from(self.flags & flag != 0)
    }

    fn limit_at(self) -> usize {
        1 + self.flag(HAS_AWAY)
    }

    fn home_at(self) -> usize {
        self.limit_at() + 2 * self.flag(HAS_LIMIT)
    }

    fn list(self, before: usize, words: usize) -> &'a [u32] {
        let from = self.home_at() + 2 * self.flag(AT_HOME) + before;
        self.words.get(from..from + words).unwrap_or_default()
    }

    fn skills(self) -> usize {
        (self.word(0) >> 16) as usize
    }

    fn held(self) -> usize {
        2 * (self.word(0) & 0xffff) as usize
    }

    fn away(self) -> usize {
        2 * self.flag(HAS_AWAY) * self.word(1) as usize
    }

    fn len(self) -> usize {
        self.home_at() + 2 * self.flag(AT_HOME) + self.skills() + self.held() + self.away()
    }
}

/// All suppliers by their numbers.
#[derive(Debug, Default)]
pub(super) struct Cards {
    all: Vec<Card>,
    /// Not a number where there is no point.
    points: Vec<Point>,
    lists: Vec<u32>,
    /// Words of the lists that nobody has any more.
    stale: usize,
}

const NOWHERE: Point = Point {
    lon: f64::NAN,
    lat: f64::NAN,
};

impl Cards {
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    /// How many have a record.
    pub(super) fn known(&self) -> usize {
        self.all.iter().filter(|card| card.known()).count()
    }

    /// Makes room for the numbers below `count`.
    pub(super) fn grow(&mut self, count: usize) {
        if self.all.len() < count {
            self.all.resize(count, Card::default());
            self.points.resize(count, NOWHERE);
        }
    }

    pub(super) fn card(&self, s: u32) -> &Card {
        static NONE: Card = BLANK;
        self.all.get(s as usize).unwrap_or(&NONE)
    }

    pub(super) fn point(&self, s: u32) -> Option<Point> {
        let point = self.points.get(s as usize)?;
        (!point.lon.is_nan()).then_some(*point)
    }

    /// Reads something of a supplier's card, lists and point.
    pub(super) fn touch(&self, s: u32) -> u64 {
        let words = self.lists_of(s).word(0);
        let point = self.points.get(s as usize);
        u64::from(words) ^ point.map_or(0, |point| point.lon.to_bits())
    }

    pub(super) fn set_point(&mut self, s: u32, point: Option<Point>) {
        if let Some(known) = self.points.get_mut(s as usize) {
            *known = point.unwrap_or(NOWHERE);
        }
    }

    /// The numbers of the weekly windows, of everybody.
    pub(super) fn weeks(&self) -> impl Iterator<Item = u32> + '_ {
        self.all.iter().map(|card| card.week)
    }

    /// Gives weekly windows other numbers.
    pub(super) fn renumber_weeks(&mut self, numbers: &[u32]) {
        for card in &mut self.all {
            card.week = numbers.get(card.week as usize).copied().unwrap_or_default();
        }
    }

    pub(super) fn set_past(&mut self, s: u32, past: u32) {
        if let Some(card) = self.all.get_mut(s as usize) {
            card.past = past;
        }
    }

    /// Puts a supplier's record in place of the one before.
    pub(super) fn put(&mut self, s: u32, offer: &Offer) {
        let before = self.lists_of(s).len();
        let words = offer.words();
        let known = self.card(s).known();
        let Some(card) = self.all.get_mut(s as usize) else {
            return;
        };
        if known && words.len() <= before {
            let from = card.lists as usize;
            if let Some(place) = self.lists.get_mut(from..from + words.len()) {
                place.copy_from_slice(&words);
            }
            self.stale += before - words.len();
        } else {
            card.lists = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
            self.lists.extend_from_slice(&words);
            self.stale += if known { before } else { 0 };
        }
        card.radius = offer.radius.unwrap_or(f64::INFINITY);
        card.week = offer.week;
        card.capacity = offer.capacity;
        card.flags = offer.flags();
        card.within = offer.max_hours.map_or(u16::MAX, whole_minutes);
        if self.stale > 4_096 && self.stale * 2 > self.lists.len() {
            self.pack();
        }
    }

    /// Gives back what is not in use.
    pub(super) fn pack(&mut self) {
        let mut lists = Vec::with_capacity(self.lists.len() - self.stale);
        for s in 0..self.len() {
            let own = self.lists_of(s);
            let Some(words) = own.words.get(..own.len()).filter(|_| self.card(s).known()) else {
                continue;
            };
            let at = u32::try_from(lists.len()).unwrap_or(u32::MAX);
            lists.extend_from_slice(words);
            if let Some(card) = self.all.get_mut(s as usize) {
                card.lists = at;
            }
        }
        self.lists = lists;
        self.stale = 0;
        self.all.shrink_to_fit();
        self.points.shrink_to_fit();
    }

    fn lists_of(&self, s: u32) -> Lists<'_> {
        let card = self.card(s);
        Lists {
            flags: card.flags,
            words: self.lists.get(card.lists as usize..).unwrap_or_default(),
        }
    }

    /// Categories with levels.
    pub(super) fn skills(&self, s: u32) -> impl Iterator<Item = (u32, u8)> + '_ {
        let lists = self.known_lists(s);
        let words = lists.map_or(&[][..], |lists| lists.list(0, lists.skills()));
        words
            .iter()
            .map(|word| (word >> 2, u8::try_from(word & 3).unwrap_or_default()))
    }

    /// Capabilities with their last valid days.
    pub(super) fn held(&self, s: u32) -> impl Iterator<Item = (u32, Day)> + '_ {
        let lists = self.known_lists(s);
        let words = lists.map_or(&[][..], |lists| lists.list(lists.skills(), lists.held()));
        words.chunks_exact(2).filter_map(|pair| match pair {
            [capability, until] => Some((*capability, Day(number(*until)))),
            _ => None,
        })
    }

    /// Whether a supplier is away on a day.
    pub(super) fn is_away(&self, s: u32, day: Day) -> bool {
        if !self.card(s).has(HAS_AWAY) {
            return false;
        }
        let lists = self.lists_of(s);
        let words = lists.list(lists.skills() + lists.held(), lists.away());
        words.chunks_exact(2).any(
            |pair| matches!(pair, [from, to] if number(*from) <= day.0 && day.0 <= number(*to)),
        )
    }

    /// The most hours of a week; none without a limit.
    pub(super) fn max_hours(&self, s: u32) -> Option<f64> {
        let lists = self.known_lists(s)?;
        let at = lists.limit_at();
        self.card(s).has(HAS_LIMIT).then(|| {
            let half = |at| u64::from(lists.word(at));
            f64::from_bits(half(at) << 32 | half(at + 1))
        })
    }

    /// Where a supplier is by community and street; none of one with a point of its own.
    pub(super) fn home(&self, s: u32) -> Option<Home> {
        let lists = self.known_lists(s)?;
        let at = lists.home_at();
        self.card(s).has(AT_HOME).then(|| Home {
            own: None,
            community: lists.word(at),
            street: lists.word(at + 1),
        })
    }

    fn known_lists(&self, s: u32) -> Option<Lists<'_>> {
        self.card(s).known().then(|| self.lists_of(s))
    }
}

#[cfg(test)]
mod tests;
