//! What has been made so far, and who of it can serve whom.

use super::calendar::{Day, Rhythm, Series, weekday};
use super::dice::Dice;
use super::reference::Reference;
use super::residents::Resident;
use super::supply::{Sex, Supplier};
use super::words::Words;

/// Streets in which somebody is looked for.
const STREETS_AROUND: usize = 6;
const TRIES: usize = 20;

/// What a resident asks for.
pub(super) struct Ask {
    pub(super) resident: usize,
    pub(super) trade: usize,
    pub(super) series: Series,
    /// The minute of the day at which visits begin.
    pub(super) minute: u16,
    pub(super) minutes: u16,
    pub(super) people: u8,
    /// Whether it must be a man, or a woman.
    pub(super) male: Option<bool>,
    pub(super) capabilities: u16,
}

/// Everything that needs and services are made from.
pub(super) struct World {
    pub(super) reference: Reference,
    pub(super) words: Words,
    pub(super) as_of: Day,
    pub(super) suppliers: Vec<Supplier>,
    pub(super) residents: Vec<Resident>,
    index: Index,
}

/// Suppliers by street and trade; who has a skill also stands under the categories above it.
#[derive(Default)]
struct Index {
    starts: Vec<usize>,
    entries: Vec<u32>,
}

impl World {
    /// A world without people.
    pub(super) fn new(reference: Reference, as_of: Day) -> Self {
        Self {
            reference,
            words: Words::load(),
            as_of,
            suppliers: Vec::new(),
            residents: Vec::new(),
            index: Index::default(),
        }
    }

    /// Sorts the suppliers by street and trade.
    pub(super) fn build_index(&mut self) {
        let slots = self.reference.streets.len() * self.reference.trades.len();
        let mut starts = vec![0; slots + 1];
        self.each_entry(|slot, _| starts[slot + 1] += 1);
        for slot in 0..slots {
            starts[slot + 1] += starts[slot];
        }
        let mut entries = vec![0; starts[slots]];
        let mut next = starts.clone();
        self.each_entry(|slot, supplier| {
            entries[next[slot]] = supplier;
            next[slot] += 1;
        });
        self.index = Index { starts, entries };
    }

    fn each_entry(&self, mut enter: impl FnMut(usize, u32)) {
        for (number, supplier) in (0_u32..).zip(&self.suppliers) {
            for trade in self.trades_served(supplier) {
                enter(self.slot(usize::from(supplier.street), trade), number);
            }
        }
    }

    /// The trades of a supplier and those above them, each once.
    fn trades_served(&self, supplier: &Supplier) -> Vec<usize> {
        let mut served = Vec::new();
        for trade in supplier.trades() {
            let mut next = Some(trade);
            while let Some(trade) = next {
                if !served.contains(&trade) {
                    served.push(trade);
                }
                next = self.reference.trades[trade].above;
            }
        }
        served
    }

    fn slot(&self, street: usize, trade: usize) -> usize {
        street * self.reference.trades.len() + trade
    }

    fn of(&self, street: usize, trade: usize) -> &[u32] {
        let slot = self.slot(street, trade);
        &self.index.entries[self.index.starts[slot]..self.index.starts[slot + 1]]
    }

    /// Somebody around who serves the trade, goes as far as the resident and is `ok`; those who do much come up more often.
    pub(super) fn find(
        &self,
        dice: &mut Dice,
        resident: usize,
        trade: usize,
        ok: impl Fn(&Supplier) -> bool,
    ) -> Option<usize> {
        let street = usize::from(self.residents[resident].street);
        for _ in 0..TRIES {
            let rank = if dice.permille(600) {
                0
            } else {
                dice.early(STREETS_AROUND)
            };
            let near = self.of(self.reference.streets[street].near[rank], trade);
            if near.is_empty() {
                continue;
            }
            let number = near[dice.early(near.len())] as usize;
            let supplier = &self.suppliers[number];
            if self.reaches(number, resident, trade) && ok(supplier) {
                return Some(number);
            }
        }
        None
    }

    /// A supplier whom a new resident of a street has an opinion of.
    pub(super) fn acquaintance(&self, dice: &mut Dice, street: u8) -> Option<u32> {
        let trade = dice.weighted(&self.reference.demand);
        let near = self.of(usize::from(street), trade);
        (!near.is_empty()).then(|| near[dice.early(near.len())])
    }

    fn reaches(&self, supplier: usize, resident: usize, trade: usize) -> bool {
        let (from, to) = (&self.suppliers[supplier], &self.residents[resident]);
        // A little less than the radius, so that the exact distance agrees.
        let radius = i64::from(from.radius) * 98 / 100;
        let far = from.radius > 0 && from.at.square_to(to.at) > radius * radius;
        self.reference.trades[trade].remote || !far
    }

    /// Whether a supplier can take the visits of `ask` on `days`.
    pub(super) fn fits(&self, number: usize, ask: &Ask, days: &[Day]) -> bool {
        let supplier = &self.suppliers[number];
        supplier.taken < supplier.capacity
            && supplier.left == Day::MAX
            && self.residents[ask.resident]
                .blocked
                .is_none_or(|blocked| blocked as usize != number)
            && suits(supplier.sex, ask.male)
            && supplier.capabilities & ask.capabilities == ask.capabilities
            && days.iter().all(|day| free_on(supplier, ask, *day))
            && (supplier.minutes_week == 0 || week(ask) <= supplier.minutes_week)
            && self.reaches(number, ask.resident, ask.trade)
    }
}

fn suits(sex: Sex, male: Option<bool>) -> bool {
    match (male, sex) {
        (None, _) | (Some(_), Sex::Any) => true,
        (Some(male), Sex::Male) => male,
        (Some(male), Sex::Female) => !male,
        (Some(_), Sex::Unknown) => false,
    }
}

fn free_on(supplier: &Supplier, ask: &Ask, day: Day) -> bool {
    let (first, last) = supplier.away;
    let mask = 1 << weekday(day);
    day >= supplier.joined
        && !(first..=last).contains(&day)
        && supplier
            .windows
            .iter()
            .any(|window| window.covers(mask, ask.minute, ask.minutes))
}

/// Minutes of a week with all its visits.
fn week(ask: &Ask) -> u16 {
    let visits = match ask.series.rhythm {
        Rhythm::Once | Rhythm::Monthly => 1,
        Rhythm::Daily => 7,
        Rhythm::Weekly(_, days) => u16::try_from(days.count_ones()).unwrap_or(7),
    };
    ask.minutes * visits
}

/// The code of the supplier with an index.
pub(super) fn supplier_code(index: usize) -> String {
    format!("V{:07}", index + 1)
}

/// The code of the resident with an index.
pub(super) fn resident_code(index: usize) -> String {
    format!("R{:07}", index + 1)
}

/// The code of the need with an index.
pub(super) fn need_code(index: u32) -> String {
    format!("N{:06}", u64::from(index) + 1)
}
