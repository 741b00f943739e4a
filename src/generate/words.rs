//! Names, addresses and phrases of the lists in `seed/`.

use super::dice::{Dice, Weights};

const SURNAMES: &str = include_str!("../../seed/surnames.txt");
const GIVEN: &str = include_str!("../../seed/given_names.txt");
const ORGANISATIONS: &str = include_str!("../../seed/organisations.txt");
const ADDRESSES: &str = include_str!("../../seed/addresses.txt");
const NOTES: &str = include_str!("../../seed/notes.txt");
const CIRCUMSTANCES: &str = include_str!("../../seed/circumstances.txt");

/// A list of words.
type List = Vec<&'static str>;

/// A circumstance and how many of a thousand have it: at 60, and more for each ten years.
pub(super) struct Circumstance {
    pub(super) tag: &'static str,
    pub(super) share: u32,
    pub(super) with_age: u32,
}

/// The word lists.
pub(super) struct Words {
    surnames: List,
    surname_weights: Weights,
    elder: [List; 2],
    young: [List; 2],
    organisation: [List; 2],
    unit: [List; 2],
    estates: List,
    roads: List,
    pub(super) circumstances: Vec<Circumstance>,
    resident_notes: List,
    supplier_notes: List,
    need_notes: List,
    pub(super) cancel_reasons: List,
    pub(super) end_reasons: List,
}

impl Words {
    /// Reads the embedded lists.
    pub(super) fn load() -> Self {
        let surnames = || lines(SURNAMES).filter_map(|line| line.split_once(' '));
        Self {
            surnames: surnames().map(|(name, _)| name).collect(),
            surname_weights: Weights::new(surnames().map(|(_, weight)| number(weight))),
            elder: [words(GIVEN, "elder-m"), words(GIVEN, "elder-f")],
            young: [words(GIVEN, "young-m"), words(GIVEN, "young-f")],
            organisation: pair("organisation"),
            unit: pair("unit"),
            estates: words(ADDRESSES, "estate"),
            roads: words(ADDRESSES, "road"),
            circumstances: lines(CIRCUMSTANCES).filter_map(circumstance).collect(),
            resident_notes: phrases("resident"),
            supplier_notes: phrases("supplier"),
            need_notes: phrases("need"),
            cancel_reasons: phrases("cancel"),
            end_reasons: phrases("end"),
        }
    }

    /// A person's name; those born before 1975 have the names of their time.
    pub(super) fn person(&self, dice: &mut Dice, male: bool, elder: bool) -> String {
        let surname = self.surnames[dice.weighted(&self.surname_weights)];
        let lists = if elder { &self.elder } else { &self.young };
        let given = dice.pick(&lists[usize::from(!male)]);
        format!("{surname}{given}")
    }

    /// An organisation's name, often with its community's before it.
    pub(super) fn organisation(&self, dice: &mut Dice, place: &str) -> String {
        Self::group(dice, &self.organisation, place)
    }

    /// A unit's name, often with its community's before it.
    pub(super) fn unit(&self, dice: &mut Dice, place: &str) -> String {
        Self::group(dice, &self.unit, place)
    }

    fn group(dice: &mut Dice, parts: &[List; 2], place: &str) -> String {
        let [front, back] = parts;
        let place = if dice.permille(550) { place } else { "" };
        format!("{place}{}{}", dice.pick(front), dice.pick(back))
    }

    /// An address in a community: an estate with numbered buildings, or a house on a road.
    pub(super) fn address(&self, dice: &mut Dice, place: &str) -> String {
        if dice.permille(120) {
            let road = dice.pick(&self.roads);
            return format!(
                "{place}{road}{}号院{}",
                dice.between(1, 90),
                flat(dice.below(480))
            );
        }
        let estate = dice.pick(&self.estates);
        format!("{place}{estate}{}", flat(dice.below(3000)))
    }

    /// A resident's note, mostly none.
    pub(super) fn resident_note(&self, dice: &mut Dice) -> &'static str {
        sometimes(dice, &self.resident_notes, 220)
    }

    /// A supplier's note, mostly none.
    pub(super) fn supplier_note(&self, dice: &mut Dice) -> &'static str {
        sometimes(dice, &self.supplier_notes, 150)
    }

    /// A need's note, mostly none.
    pub(super) fn need_note(&self, dice: &mut Dice) -> &'static str {
        sometimes(dice, &self.need_notes, 300)
    }
}

/// The address of a household in rows of six-storey houses: 24 flats to a staircase, five staircases to a building.
pub(super) fn flat(household: u32) -> String {
    let (building, in_building) = (household / 120 + 1, household % 120);
    let (stair, in_stair) = (in_building / 24 + 1, in_building % 24);
    let (floor, door) = (in_stair / 4 + 1, in_stair % 4 + 1);
    format!("{building}号楼{stair}单元{floor}0{door}")
}

fn sometimes(dice: &mut Dice, list: &List, share: u32) -> &'static str {
    if dice.permille(share) {
        dice.pick(list)
    } else {
        ""
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn number(text: &str) -> u32 {
    text.trim().parse().unwrap_or(0)
}

fn pair(kind: &str) -> [List; 2] {
    ["front", "back"].map(|part| words(ORGANISATIONS, &format!("{kind}-{part}")))
}

fn words(text: &'static str, key: &str) -> List {
    keyed(text, key).flat_map(str::split_whitespace).collect()
}

fn phrases(key: &str) -> List {
    keyed(NOTES, key).collect()
}

fn keyed(text: &'static str, key: &str) -> impl Iterator<Item = &'static str> {
    lines(text)
        .filter_map(|line| line.split_once(' '))
        .filter(move |(first, _)| *first == key)
        .map(|(_, rest)| rest)
}

fn circumstance(line: &'static str) -> Option<Circumstance> {
    let mut parts = line.split(' ');
    Some(Circumstance {
        tag: parts.next()?,
        share: number(parts.next()?),
        with_age: number(parts.next()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_words() {
        let words = Words::load();
        let pairs = [&words.elder, &words.young, &words.organisation, &words.unit];
        assert!(
            pairs
                .iter()
                .flat_map(|pair| pair.iter())
                .all(|list| list.len() >= 10)
        );
        for list in [
            &words.estates,
            &words.roads,
            &words.resident_notes,
            &words.supplier_notes,
            &words.need_notes,
            &words.cancel_reasons,
            &words.end_reasons,
        ] {
            assert!(list.len() >= 4);
        }
        assert!(words.surnames.len() > 80);
        assert!(words.circumstances.iter().all(|one| one.share > 0));
    }

    #[test]
    fn three_thousand_households_have_addresses_of_their_own() {
        let mut all: Vec<String> = (0..3000).map(flat).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 3000);
        assert_eq!(flat(2999), "25号楼5单元604");
    }
}
