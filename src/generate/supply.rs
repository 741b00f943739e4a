//! Suppliers: about 95 % persons, 3 % organisations, 2 % units.

use super::calendar::{Day, date};
use super::dice::{Dice, Weights};
use super::hours::{self, Life, Windows};
use super::person::{Person, YEAR, phone};
use super::reference::{Reference, Spot, degrees};
use super::words::Words;

/// The columns of suppliers.csv.
pub(super) const HEADER: [&str; 22] = [
    "code",
    "kind",
    "name",
    "sex",
    "birth_date",
    "phone",
    "id_number",
    "street",
    "community",
    "lon",
    "lat",
    "skills",
    "capabilities",
    "availability",
    "radius_km",
    "max_hours_week",
    "capacity",
    "status",
    "status_since",
    "away",
    "joined_on",
    "note",
];

/// A certificate must last this long to be counted on: the longest a need looks ahead.
const COUNTED_ON: Day = 80;

/// What a unit's name says that it does.
const TRADES_OF_UNITS: [(&str, &str); 14] = [
    ("餐饮", "meal-delivery"),
    ("餐桌", "meal-delivery"),
    ("理发", "barber"),
    ("卫生服务", "blood-pressure"),
    ("药房", "medicine-fetch"),
    ("家政", "home-clean"),
    ("律师", "legal-advice"),
    ("家电", "appliance-repair"),
    ("洗衣", "laundry"),
    ("中学", "phone-lesson"),
    ("小学", "reading-aloud"),
    ("职业学校", "computer-help"),
    ("银行", "fraud-warning"),
    ("物业", "lighting-repair"),
];

/// Of which sex a supplier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sex {
    Male,
    Female,
    Any,
    Unknown,
}

impl Sex {
    fn cell(self) -> &'static str {
        match self {
            Self::Male => "m",
            Self::Female => "f",
            Self::Any => "any",
            Self::Unknown => "",
        }
    }
}

/// A skill: a trade and a level of 1 to 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Skill {
    pub(super) trade: u8,
    pub(super) level: u8,
}

/// What of a supplier is kept while needs are made.
pub(super) struct Supplier {
    pub(super) at: Spot,
    pub(super) joined: Day,
    /// The first day on which the supplier is paused or gone.
    pub(super) left: Day,
    /// A time away, first and last day; the first after the last for none.
    pub(super) away: (Day, Day),
    /// Metres; 0 for no limit.
    pub(super) radius: u32,
    /// Minutes in a week; 0 for no limit.
    pub(super) minutes_week: u16,
    /// Capabilities that last, as a mask.
    pub(super) capabilities: u16,
    pub(super) capacity: u16,
    /// Standing matches.
    pub(super) taken: u16,
    pub(super) windows: Windows,
    pub(super) skills: [Option<Skill>; 4],
    pub(super) street: u8,
    pub(super) sex: Sex,
    /// How well liked, 0 to 9.
    pub(super) quality: u8,
}

impl Supplier {
    /// The trades served.
    pub(super) fn trades(&self) -> impl Iterator<Item = usize> {
        self.skills
            .iter()
            .flatten()
            .map(|skill| usize::from(skill.trade))
    }
}

/// What sort of supplier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Person,
    Organisation,
    Unit,
}

/// A supplier with everything that its row says.
pub(super) struct Draft {
    kind: Kind,
    pub(super) person: Person,
    pub(super) home: usize,
    point_given: bool,
    pub(super) held: Vec<(usize, Option<Day>)>,
    pub(super) status: &'static str,
    pub(super) note: &'static str,
    pub(super) kept: Supplier,
}

/// Makes suppliers who live where `homes` says.
pub(super) struct Maker<'a> {
    pub(super) reference: &'a Reference,
    pub(super) words: &'a Words,
    pub(super) homes: &'a Weights,
    pub(super) as_of: Day,
}

impl Maker<'_> {
    /// Draws a supplier.
    pub(super) fn draw(&self, dice: &mut Dice) -> Draft {
        match dice.below(100) {
            0..95 => self.person(dice),
            95..98 => self.group(dice, Kind::Organisation),
            _ => self.group(dice, Kind::Unit),
        }
    }

    /// Draws a person.
    pub(super) fn person(&self, dice: &mut Dice) -> Draft {
        let (life, ages) = match dice.share(&[44, 30, 14, 12]) {
            0 => (Life::Retired, (55, 74)),
            1 => (Life::Worker, (24, 56)),
            2 => (Life::Student, (18, 23)),
            _ => (Life::Flexible, (25, 66)),
        };
        let male = dice.permille(420);
        let birth = self.as_of - dice.between(ages.0 * YEAR + 40, ages.1 * YEAR);
        let mut draft = self.start(dice, Kind::Person, life);
        draft.person = Person::born(dice, self.words, male, birth);
        draft.kept.sex = if male { Sex::Male } else { Sex::Female };
        if dice.permille(15) {
            draft.kept.sex = Sex::Unknown;
        }
        draft.kept.radius = match dice.share(&[3, 7, 17, 14, 22, 19, 12, 4, 2]) {
            0 => 0,
            choice => [500, 1000, 1500, 2000, 3000, 5000, 8000, 10_000][choice - 1],
        };
        draft.kept.minutes_week = 60 * dice.pick(&[0, 0, 4, 6, 8, 10, 12, 15, 20]);
        draft.note = self.words.supplier_note(dice);
        draft
    }

    fn group(&self, dice: &mut Dice, kind: Kind) -> Draft {
        let organisation = kind == Kind::Organisation;
        let life = if organisation {
            Life::Organisation
        } else {
            Life::Unit
        };
        let mut draft = self.start(dice, kind, life);
        let place = &self.reference.communities[draft.home].name;
        draft.person.name = if organisation {
            self.words.organisation(dice, place)
        } else {
            self.words.unit(dice, place)
        };
        draft.kept.sex = if dice.permille(800) {
            Sex::Any
        } else {
            Sex::Unknown
        };
        draft.kept.capacity = dice.pick(&[2, 2, 3, 3, 4, 5, 6, 8, 10]);
        draft.kept.radius = dice.pick(&[0, 0, 3000, 5000, 5000, 8000, 10_000]);
        draft.kept.minutes_week = 60 * dice.pick(&[0, 0, 0, 40, 80, 120]);
        self.give_named_trade(&mut draft);
        draft
    }

    fn give_named_trade(&self, draft: &mut Draft) {
        let named = TRADES_OF_UNITS
            .iter()
            .find(|(part, _)| draft.person.name.contains(part));
        if let Some(trade) = named.and_then(|(_, code)| self.reference.trade(code)) {
            let trade = u8::try_from(trade).unwrap_or(0);
            let known = draft
                .kept
                .skills
                .iter()
                .flatten()
                .any(|skill| skill.trade == trade);
            if !known {
                draft.kept.skills[0] = Some(Skill { trade, level: 3 });
            }
        }
    }

    /// What persons and groups have in common.
    fn start(&self, dice: &mut Dice, kind: Kind, life: Life) -> Draft {
        let home = dice.weighted(self.homes);
        let community = &self.reference.communities[home];
        let point_given = dice.permille(950);
        let joined = self.joined(dice);
        let (status, left) = self.status(dice, joined);
        let held = self.held(dice, kind);
        let kept = Supplier {
            at: if point_given {
                community.at.around(dice, 900)
            } else {
                community.at
            },
            joined,
            left,
            away: self.away(dice, life),
            radius: 0,
            minutes_week: 0,
            capabilities: self.lasting(&held),
            capacity: 1,
            taken: 0,
            windows: hours::draw(dice, life),
            skills: self.skills(dice, kind),
            street: u8::try_from(community.street).unwrap_or(0),
            sex: Sex::Unknown,
            quality: u8::try_from(9 - dice.early(10)).unwrap_or(5),
        };
        let person = Person {
            name: String::new(),
            male: false,
            birth: 0,
            phone: phone(dice),
            id_number: String::new(),
        };
        Draft {
            kind,
            person,
            home,
            point_given,
            held,
            status,
            note: "",
            kept,
        }
    }

    fn joined(&self, dice: &mut Dice) -> Day {
        let days = if dice.permille(750) {
            dice.between(372, 2200)
        } else {
            dice.between(10, 371)
        };
        self.as_of - days
    }

    fn status(&self, dice: &mut Dice, joined: Day) -> (&'static str, Day) {
        let since = dice.between((joined + 5).max(self.as_of - 300), self.as_of - 2);
        match dice.below(100) {
            0..5 => ("paused", since),
            5..8 => ("withdrawn", since),
            _ => ("active", Day::MAX),
        }
    }

    fn away(&self, dice: &mut Dice, life: Life) -> (Day, Day) {
        let share = if life == Life::Organisation || life == Life::Unit {
            20
        } else {
            110
        };
        if !dice.permille(share) {
            return (0, -1);
        }
        let first = self.as_of + dice.between(-20, 50);
        (first, first + dice.between(0, 16))
    }

    fn held(&self, dice: &mut Dice, kind: Kind) -> Vec<(usize, Option<Day>)> {
        let mut held = Vec::new();
        for (index, holding) in self.reference.holdings.iter().enumerate() {
            let share = if kind == Kind::Person {
                holding.person
            } else {
                holding.group
            };
            if dice.permille(share) {
                // One in eight has let the certificate run out.
                let ends = (holding.years > 0).then(|| {
                    let life = holding.years * YEAR;
                    self.as_of
                        + if dice.below(8) == 0 {
                            -dice.between(1, life)
                        } else {
                            dice.between(1, life)
                        }
                });
                held.push((index, ends));
            }
        }
        held
    }

    /// The mask of the capabilities that last long enough to be counted on.
    pub(super) fn lasting(&self, held: &[(usize, Option<Day>)]) -> u16 {
        held.iter()
            .filter(|(_, ends)| ends.is_none_or(|day| day > self.as_of + COUNTED_ON))
            .fold(0, |mask, (index, _)| mask | 1 << index)
    }

    fn skills(&self, dice: &mut Dice, kind: Kind) -> [Option<Skill>; 4] {
        let count = if kind == Kind::Person {
            [1, 1, 2, 2, 3, 4][dice.early(6)]
        } else {
            dice.index(3) + 2
        };
        let mut skills: [Option<Skill>; 4] = [None; 4];
        for place in 0..count {
            let trade = u8::try_from(dice.weighted(&self.reference.supply)).unwrap_or(0);
            let level = [1, 2, 3][dice.share(&[25, 50, 25])];
            if skills.iter().flatten().all(|skill| skill.trade != trade) {
                skills[place] = Some(Skill { trade, level });
            }
        }
        skills
    }
}

impl Draft {
    /// Has the row say where the supplier is.
    pub(super) fn point_is_given(&mut self) {
        self.point_given = true;
    }

    /// The row of suppliers.csv.
    pub(super) fn row(&self, code: String, reference: &Reference) -> [String; 22] {
        let kept = &self.kept;
        let community = &reference.communities[self.home];
        let person = self.kind == Kind::Person;
        let [lon, lat] = if self.point_given {
            [kept.at.lon, kept.at.lat].map(degrees)
        } else {
            Default::default()
        };
        [
            code,
            self.kind.cell().to_owned(),
            self.person.name.clone(),
            kept.sex.cell().to_owned(),
            when(person, || date(self.person.birth)),
            self.person.phone.clone(),
            self.person.id_number.clone(),
            reference.streets[community.street].code.clone(),
            community.code.clone(),
            lon,
            lat,
            self.skills(reference),
            self.capabilities(reference),
            hours::cell(kept.windows),
            when(kept.radius > 0, || kilometres(kept.radius)),
            when(kept.minutes_week > 0, || {
                (kept.minutes_week / 60).to_string()
            }),
            kept.capacity.to_string(),
            self.status.to_owned(),
            when(kept.left < Day::MAX, || date(kept.left)),
            when(kept.away.0 <= kept.away.1, || {
                format!("{}/{}", date(kept.away.0), date(kept.away.1))
            }),
            date(kept.joined),
            self.note.to_owned(),
        ]
    }

    fn skills(&self, reference: &Reference) -> String {
        let skills = self.kept.skills.iter().flatten();
        skills
            .map(|skill| {
                let code = &reference.trades[usize::from(skill.trade)].code;
                match skill.level {
                    2 => code.clone(),
                    level => format!("{code}:{level}"),
                }
            })
            .collect::<Vec<_>>()
            .join(";")
    }

    fn capabilities(&self, reference: &Reference) -> String {
        let cell = |(index, ends): &(usize, Option<Day>)| {
            let code = &reference.holdings[*index].code;
            ends.map_or_else(|| code.clone(), |day| format!("{code}:{}", date(day)))
        };
        self.held.iter().map(cell).collect::<Vec<_>>().join(";")
    }
}

impl Kind {
    fn cell(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::Unit => "unit",
        }
    }
}

/// The cell's text when there is one.
pub(super) fn when(is: bool, text: impl FnOnce() -> String) -> String {
    if is { text() } else { String::new() }
}

fn kilometres(metres: u32) -> String {
    match (metres / 1000, metres % 1000 / 100) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}
