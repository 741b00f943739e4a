//! Closed visits: those of matches, and a year of earlier ones.

use std::io;
use std::path::Path;

use super::calendar::{Day, moment, on};
use super::demand::time_in;
use super::dice::Dice;
use super::supply::Supplier;
use super::table::{Meter, Table};
use super::world::{World, need_code, resident_code, supplier_code};

/// The columns of services.csv.
const HEADER: [&str; 9] = [
    "code", "resident", "supplier", "category", "start", "minutes", "outcome", "rating", "need",
];

/// Tries before a pair is taken that nobody would have chosen.
const TRIES: usize = 30;

/// A visit that is over.
#[derive(Clone, Copy)]
pub(super) struct Visit {
    pub(super) resident: usize,
    pub(super) supplier: usize,
    pub(super) trade: usize,
    pub(super) day: Day,
    pub(super) minute: u16,
    pub(super) minutes: u16,
    pub(super) need: Option<u32>,
}

/// services.csv, up to a number of rows.
pub(super) struct Log {
    table: Table,
    limit: u64,
}

impl Log {
    /// Makes the file.
    pub(super) fn create(dir: &Path, limit: u32) -> io::Result<Self> {
        let table = Table::create(dir, "services", &HEADER)?;
        Ok(Self {
            table,
            limit: u64::from(limit),
        })
    }

    /// Whether all rows are there.
    pub(super) fn full(&self) -> bool {
        self.table.rows() >= self.limit
    }

    /// Writes what is left and gives the number of rows.
    pub(super) fn close(self) -> io::Result<u64> {
        self.table.close()
    }

    /// Writes a visit with an outcome that its supplier's quality makes likely, unless all rows are there.
    pub(super) fn record(
        &mut self,
        dice: &mut Dice,
        world: &World,
        visit: Visit,
        meter: &mut Meter,
    ) -> io::Result<()> {
        let quality = u32::from(world.suppliers[visit.supplier].quality);
        let lapses = 50 - quality * 4;
        let outcomes = [
            "no_show",
            "cancelled_by_supplier",
            "cancelled_by_resident",
            "completed",
        ];
        let outcome = outcomes[dice.share(&[lapses, lapses, 60, 940 - 2 * lapses])];
        let completed = outcome == "completed";
        let rating = if completed && dice.permille(620) {
            stars(dice, quality)
        } else {
            ""
        };
        let mut visit = visit;
        if completed && dice.permille(80) && visit.minute + visit.minutes + 15 <= 1440 {
            visit.minutes += 15;
        }
        self.write(world, visit, outcome, rating, meter)
    }

    /// Writes a visit as it was, unless all rows are there.
    pub(super) fn write(
        &mut self,
        world: &World,
        visit: Visit,
        outcome: &str,
        rating: &str,
        meter: &mut Meter,
    ) -> io::Result<()> {
        if self.full() {
            return Ok(());
        }
        let row = [
            format!("S{:07}", self.table.rows() + 1),
            resident_code(visit.resident),
            supplier_code(visit.supplier),
            world.reference.trades[visit.trade].code.clone(),
            moment(visit.day, visit.minute),
            visit.minutes.to_string(),
            outcome.to_owned(),
            rating.to_owned(),
            visit.need.map(need_code).unwrap_or_default(),
        ];
        self.table.row(&row, meter)
    }

    /// Fills the file with the visits of the year before.
    pub(super) fn fill(
        &mut self,
        dice: &mut Dice,
        world: &World,
        meter: &mut Meter,
    ) -> io::Result<()> {
        if world.suppliers.is_empty() || world.residents.is_empty() {
            return Ok(());
        }
        while !self.full() {
            let (visit, days) = (0..TRIES)
                .find_map(|_| arrangement(dice, world))
                .unwrap_or_else(|| odd_job(dice, world));
            for day in days {
                self.record(dice, world, Visit { day, ..visit }, meter)?;
            }
        }
        Ok(())
    }
}

fn stars(dice: &mut Dice, quality: u32) -> &'static str {
    let short = 9 - quality;
    let weights = [
        short / 3 + 1,
        short / 2 + 1,
        6 + short,
        30,
        32 + quality * 5,
    ];
    ["1", "2", "3", "4", "5"][dice.share(&weights)]
}

/// A supplier who came to a resident for a while, and the days.
fn arrangement(dice: &mut Dice, world: &World) -> Option<(Visit, Vec<Day>)> {
    let resident = dice.index(world.residents.len());
    let (supplier, trade) = pair(dice, world, resident)?;
    let practice = &world.reference.trades[trade];
    let kept = &world.suppliers[supplier];
    let window = dice.pick(&kept.windows);
    let minutes = dice.pick(&practice.minutes);
    let minute = time_in(dice, window, practice, minutes)?;
    let days = days(
        dice,
        world.as_of,
        kept,
        window.days,
        dice_gap(practice.rhythm),
    );
    let visit = Visit {
        resident,
        supplier,
        trade,
        day: 0,
        minute,
        minutes,
        need: None,
    };
    (!days.is_empty()).then_some((visit, days))
}

/// The preferred supplier comes often; otherwise it is somebody around.
fn pair(dice: &mut Dice, world: &World, resident: usize) -> Option<(usize, usize)> {
    let preferred = world.residents[resident].preferred.map(|one| one as usize);
    if let Some(number) = preferred.filter(|_| dice.permille(450)) {
        return Some((number, world.suppliers[number].trades().next()?));
    }
    let trade = dice.weighted(&world.reference.demand);
    let supplier = world.find(dice, resident, trade, |_| true)?;
    Some((supplier, trade))
}

/// The weights of single visits and of gaps of 7, 14 and 28 days and of one day.
fn dice_gap(rhythm: [u32; 5]) -> impl Fn(&mut Dice) -> i32 {
    move |dice| [0, 7, 14, 28, 1][dice.share(&rhythm)]
}

fn days(
    dice: &mut Dice,
    as_of: Day,
    supplier: &Supplier,
    mask: u8,
    gap: impl Fn(&mut Dice) -> i32,
) -> Vec<Day> {
    let gap = gap(dice);
    let count = if gap == 0 { 1 } else { dice.between(2, 12) };
    let first = as_of - dice.between(1, 364);
    let end = as_of.min(supplier.left);
    let Some(first) = (first..first + 7).find(|day| on(mask, *day)) else {
        return Vec::new();
    };
    (0..count)
        .map(|step| first + step * gap)
        .filter(|day| on(mask, *day) && (supplier.joined..end).contains(day))
        .collect()
}

/// Anybody's visit to anybody, so that a world where few reach each other has its rows too.
fn odd_job(dice: &mut Dice, world: &World) -> (Visit, Vec<Day>) {
    let supplier = dice.index(world.suppliers.len());
    let visit = Visit {
        resident: dice.index(world.residents.len()),
        supplier,
        trade: world.suppliers[supplier].trades().next().unwrap_or(0),
        day: 0,
        minute: 600,
        minutes: 30,
        need: None,
    };
    (visit, vec![world.as_of - dice.between(1, 364)])
}
