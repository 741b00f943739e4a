//! The reference data of `seed/`: places, categories as they are practised, capabilities.

use std::io;
use std::path::Path;

use super::dice::{Dice, Weights};

const STREETS: &str = include_str!("../../seed/streets.csv");
const COMMUNITIES: &str = include_str!("../../seed/communities.csv");
const CATEGORIES: &str = include_str!("../../seed/categories.csv");
const CAPABILITIES: &str = include_str!("../../seed/capabilities.csv");
const POPULATION: &str = include_str!("../../seed/population.csv");
const PRACTICE: &str = include_str!("../../seed/practice.csv");
const HOLDING: &str = include_str!("../../seed/holding.csv");

/// The files that are written as they are.
const AS_THEY_ARE: [(&str, &str); 4] = [
    ("streets.csv", STREETS),
    ("communities.csv", COMMUNITIES),
    ("categories.csv", CATEGORIES),
    ("capabilities.csv", CAPABILITIES),
];

/// A point, in millionths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) lon: i32,
    pub(super) lat: i32,
}

impl Spot {
    /// The square of the distance in metres. Whole numbers, right to half a per cent around Beijing, so that every machine agrees.
    pub(super) fn square_to(self, other: Self) -> i64 {
        let east = i64::from(self.lon - other.lon) * 8524 / 100_000;
        let north = i64::from(self.lat - other.lat) * 11_120 / 100_000;
        east * east + north * north
    }

    /// A point some metres away.
    pub(super) fn moved(self, east: i32, north: i32) -> Self {
        Self {
            lon: self.lon + east * 1000 / 85,
            lat: self.lat + north * 1000 / 111,
        }
    }

    /// A point somewhere around, mostly within half of `metres`.
    pub(super) fn around(self, dice: &mut Dice, metres: i32) -> Self {
        let east = dice.bell(metres);
        self.moved(east, dice.bell(metres))
    }
}

/// Millionths of a degree as degrees.
pub(super) fn degrees(micro: i32) -> String {
    format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000)
}

/// A street.
pub(super) struct Street {
    pub(super) code: String,
    at: Spot,
    /// All streets, the nearest first, itself at the head.
    pub(super) near: Vec<usize>,
}

/// A community.
pub(super) struct Community {
    pub(super) code: String,
    pub(super) street: usize,
    /// Its Chinese name without 社区.
    pub(super) name: String,
    pub(super) at: Spot,
}

/// How a category is practised.
pub(super) struct Trade {
    pub(super) code: String,
    /// The nearest category above that is practised too.
    pub(super) above: Option<usize>,
    pub(super) remote: bool,
    supply: u32,
    demand: u32,
    pub(super) minutes: Vec<u16>,
    /// Weights of once, weekly, every second week, monthly, daily.
    pub(super) rhythm: [u32; 5],
    /// The half hours of the day between which it takes place.
    pub(super) from: u8,
    pub(super) to: u8,
    pub(super) capability: Option<usize>,
    /// How many of a thousand needs ask for the capability.
    pub(super) asks: u32,
    /// How many of a thousand needs ask for somebody of the resident's sex.
    pub(super) same_sex: u32,
}

/// How common a capability is.
pub(super) struct Holding {
    pub(super) code: String,
    /// How many of a thousand persons, and of a thousand organisations and units, have it.
    pub(super) person: u32,
    pub(super) group: u32,
    /// Years for which a certificate is given; 0 when it does not run out.
    pub(super) years: i32,
}

/// Everything of `seed/` that making data needs.
pub(super) struct Reference {
    pub(super) streets: Vec<Street>,
    pub(super) communities: Vec<Community>,
    pub(super) trades: Vec<Trade>,
    pub(super) holdings: Vec<Holding>,
    pub(super) homes: Weights,
    pub(super) supply: Weights,
    pub(super) demand: Weights,
}

impl Reference {
    /// Reads the embedded files.
    ///
    /// # Errors
    /// When one of them is not as it should be; the tests hold that they are.
    pub(super) fn load() -> io::Result<Self> {
        let streets = streets()?;
        let communities = communities(&streets)?;
        let holdings = table(HOLDING, holding)?;
        let trades = trades(&holdings)?;
        Ok(Self {
            homes: homes(&streets, &communities)?,
            supply: Weights::new(trades.iter().map(|trade| trade.supply)),
            demand: Weights::new(trades.iter().map(|trade| trade.demand)),
            streets,
            communities,
            trades,
            holdings,
        })
    }

    /// The trade of a category.
    pub(super) fn trade(&self, code: &str) -> Option<usize> {
        self.trades.iter().position(|trade| trade.code == code)
    }

    /// The capability of a code.
    pub(super) fn capability(&self, code: &str) -> Option<usize> {
        self.holdings.iter().position(|held| held.code == code)
    }

    /// The codes of a mask of capabilities, as a cell.
    pub(super) fn capability_cell(&self, mask: u16) -> String {
        let held = self.holdings.iter().enumerate();
        held.filter(|(index, _)| mask & (1 << index) != 0)
            .map(|(_, held)| held.code.as_str())
            .collect::<Vec<_>>()
            .join(";")
    }
}

/// Writes the four reference files and says how many rows each has.
pub(super) fn write(dir: &Path) -> io::Result<[u64; 4]> {
    let mut rows = [0; 4];
    for ((name, text), count) in AS_THEY_ARE.iter().zip(&mut rows) {
        std::fs::write(dir.join(name), text)?;
        *count = text.lines().skip(1).count() as u64;
    }
    Ok(rows)
}

fn table<T>(text: &str, read: impl Fn(&[&str]) -> Option<T>) -> io::Result<Vec<T>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let cells: Vec<&str> = record.iter().collect();
        rows.push(read(&cells).ok_or_else(|| damaged(&cells))?);
    }
    Ok(rows)
}

fn damaged(cells: &[&str]) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("seed: {}", cells.join(",")),
    )
}

fn streets() -> io::Result<Vec<Street>> {
    let mut streets = table(STREETS, |row| {
        Some(Street {
            code: (*row.first()?).to_owned(),
            at: spot(row.get(3)?, row.get(4)?)?,
            near: Vec::new(),
        })
    })?;
    let spots: Vec<Spot> = streets.iter().map(|street| street.at).collect();
    for street in &mut streets {
        let mut near: Vec<usize> = (0..spots.len()).collect();
        near.sort_by_key(|other| (street.at.square_to(spots[*other]), *other));
        street.near = near;
    }
    Ok(streets)
}

fn communities(streets: &[Street]) -> io::Result<Vec<Community>> {
    table(COMMUNITIES, |row| {
        let street = row.get(1)?;
        Some(Community {
            code: (*row.first()?).to_owned(),
            street: streets.iter().position(|known| known.code == *street)?,
            name: row.get(2)?.trim_end_matches("社区").to_owned(),
            at: spot(row.get(4)?, row.get(5)?)?,
        })
    })
}

/// People live in streets as the population file says, and more in a street's first communities than in its last.
fn homes(streets: &[Street], communities: &[Community]) -> io::Result<Weights> {
    let population = table(POPULATION, |row| {
        let street = row.first()?;
        streets.iter().position(|known| known.code == *street)?;
        row.get(1)?.parse::<u32>().ok()
    })?;
    let mut rank = vec![0; streets.len()];
    Ok(Weights::new(communities.iter().map(|community| {
        rank[community.street] += 1;
        population.get(community.street).copied().unwrap_or(1) * 1000 / (rank[community.street] + 3)
    })))
}

fn holding(row: &[&str]) -> Option<Holding> {
    Some(Holding {
        code: (*row.first()?).to_owned(),
        person: row.get(1)?.parse().ok()?,
        group: row.get(2)?.parse().ok()?,
        years: row.get(3)?.parse().ok()?,
    })
}

fn trades(holdings: &[Holding]) -> io::Result<Vec<Trade>> {
    let tree = table(CATEGORIES, |row| {
        let remote = *row.get(4)? == "yes";
        Some((
            (*row.first()?).to_owned(),
            (*row.get(1)?).to_owned(),
            remote,
        ))
    })?;
    let mut trades = table(PRACTICE, |row| trade(row, holdings))?;
    let codes: Vec<String> = trades.iter().map(|trade| trade.code.clone()).collect();
    for trade in &mut trades {
        let node = tree.iter().find(|(code, _, _)| *code == trade.code);
        let (_, parent, remote) = node.ok_or_else(|| damaged(&[&trade.code]))?;
        trade.above = codes.iter().position(|code| code == parent);
        trade.remote = *remote;
    }
    Ok(trades)
}

fn trade(row: &[&str], holdings: &[Holding]) -> Option<Trade> {
    let numbers = |place: usize| row.get(place).map(|cell| cell.split(';'));
    let capability = *row.get(7)?;
    Some(Trade {
        code: (*row.first()?).to_owned(),
        above: None,
        remote: false,
        supply: row.get(1)?.parse().ok()?,
        demand: row.get(2)?.parse().ok()?,
        minutes: numbers(3)?.map(str::parse).collect::<Result<_, _>>().ok()?,
        rhythm: numbers(4)?
            .map(str::parse)
            .collect::<Result<Vec<u32>, _>>()
            .ok()?
            .try_into()
            .ok()?,
        from: half_hour(row.get(5)?)?,
        to: half_hour(row.get(6)?)?,
        capability: match capability {
            "" => None,
            code => Some(holdings.iter().position(|held| held.code == code)?),
        },
        asks: row.get(8)?.parse().ok()?,
        same_sex: row.get(9)?.parse().ok()?,
    })
}

fn half_hour(text: &str) -> Option<u8> {
    let (hour, minute) = text.split_once(':')?;
    Some(hour.parse::<u8>().ok()? * 2 + minute.parse::<u8>().ok()? / 30)
}

fn spot(lon: &str, lat: &str) -> Option<Spot> {
    Some(Spot {
        lon: micro(lon)?,
        lat: micro(lat)?,
    })
}

/// Degrees with up to six decimals, in millionths.
fn micro(text: &str) -> Option<i32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<6}");
    Some(whole.parse::<i32>().ok()? * 1_000_000 + part.get(..6)?.parse::<i32>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_data_has_its_size() {
        let reference = Reference::load().expect("good seed files");
        assert_eq!(reference.streets.len(), 43);
        for street in 0..43 {
            let count = reference
                .communities
                .iter()
                .filter(|one| one.street == street)
                .count();
            assert!((5..=12).contains(&count));
        }
        assert_eq!(reference.holdings.len(), 12);
        assert!((55..=70).contains(&CATEGORIES.lines().skip(1).count()));
        let anhuaxili = reference
            .communities
            .iter()
            .find(|one| one.name == "安华西里");
        assert!(anhuaxili.is_some_and(|one| one.code == "110105008001"));
    }

    #[test]
    fn every_category_has_an_earlier_parent_or_none_and_both_names() {
        let rows = table(CATEGORIES, |row| {
            Some(
                row.iter()
                    .map(|cell| (*cell).to_owned())
                    .collect::<Vec<_>>(),
            )
        });
        let mut known: Vec<String> = Vec::new();
        for row in rows.expect("categories") {
            assert!(row[1].is_empty() || known.contains(&row[1]), "{row:?}");
            assert!(!row[2].is_empty() && row[3].is_ascii(), "{row:?}");
            assert!(row[0].chars().all(|c| c.is_ascii_lowercase() || c == '-'));
            assert!(!known.contains(&row[0]));
            known.push(row[0].clone());
        }
    }

    #[test]
    fn distances_are_about_those_of_the_sphere() {
        // Anzhen to Jianwai: 7.75 km by haversine.
        let anzhen = Spot {
            lon: 116_405_000,
            lat: 39_972_000,
        };
        let jianwai = Spot {
            lon: 116_446_000,
            lat: 39_910_000,
        };
        let square = anzhen.square_to(jianwai);
        assert!(
            (7650_i64.pow(2)..7850_i64.pow(2)).contains(&square),
            "{square}"
        );
        let moved = anzhen.moved(300, -400);
        assert!((490_i64.pow(2)..510_i64.pow(2)).contains(&anzhen.square_to(moved)));
        assert_eq!(degrees(116_405_020), "116.405020");
    }
}
