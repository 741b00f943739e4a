//! What residents ask for. Nearly every need is one that somebody around could meet: it is made around a supplier's hours.

use super::calendar::{Day, Ending, Rhythm, Series, on, weekday};
use super::dice::Dice;
use super::hours::Window;
use super::reference::Trade;
use super::world::{Ask, World};

/// The columns of needs.csv.
pub(super) const HEADER: [&str; 14] = [
    "code",
    "resident",
    "category",
    "start",
    "minutes",
    "recurrence",
    "people",
    "sex",
    "capabilities",
    "urgency",
    "opened_at",
    "cancelled_at",
    "cancel_reason",
    "note",
];

const TRIES: usize = 60;

/// How often a need may come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    Series,
    Once,
}

/// What a need must be like.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// The first visit is not before this day.
    pub(super) from: Day,
    /// It is at most so many days later, and a month more for a monthly need.
    pub(super) spread: i32,
    /// All visits looked at lie before this day.
    pub(super) until: Day,
    pub(super) wanted: Wanted,
}

impl World {
    /// A need that the supplier given with it can meet.
    pub(super) fn anchored(&self, dice: &mut Dice, frame: Frame) -> Option<(Ask, usize)> {
        (0..TRIES).find_map(|_| {
            let resident = dice.index(self.residents.len());
            let trade = dice.weighted(&self.reference.demand);
            let supplier = self.find(dice, resident, trade, |supplier| {
                supplier.taken < supplier.capacity
            })?;
            let ask = self.around(dice, frame, resident, trade, supplier)?;
            let days = ask.series.days(frame.until.max(ask.series.start + 28));
            self.fits(supplier, &ask, &days).then_some((ask, supplier))
        })
    }

    /// A need at any time, met or not.
    pub(super) fn loose(&self, dice: &mut Dice, from: Day) -> Ask {
        let trade = dice.weighted(&self.reference.demand);
        Ask {
            resident: dice.index(self.residents.len()),
            trade,
            series: Series {
                rhythm: Rhythm::Once,
                start: from + dice.between(0, 13),
                ending: Ending::Never,
            },
            minute: u16::from(self.reference.trades[trade].from) * 30,
            minutes: dice.pick(&self.reference.trades[trade].minutes),
            people: 1,
            male: None,
            capabilities: 0,
        }
    }

    fn around(
        &self,
        dice: &mut Dice,
        frame: Frame,
        resident: usize,
        trade: usize,
        number: usize,
    ) -> Option<Ask> {
        let supplier = &self.suppliers[number];
        let practice = &self.reference.trades[trade];
        let window = dice.pick(&supplier.windows);
        let minutes = dice.pick(&practice.minutes);
        let minute = time_in(dice, window, practice, minutes)?;
        let rhythm = rhythm(dice, practice, frame.wanted, window.days)?;
        let from = frame.from + dice.between(0, frame.spread);
        let start = first_day(dice, rhythm, window.days, from)?;
        let asks_capability = dice.permille(practice.asks);
        let required = practice.capability.filter(|_| asks_capability);
        let same_sex = dice.permille(practice.same_sex);
        Some(Ask {
            resident,
            trade,
            series: Series {
                rhythm,
                start,
                ending: Ending::Never,
            },
            minute,
            minutes,
            people: if dice.permille(35) { 2 } else { 1 },
            male: same_sex.then_some(self.residents[resident].male),
            capabilities: required.map_or(0, |index| 1 << index),
        })
    }
}

/// A start on the half hour inside the window and the hours of the trade.
pub(super) fn time_in(
    dice: &mut Dice,
    window: Window,
    practice: &Trade,
    minutes: u16,
) -> Option<u16> {
    let from = u16::from(window.from.max(practice.from));
    let to = u16::from(window.to.min(practice.to));
    let room = to.checked_sub(from + minutes.div_ceil(30))?;
    let slot = from + u16::try_from(dice.below(u32::from(room) + 1)).unwrap_or(0);
    (window.days != 0).then_some(slot * 30)
}

fn rhythm(dice: &mut Dice, practice: &Trade, wanted: Wanted, days: u8) -> Option<Rhythm> {
    let [once, rest @ ..] = practice.rhythm;
    let choice = match wanted {
        Wanted::Once => 0,
        Wanted::Series if rest.iter().sum::<u32>() == 0 => return None,
        Wanted::Series => dice.share(&rest) + 1,
        Wanted::Any => dice.share(&[once, rest[0], rest[1], rest[2], rest[3]]),
    };
    Some(match choice {
        0 => Rhythm::Once,
        1 => Rhythm::Weekly(1, one_or_two(dice, days)),
        2 => Rhythm::Weekly(2, one_of(dice, days)),
        3 => Rhythm::Monthly,
        _ if days == 0b111_1111 => Rhythm::Daily,
        _ => Rhythm::Weekly(1, days),
    })
}

/// One day of a mask of days.
fn one_of(dice: &mut Dice, days: u8) -> u8 {
    let mut left = days;
    for _ in 0..dice.below(days.count_ones()) {
        left &= left - 1;
    }
    left & left.wrapping_neg()
}

fn one_or_two(dice: &mut Dice, days: u8) -> u8 {
    let first = one_of(dice, days);
    if dice.permille(250) {
        first | one_of(dice, days)
    } else {
        first
    }
}

/// The first day on or after `from` that the rhythm can begin with.
fn first_day(dice: &mut Dice, rhythm: Rhythm, days: u8, from: Day) -> Option<Day> {
    let days = match rhythm {
        Rhythm::Weekly(_, days) => days,
        Rhythm::Daily => 0b111_1111,
        Rhythm::Once | Rhythm::Monthly => one_of(dice, days),
    };
    (from..from + 7).find(|day| on(days, *day))
}

/// A need's own cells: those that say what is asked for, in the order of the columns from `category` to `capabilities`.
pub(super) fn cells(world: &World, ask: &Ask) -> [String; 7] {
    let sex = match ask.male {
        Some(true) => "m",
        Some(false) => "f",
        None => "",
    };
    [
        world.reference.trades[ask.trade].code.clone(),
        super::calendar::moment(ask.series.start, ask.minute),
        ask.minutes.to_string(),
        ask.series.rule(),
        ask.people.to_string(),
        sex.to_owned(),
        world.reference.capability_cell(ask.capabilities),
    ]
}

/// The next day on or after `from` with a weekday, Monday being 0.
pub(super) fn next_weekday(from: Day, wanted: u8) -> Day {
    from + (Day::from(wanted) - Day::from(weekday(from))).rem_euclid(7)
}
