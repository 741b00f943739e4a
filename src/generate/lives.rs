//! Needs with what became of them: open, reopened, matched, done, cancelled or lapsed, with their matches and past visits.

use std::io;
use std::path::Path;

use super::calendar::{Day, Ending, Rhythm, moment};
use super::demand::{self, Frame, Wanted};
use super::dice::Dice;
use super::services::{Log, Visit};
use super::table::{Meter, Table};
use super::world::{Ask, World, need_code, resident_code, supplier_code};

const MATCHES: [&str; 9] = [
    "need",
    "supplier",
    "visits",
    "confirmed_at",
    "confirmed_by",
    "rank",
    "score",
    "ended_at",
    "end_reason",
];

/// Who confirmed.
const BROKERS: [&str; 8] = [
    "liujing", "wangmin", "zhaolei", "chenyan", "sunli", "zhouhong", "wujun", "malin",
];

/// A moment: a day and its minute.
type At = (Day, u16);

/// What became of a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Reopened,
    Matched,
    Done,
    Cancelled,
    Lapsed,
}

/// The states, in the order of the counts of [`Mix`].
const STATES: [State; 6] = [
    State::Open,
    State::Reopened,
    State::Matched,
    State::Done,
    State::Cancelled,
    State::Lapsed,
];

/// How many needs of each state are still to come, and the weights of their urgencies.
#[derive(Clone)]
pub(super) struct Mix {
    pub(super) counts: [u32; 6],
    /// Weights of low, normal, high, urgent.
    pub(super) urgency: [u32; 4],
}

impl Mix {
    /// The mix of `needs` needs of a district: half of them are open.
    pub(super) fn of(needs: u32) -> Self {
        let share =
            |percent: u32| u32::try_from(u64::from(needs) * u64::from(percent) / 100).unwrap_or(0);
        let mut counts = [0, share(3), share(30), share(12), share(4), share(4)];
        counts[0] = needs - counts.iter().sum::<u32>();
        Self {
            counts,
            urgency: [15, 60, 18, 7],
        }
    }

    fn draw(&mut self, dice: &mut Dice) -> State {
        let choice = dice.share(&self.counts);
        self.counts[choice] = self.counts[choice].saturating_sub(1);
        STATES[choice]
    }

    /// Takes one open need away, which comes from elsewhere.
    pub(super) fn take_open(&mut self) {
        self.counts[0] = self.counts[0].saturating_sub(1);
    }
}

/// The files that needs leave rows in.
pub(super) struct Books<'a, 'm> {
    needs: Table,
    matches: Table,
    pub(super) log: Log,
    pub(super) meter: &'a mut Meter<'m>,
}

impl<'a, 'm> Books<'a, 'm> {
    /// Makes needs.csv, matches.csv and services.csv.
    pub(super) fn create(dir: &Path, services: u32, meter: &'a mut Meter<'m>) -> io::Result<Self> {
        Ok(Self {
            needs: Table::create(dir, "needs", &demand::HEADER)?,
            matches: Table::create(dir, "matches", &MATCHES)?,
            log: Log::create(dir, services)?,
            meter,
        })
    }

    /// Writes what is left; the rows of needs, matches and services.
    pub(super) fn close(self) -> io::Result<[u64; 3]> {
        Ok([
            self.needs.close()?,
            self.matches.close()?,
            self.log.close()?,
        ])
    }

    /// Fills services.csv with the visits of the year before.
    pub(super) fn fill(&mut self, dice: &mut Dice, world: &World) -> io::Result<()> {
        self.log.fill(dice, world, self.meter)
    }

    /// Writes a need's row.
    pub(super) fn need(
        &mut self,
        world: &World,
        number: u32,
        ask: &Ask,
        story: &Story,
    ) -> io::Result<()> {
        let [category, start, minutes, rule, people, sex, capabilities] = demand::cells(world, ask);
        let cancelled = story.cancelled.map(at).unwrap_or_default();
        let row = [
            need_code(number),
            resident_code(ask.resident),
            category,
            start,
            minutes,
            rule,
            people,
            sex,
            capabilities,
            story.urgency.to_owned(),
            at(story.opened),
            cancelled,
            story.reason.to_owned(),
            story.note.to_owned(),
        ];
        self.needs.row(&row, self.meter)
    }
}

/// What a need's row says beside what is asked for.
pub(super) struct Story {
    pub(super) urgency: &'static str,
    pub(super) opened: At,
    pub(super) cancelled: Option<At>,
    pub(super) reason: &'static str,
    pub(super) note: &'static str,
}

fn at((day, minute): At) -> String {
    moment(day, minute)
}

/// Draws a need and writes it with its matches and past visits.
pub(super) fn live(
    world: &mut World,
    dice: &mut Dice,
    mix: &mut Mix,
    number: u32,
    books: &mut Books,
) -> io::Result<()> {
    let drawn = mix.draw(dice);
    let found = frame(dice, world.as_of, drawn)
        .and_then(|frame| world.anchored(dice, frame))
        .and_then(|(ask, supplier)| {
            shape(dice, world.as_of, drawn, ask).map(|ask| (ask, supplier))
        });
    // Where nobody can meet anything, needs stay open.
    let (state, (mut ask, supplier)) = match found {
        Some((ask, supplier)) => (drawn, (ask, Some(supplier))),
        None => (State::Open, (world.loose(dice, world.as_of + 1), None)),
    };
    let suppliers = match (state, supplier) {
        (State::Reopened | State::Matched | State::Done, Some(first)) => {
            world.places(dice, &mut ask, first)
        }
        _ => Vec::new(),
    };
    let story = story(dice, world, &ask, state, &mix.urgency);
    if state == State::Open && dice.permille(40) {
        make_hard(world, dice, &mut ask);
    }
    books.need(world, number, &ask, &story)?;
    for supplier in suppliers {
        let bond = Bond {
            number,
            supplier,
            state,
            opened: story.opened,
        };
        books.bond(world, dice, &ask, &bond)?;
        if state == State::Matched {
            world.suppliers[supplier].taken += 1;
        }
    }
    Ok(())
}

/// Between which days a need of a state lies; none when chance has it otherwise.
fn frame(dice: &mut Dice, as_of: Day, state: State) -> Option<Frame> {
    let frame = |from, spread, until, wanted| {
        Some(Frame {
            from,
            spread,
            until,
            wanted,
        })
    };
    match state {
        State::Open => frame(as_of + 1, 13, as_of, Wanted::Any),
        State::Matched if dice.permille(450) => frame(as_of, 11, as_of, Wanted::Any),
        State::Reopened | State::Matched => frame(as_of - 90, 80, as_of + 60, Wanted::Series),
        State::Done if dice.permille(200) => frame(as_of - 75, 50, as_of, Wanted::Series),
        State::Done => frame(as_of - 60, 50, as_of, Wanted::Once),
        State::Cancelled => frame(as_of - 15, 25, as_of, Wanted::Any),
        State::Lapsed => frame(as_of - 45, 36, as_of, Wanted::Once),
    }
}

/// Gives a series the end that its state wants.
fn shape(dice: &mut Dice, as_of: Day, state: State, mut ask: Ask) -> Option<Ask> {
    let series = &mut ask.series;
    if series.rhythm == Rhythm::Daily {
        series.start = series.start.max(as_of - 24);
    }
    series.ending = match (state, series.rhythm) {
        (_, Rhythm::Once) => Ending::Never,
        (State::Done, _) => {
            let past = series.days(as_of - 2).len().min(6);
            return (past > 0).then(|| {
                ask.series.ending = Ending::Count(past);
                ask
            });
        }
        (State::Open | State::Cancelled, _) if dice.permille(200) => {
            Ending::Count(dice.index(9) + 4)
        }
        _ if dice.permille(250) => {
            Ending::Until(as_of.max(series.start) + 45 + dice.between(0, 180))
        }
        _ => Ending::Never,
    };
    Some(ask)
}

/// An hour that hardly anybody offers, or a capability that hardly anybody has.
fn make_hard(world: &World, dice: &mut Dice, ask: &mut Ask) {
    if dice.permille(600) {
        ask.minute = 330;
    } else if let Some(index) = world.reference.capability("sign-language") {
        ask.capabilities |= 1 << index;
    }
}

fn story(dice: &mut Dice, world: &World, ask: &Ask, state: State, urgency: &[u32; 4]) -> Story {
    let as_of = world.as_of;
    let before = match state {
        State::Open => as_of - 1 - Day::try_from(dice.early(21)).unwrap_or(0),
        _ => ask.series.start.min(as_of) - dice.between(2, 12),
    };
    let opened = (before, working_minute(dice));
    let cancelled = (state == State::Cancelled).then(|| {
        let day = before + dice.between(1, 5);
        (day.min(as_of - 1), working_minute(dice))
    });
    Story {
        urgency: ["low", "normal", "high", "urgent"][dice.share(urgency)],
        opened,
        cancelled,
        reason: if cancelled.is_some() {
            dice.pick(&world.words.cancel_reasons)
        } else {
            ""
        },
        note: world.words.need_note(dice),
    }
}

/// 08:30 to 16:55.
fn working_minute(dice: &mut Dice) -> u16 {
    510 + 5 * u16::try_from(dice.below(102)).unwrap_or(0)
}

impl World {
    /// The suppliers of all places of a need; a place for which nobody is found is not asked for.
    fn places(&self, dice: &mut Dice, ask: &mut Ask, first: usize) -> Vec<usize> {
        let days = ask.series.days(self.as_of + 60);
        let mut chosen = vec![first];
        if ask.people > 1 {
            chosen.extend(
                self.find(dice, ask.resident, ask.trade, |_| true)
                    .filter(|second| *second != first && self.fits(*second, ask, &days)),
            );
        }
        ask.people = u8::try_from(chosen.len()).unwrap_or(1);
        chosen
    }
}

/// A match to be written.
struct Bond {
    number: u32,
    supplier: usize,
    state: State,
    opened: At,
}

impl Books<'_, '_> {
    fn bond(&mut self, world: &World, dice: &mut Dice, ask: &Ask, bond: &Bond) -> io::Result<()> {
        let as_of = world.as_of;
        let ended = (bond.state == State::Reopened).then_some((as_of - 1, 1035));
        let days = booked(ask, as_of, ended);
        let visits: Vec<String> = days.iter().map(|day| moment(*day, ask.minute)).collect();
        let rank = [1, 2, 3, 4, 5][dice.share(&[62, 20, 10, 5, 3])];
        let reason = if ended.is_some() {
            dice.pick(&world.words.end_reasons)
        } else {
            ""
        };
        let street = usize::from(world.residents[ask.resident].street);
        let row = [
            need_code(bond.number),
            supplier_code(bond.supplier),
            visits.join(";"),
            at(confirmed(dice, bond.opened)),
            BROKERS[(street + bond.number as usize % 3) % BROKERS.len()].to_owned(),
            rank.to_string(),
            score(dice, rank),
            ended.map(at).unwrap_or_default(),
            reason.to_owned(),
        ];
        self.matches.row(&row, self.meter)?;
        for day in days.into_iter().take_while(|day| *day < as_of) {
            let late = bond.state == State::Matched && day >= as_of - 3 && dice.permille(400);
            if !late {
                let visit = Visit {
                    resident: ask.resident,
                    supplier: bond.supplier,
                    trade: ask.trade,
                    day,
                    minute: ask.minute,
                    minutes: ask.minutes,
                    need: Some(bond.number),
                };
                self.log.record(dice, world, visit, self.meter)?;
            }
        }
        Ok(())
    }
}

/// The days booked: a standing match reaches 28 days beyond its next visit, an ended one to its end.
fn booked(ask: &Ask, as_of: Day, ended: Option<At>) -> Vec<Day> {
    if let Some((day, minute)) = ended {
        return ask
            .series
            .days(day + i32::from(ask.minute + ask.minutes <= minute));
    }
    let days = ask.series.days(as_of + 120);
    let next = days.iter().find(|day| **day >= as_of).copied();
    let end = next.unwrap_or(as_of) + 28;
    days.into_iter().filter(|day| *day < end).collect()
}

/// Within the day or on the next one.
fn confirmed(dice: &mut Dice, (day, minute): At) -> At {
    if dice.permille(600) {
        (
            day,
            minute + 5 * u16::try_from(dice.between(2, 10)).unwrap_or(2),
        )
    } else {
        (day + 1, working_minute(dice))
    }
}

fn score(dice: &mut Dice, rank: u32) -> String {
    let millionths = 76_000_000 - rank * 3_000_000 - dice.below(24_000_000);
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}
