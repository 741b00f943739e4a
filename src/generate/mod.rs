//! Made-up data: a district of any size, and the community of the demonstration, as the CSV files of SPEC §2.
//!
//! The same seed and day give the same bytes on every machine. Nobody in it exists: see `person` for how identity and telephone numbers are
//! kept from being anybody's. Of each supplier and resident only a few dozen bytes are kept; all rows are written as they are made.

mod calendar;
mod demand;
pub mod demo;
mod dice;
mod hours;
mod lives;
mod person;
mod reference;
mod residents;
mod services;
mod story;
mod supply;
mod table;
#[cfg(test)]
mod tests;
mod words;
mod world;

use std::io;
use std::path::Path;

use chrono::NaiveDate;

use calendar::day_of;
use dice::{Dice, Weights};
use lives::{Books, Mix};
use reference::Reference;
use story::Tale;
use table::{Meter, Table};
use world::{World, resident_code, supplier_code};

/// How much is made, from which seed and around which day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Rows of suppliers.csv.
    pub suppliers: u32,
    /// Rows of residents.csv.
    pub residents: u32,
    /// Rows of needs.csv; none when there are no residents.
    pub needs: u32,
    /// Rows of services.csv; none when there are no suppliers or no residents.
    pub services: u32,
    /// Another seed makes other people.
    pub seed: u64,
    /// The day around which it lies: open needs begin after it, closed visits are before it.
    pub as_of: NaiveDate,
}

/// How many rows were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows of streets.csv.
    pub streets: u64,
    /// Rows of communities.csv.
    pub communities: u64,
    /// Rows of categories.csv.
    pub categories: u64,
    /// Rows of capabilities.csv.
    pub capabilities: u64,
    /// Rows of suppliers.csv.
    pub suppliers: u64,
    /// Rows of residents.csv.
    pub residents: u64,
    /// Rows of needs.csv.
    pub needs: u64,
    /// Rows of matches.csv.
    pub matches: u64,
    /// Rows of services.csv.
    pub services: u64,
}

/// What is made beside the sizes: where people live, what becomes of needs, and whose story is told.
struct Blueprint {
    size: Size,
    supplier_homes: Weights,
    resident_homes: Weights,
    households: Option<u32>,
    mix: Mix,
    tale: Option<Tale>,
}

/// Writes a district of `size` into the folder `dir`, which is made when it is missing; files of these names are replaced.
///
/// `progress` is told now and then how many rows of about how many are written.
///
/// # Errors
/// When a file can't be written.
pub fn district(
    dir: &Path,
    size: &Size,
    progress: &mut dyn FnMut(u64, u64),
) -> io::Result<Summary> {
    let reference = Reference::load()?;
    let homes = || reference.homes.clone();
    let blueprint = Blueprint {
        size: *size,
        supplier_homes: homes(),
        resident_homes: homes(),
        households: None,
        mix: Mix::of(size.needs),
        tale: None,
    };
    write(dir, reference, blueprint, progress)
}

fn write(
    dir: &Path,
    reference: Reference,
    mut plan: Blueprint,
    progress: &mut dyn FnMut(u64, u64),
) -> io::Result<Summary> {
    std::fs::create_dir_all(dir)?;
    let size = plan.size;
    let total = [
        size.suppliers,
        size.residents,
        size.needs,
        size.needs / 2,
        size.services,
    ];
    let mut meter = Meter::new(total.into_iter().map(u64::from).sum(), progress);
    let [streets, communities, categories, capabilities] = reference::write(dir)?;
    let mut world = World::new(reference, day_of(size.as_of));
    let suppliers = suppliers(dir, &mut world, &plan, &mut meter)?;
    world.build_index();
    let residents = residents(dir, &mut world, &plan, &mut meter)?;
    let [needs, matches, services] = needs(dir, &mut world, &mut plan, &mut meter)?;
    meter.finish();
    Ok(Summary {
        streets,
        communities,
        categories,
        capabilities,
        suppliers,
        residents,
        needs,
        matches,
        services,
    })
}

fn suppliers(
    dir: &Path,
    world: &mut World,
    plan: &Blueprint,
    meter: &mut Meter,
) -> io::Result<u64> {
    let mut dice = Dice::new(plan.size.seed, 1);
    let mut table = Table::create(dir, "suppliers", &supply::HEADER)?;
    let maker = supply::Maker {
        reference: &world.reference,
        words: &world.words,
        homes: &plan.supplier_homes,
        as_of: world.as_of,
    };
    for index in 0..plan.size.suppliers as usize {
        let told = plan
            .tale
            .as_ref()
            .and_then(|tale| tale.supplier(index, &maker, &mut dice));
        let draft = told.unwrap_or_else(|| maker.draw(&mut dice));
        table.row(&draft.row(supplier_code(index), &world.reference), meter)?;
        world.suppliers.push(draft.kept);
    }
    table.close()
}

fn residents(
    dir: &Path,
    world: &mut World,
    plan: &Blueprint,
    meter: &mut Meter,
) -> io::Result<u64> {
    let mut dice = Dice::new(plan.size.seed, 2);
    let mut table = Table::create(dir, "residents", &residents::HEADER)?;
    for index in 0..plan.size.residents as usize {
        let maker = residents::Maker {
            reference: &world.reference,
            words: &world.words,
            homes: &plan.resident_homes,
            as_of: world.as_of,
            households: plan.households,
        };
        let mut draft = maker.draw(&mut dice);
        let ties = [70, 25].map(|share| {
            dice.permille(share)
                .then(|| world.acquaintance(&mut dice, draft.kept.street))
        });
        let [preferred, blocked] = ties.map(Option::flatten);
        draft.kept.preferred = preferred;
        draft.kept.blocked = blocked.filter(|one| Some(*one) != preferred);
        if let Some(tale) = plan.tale.as_ref().filter(|_| index == 0) {
            tale.resident(&mut draft, &mut dice, &world.words, world.as_of);
        }
        let code_of = |supplier: u32| supplier_code(supplier as usize);
        table.row(
            &draft.row(resident_code(index), &world.reference, code_of),
            meter,
        )?;
        world.residents.push(draft.kept);
    }
    table.close()
}

/// Needs, their matches and services, and the services of the year before.
fn needs(
    dir: &Path,
    world: &mut World,
    plan: &mut Blueprint,
    meter: &mut Meter,
) -> io::Result<[u64; 3]> {
    let mut dice = Dice::new(plan.size.seed, 3);
    let mut books = Books::create(dir, plan.size.services, meter)?;
    let count = if world.residents.is_empty() {
        0
    } else {
        plan.size.needs
    };
    let mut first = 0;
    if plan.tale.is_some() && count > 0 {
        Tale::need(world, &mut books)?;
        plan.mix.take_open();
        first = 1;
    }
    for number in first..count {
        lives::live(world, &mut dice, &mut plan.mix, number, &mut books)?;
    }
    let mut dice = Dice::new(plan.size.seed, 4);
    books.fill(&mut dice, world)?;
    books.close()
}
