//! SQLite: an index that covers the question, or an R*Tree beside a table of skills.

use std::fmt::Write as _;
use std::path::Path;

use matchdesk::domain::{Sex, Status};
use rusqlite::{Connection, params};

use crate::worlds::Done;
use crate::{Ask, Engine, TIERS, World, cell, cells, tier};

/// How suppliers are found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Category, tier of radius and cell, with everything else that is looked at in the index.
    Covering,
    /// The squares that suppliers reach, in an R*Tree with their skills beside it.
    Tree,
}

/// A database with one of the plans.
pub struct Sqlite {
    base: Connection,
    plan: Plan,
}

/// How a sex is kept: which of the two can come, as bits.
fn sexes(sex: Option<Sex>) -> i64 {
    match sex {
        Some(Sex::Male) => 1,
        Some(Sex::Female) => 2,
        Some(Sex::Any) => 3,
        None => 0,
    }
}

impl Sqlite {
    /// Makes the database; tells its bytes on the disk.
    pub fn make(world: &World, plan: Plan, folder: &Path) -> Done<(Self, usize)> {
        let path = folder.join(if plan == Plan::Tree {
            "tree.db"
        } else {
            "covering.db"
        });
        let mut base = Connection::open(&path)?;
        base.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;
             PRAGMA mmap_size = 4000000000;",
        )?;
        let days: String = (0..7).fold(String::new(), |mut all, day| {
            let _ = write!(all, ", d{day} INTEGER");
            all
        });
        let key = if plan == Plan::Tree {
            "s, category"
        } else {
            "category, tier, row, col, s"
        };
        base.execute_batch(&format!(
            "CREATE TABLE skill (category INTEGER, tier INTEGER, row INTEGER, col INTEGER, sexes INTEGER, s INTEGER{days},
               PRIMARY KEY ({key})) WITHOUT ROWID;
             CREATE VIRTUAL TABLE reach USING rtree(id, west, east, south, north, +s INTEGER, +category INTEGER);",
        ))?;
        let tx = base.transaction()?;
        {
            let mut skill = tx.prepare(
                "INSERT OR IGNORE INTO skill VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?;
            let mut reach = tx.prepare("INSERT INTO reach VALUES (?, ?, ?, ?, ?, ?, ?)")?;
            let mut id = 0;
            for (s, (r, point)) in (0_u32..).zip(world.suppliers.iter().zip(&world.points)) {
                if r.status != Status::Active {
                    continue;
                }
                let tier = tier(r, *point);
                let at = point.map_or([0, 0], |point| [cell(point.lat), cell(point.lon)]);
                for own in &r.skills {
                    let Some(category) = world.categories.get(&own.category) else {
                        continue;
                    };
                    let d: Vec<i64> = r
                        .availability
                        .0
                        .iter()
                        .map(|day| i64::try_from(*day))
                        .collect::<Result<_, _>>()?;
                    skill.execute(params![
                        category,
                        i64::try_from(tier)?,
                        at[0],
                        at[1],
                        sexes(r.sex),
                        s,
                        d[0],
                        d[1],
                        d[2],
                        d[3],
                        d[4],
                        d[5],
                        d[6]
                    ])?;
                    if plan == Plan::Tree {
                        let (w, e, so, n) = match (r.radius_km, point) {
                            (Some(km), Some(point)) => {
                                let up = km * 1.01 / 111.0;
                                let right = up / point.lat.to_radians().cos();
                                (
                                    point.lon - right,
                                    point.lon + right,
                                    point.lat - up,
                                    point.lat + up,
                                )
                            }
                            _ => (-360.0, 360.0, -90.0, 90.0),
                        };
                        reach.execute(params![id, w, e, so, n, s, category])?;
                        id += 1;
                    }
                }
            }
        }
        tx.commit()?;
        base.execute_batch("ANALYZE")?;
        let bytes = usize::try_from(std::fs::metadata(&path)?.len())?;
        Ok((Self { base, plan }, bytes))
    }
}

impl Sqlite {
    /// The question in SQL: what an index can tell, and the half hours.
    fn question(&self, ask: &Ask, category: u32) -> String {
        let mut rest = String::new();
        for (day, taken) in ask.hours() {
            let _ = write!(rest, " AND k.d{day} & {taken} = {taken}");
        }
        if let Some(sex @ (Sex::Male | Sex::Female)) = ask.need.sex {
            let _ = write!(rest, " AND k.sexes & {} <> 0", sexes(Some(sex)));
        }
        let from = ask.from.filter(|_| !ask.remote);
        let Some(from) = from else {
            return format!("SELECT k.s FROM skill k WHERE k.category = {category}{rest}");
        };
        if self.plan == Plan::Tree {
            return format!(
                "SELECT k.s FROM reach t CROSS JOIN skill k ON k.s = t.s AND k.category = {category}
                 WHERE t.west <= {0} AND t.east >= {0} AND t.south <= {1} AND t.north >= {1} AND t.category = {category}{rest}",
                from.lon, from.lat
            );
        }
        let mut parts = vec![format!(
            "SELECT k.s FROM skill k WHERE k.category = {category} AND k.tier = {}{rest}",
            TIERS.len()
        )];
        for (tier, km) in TIERS.iter().enumerate() {
            let ([south, west], [north, east]) = cells(from, *km);
            let rows: Vec<String> = (south..=north).map(|row| row.to_string()).collect();
            let rows = rows.join(",");
            parts.push(format!(
                "SELECT k.s FROM skill k WHERE k.category = {category} AND k.tier = {tier} AND k.row IN ({rows})
                 AND k.col BETWEEN {west} AND {east}{rest}",
            ));
        }
        parts.join(" UNION ALL ")
    }
}

impl Engine for Sqlite {
    fn eligible(&mut self, world: &World, ask: &Ask) -> Done<Vec<u32>> {
        let mut found = Vec::new();
        for category in &ask.categories {
            let question = self.question(ask, *category);
            let mut statement = self.base.prepare_cached(&question)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let s: u32 = row.get(0)?;
                if ask.lets(s, &world.suppliers[s as usize], world.points[s as usize]) {
                    found.push(s);
                }
            }
        }
        Ok(found)
    }
}
