//! The story of the demonstration: an old man in poor health who needs a strong male barber at home every month.

use std::io;

use super::calendar::{Day, Ending, Rhythm, Series};
use super::demand::next_weekday;
use super::dice::Dice;
use super::hours::{Window, Windows};
use super::lives::{Books, Story};
use super::person::{Person, YEAR};
use super::reference::Spot;
use super::residents;
use super::services::Visit;
use super::supply::{self, Sex, Skill};
use super::words::Words;
use super::world::{Ask, World};

/// The old man's name.
pub(super) const OLD_MAN: &str = "赵德山";

/// Tuesday, 09:30, for 45 minutes.
const TUESDAY: u8 = 1;
const MINUTE: u16 = 570;
const MINUTES: u16 = 45;

/// A barber who can come to him.
struct Barber {
    index: usize,
    name: &'static str,
    age: i32,
    level: u8,
    /// Metres from his door, to the east and to the north.
    away: (i32, i32),
    radius: u32,
    windows: Windows,
    quality: u8,
    note: &'static str,
}

const NEVER: Window = Window::new(0, 0, 0);

/// From next door to two streets away, well liked and less so.
const BARBERS: [Barber; 6] = [
    Barber {
        index: 17,
        name: "刘志强",
        age: 58,
        level: 3,
        away: (160, -90),
        radius: 1000,
        windows: [Window::new(0b000_1010, 16, 24), NEVER],
        quality: 8,
        note: "理发店退休，工具自备，能把老人扶到椅子上",
    },
    Barber {
        index: 142,
        name: "张海涛",
        age: 45,
        level: 2,
        away: (-310, 330),
        radius: 2000,
        windows: [Window::new(0b001_1111, 18, 24), NEVER],
        quality: 6,
        note: "",
    },
    Barber {
        index: 305,
        name: "孙立新",
        age: 63,
        level: 1,
        away: (220, 110),
        radius: 1500,
        windows: [
            Window::new(0b001_1111, 17, 23),
            Window::new(0b001_1111, 28, 33),
        ],
        quality: 9,
        note: "跟社区理发班学的，有耐心",
    },
    Barber {
        index: 488,
        name: "王建军",
        age: 55,
        level: 2,
        away: (-820, -540),
        radius: 3000,
        windows: [Window::new(0b111_1111, 16, 36), NEVER],
        quality: 4,
        note: "",
    },
    Barber {
        index: 590,
        name: "马鹏飞",
        age: 39,
        level: 3,
        away: (1250, 980),
        radius: 5000,
        windows: [Window::new(0b000_0110, 18, 36), NEVER],
        quality: 9,
        note: "周二周三店里休息，专做上门",
    },
    Barber {
        index: 733,
        name: "陈大勇",
        age: 50,
        level: 3,
        away: (1900, -1500),
        radius: 5000,
        windows: [Window::new(0b001_0010, 18, 26), NEVER],
        quality: 1,
        note: "",
    },
];

/// Past haircuts of the old man: days before, which barber, stars.
const HAIRCUTS: [(Day, usize, &str); 5] = [
    (154, 0, "5"),
    (126, 0, "5"),
    (98, 0, "4"),
    (70, 3, "3"),
    (42, 1, "4"),
];

/// The old man and the barbers, in the community that he lives in.
pub(super) struct Tale {
    door: Spot,
}

impl Tale {
    /// The tale, in the community around `centre`.
    pub(super) fn new(centre: Spot) -> Self {
        Self {
            door: centre.moved(70, -40),
        }
    }

    /// Makes the supplier with an index one of the barbers, if it is.
    pub(super) fn supplier(
        &self,
        index: usize,
        maker: &supply::Maker,
        dice: &mut Dice,
    ) -> Option<supply::Draft> {
        let barber = BARBERS.iter().find(|barber| barber.index == index)?;
        let (barber_trade, strong) = (
            maker.reference.trade("barber")?,
            maker.reference.capability("strong")?,
        );
        let mut draft = maker.person(dice);
        let birth = maker.as_of - barber.age * YEAR - 200;
        draft.person = Person::born(dice, maker.words, true, birth);
        barber.name.clone_into(&mut draft.person.name);
        draft.held = vec![(strong, None)];
        draft.status = "active";
        draft.note = barber.note;
        draft.point_is_given();
        let kept = &mut draft.kept;
        kept.at = self.door.moved(barber.away.0, barber.away.1);
        kept.capabilities = 1 << strong;
        kept.sex = Sex::Male;
        kept.left = Day::MAX;
        kept.away = (0, -1);
        kept.joined = maker.as_of - 700;
        kept.radius = barber.radius;
        kept.minutes_week = 600;
        kept.windows = barber.windows;
        kept.quality = barber.quality;
        // Nobody else books them before the old man is seen to.
        kept.taken = kept.capacity;
        let trade = u8::try_from(barber_trade).ok()?;
        kept.skills = [
            Some(Skill {
                trade,
                level: barber.level,
            }),
            None,
            None,
            None,
        ];
        Some(draft)
    }

    /// Makes the first resident the old man.
    pub(super) fn resident(
        &self,
        draft: &mut residents::Draft,
        dice: &mut Dice,
        words: &Words,
        as_of: Day,
    ) {
        draft.person = Person::born(dice, words, true, as_of - 84 * YEAR - 21 - 130);
        OLD_MAN.clone_into(&mut draft.person.name);
        draft.circumstances = vec!["独居", "残疾", "慢性病"];
        draft.note = "腿脚不便，起身要人搀扶；听力不好，敲门请用力一些";
        draft.point_is_given();
        draft.kept.at = self.door;
        draft.kept.male = true;
        draft.kept.blocked = None;
        draft.kept.preferred = None;
    }

    /// Writes his need, N000001, and the haircuts that he has had.
    pub(super) fn need(world: &World, books: &mut Books) -> io::Result<()> {
        let start = next_weekday(world.as_of + 1, TUESDAY);
        let trade = world.reference.trade("barber").unwrap_or(0);
        let ask = Ask {
            resident: 0,
            trade,
            series: Series {
                rhythm: Rhythm::Monthly,
                start,
                ending: Ending::Never,
            },
            minute: MINUTE,
            minutes: MINUTES,
            people: 1,
            male: Some(true),
            capabilities: world
                .reference
                .capability("strong")
                .map_or(0, |index| 1 << index),
        };
        let told = Story {
            urgency: "high",
            opened: (world.as_of - 16, 620),
            cancelled: None,
            reason: "",
            note: "84 岁老人身体不好，每月上门理发一次，需要力气大的男师傅搀扶",
        };
        books.need(world, 0, &ask, &told)?;
        for (days, barber, stars) in HAIRCUTS {
            let visit = Visit {
                resident: 0,
                supplier: BARBERS[barber].index,
                trade,
                day: start - 7 - days / 7 * 7,
                minute: MINUTE,
                minutes: MINUTES,
                need: None,
            };
            books
                .log
                .write(world, visit, "completed", stars, books.meter)?;
        }
        Ok(())
    }
}
