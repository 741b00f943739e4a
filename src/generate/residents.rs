//! Residents: nearly all over 60, the oldest the fewest.

use super::calendar::{Day, date};
use super::dice::{Dice, Weights};
use super::person::{Person, YEAR};
use super::reference::{Reference, Spot, degrees};
use super::supply::when;
use super::words::{Words, flat};

/// The columns of residents.csv.
pub(super) const HEADER: [&str; 15] = [
    "code",
    "name",
    "sex",
    "birth_date",
    "phone",
    "id_number",
    "street",
    "community",
    "address",
    "lon",
    "lat",
    "circumstances",
    "blocked",
    "preferred",
    "note",
];

/// What of a resident is kept while needs are made.
pub(super) struct Resident {
    pub(super) at: Spot,
    pub(super) street: u8,
    pub(super) male: bool,
    pub(super) blocked: Option<u32>,
    pub(super) preferred: Option<u32>,
}

/// A resident with everything that the row says.
pub(super) struct Draft {
    pub(super) person: Person,
    home: usize,
    pub(super) address: String,
    point_given: bool,
    pub(super) circumstances: Vec<&'static str>,
    pub(super) note: &'static str,
    pub(super) kept: Resident,
}

/// Makes residents who live where `homes` says.
pub(super) struct Maker<'a> {
    pub(super) reference: &'a Reference,
    pub(super) words: &'a Words,
    pub(super) homes: &'a Weights,
    pub(super) as_of: Day,
    /// How many households there are, when all live in one community; then everybody is over 60.
    pub(super) households: Option<u32>,
}

impl Maker<'_> {
    /// Draws a resident.
    pub(super) fn draw(&self, dice: &mut Dice) -> Draft {
        let home = dice.weighted(self.homes);
        let community = &self.reference.communities[home];
        let age = self.age(dice);
        let birth = self.as_of - age * YEAR - age / 4 - dice.between(1, 364);
        let male = dice.permille(430);
        let person = Person::born(dice, self.words, male, birth);
        let address = match self.households {
            Some(households) => format!("{}{}", community.name, flat(dice.below(households))),
            None => self.words.address(dice, &community.name),
        };
        let point_given = dice.permille(950);
        let spread = if self.households.is_some() { 400 } else { 800 };
        Draft {
            person,
            home,
            address,
            point_given,
            circumstances: self.circumstances(dice, age),
            note: self.words.resident_note(dice),
            kept: Resident {
                at: if point_given {
                    community.at.around(dice, spread)
                } else {
                    community.at
                },
                street: u8::try_from(community.street).unwrap_or(0),
                male,
                blocked: None,
                preferred: None,
            },
        }
    }

    fn age(&self, dice: &mut Dice) -> i32 {
        if self.households.is_none() && dice.permille(40) {
            return dice.between(30, 59);
        }
        60 + dice.between(0, 39).min(dice.between(0, 39))
    }

    fn circumstances(&self, dice: &mut Dice, age: i32) -> Vec<&'static str> {
        let over = u32::try_from(age - 60).unwrap_or(0);
        let mut found: Vec<&str> = Vec::new();
        for one in &self.words.circumstances {
            // Who lives alone is not counted as a couple left alone by its children too.
            let alone = one.tag == "空巢" && found.contains(&"独居");
            if dice.permille(one.share + one.with_age * over / 10) && !alone {
                found.push(one.tag);
            }
        }
        found
    }
}

impl Draft {
    /// Has the row say where the resident is.
    pub(super) fn point_is_given(&mut self) {
        self.point_given = true;
    }

    /// The row of residents.csv; `code_of` gives a supplier's code.
    pub(super) fn row(
        &self,
        code: String,
        reference: &Reference,
        code_of: impl Fn(u32) -> String,
    ) -> [String; 15] {
        let community = &reference.communities[self.home];
        let [lon, lat] = if self.point_given {
            [self.kept.at.lon, self.kept.at.lat].map(degrees)
        } else {
            Default::default()
        };
        let supplier = |index: Option<u32>| index.map(&code_of).unwrap_or_default();
        [
            code,
            self.person.name.clone(),
            self.person.sex().to_owned(),
            date(self.person.birth),
            self.person.phone.clone(),
            when(!self.person.id_number.is_empty(), || {
                self.person.id_number.clone()
            }),
            reference.streets[community.street].code.clone(),
            community.code.clone(),
            self.address.clone(),
            lon,
            lat,
            self.circumstances.join(";"),
            supplier(self.kept.blocked),
            supplier(self.kept.preferred),
            self.note.to_owned(),
        ]
    }
}
