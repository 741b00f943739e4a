//! Made-up districts, read straight from their files as records.

use std::error::Error;
use std::path::Path;

use matchdesk::domain::record::{
    Capability, Category, Community, Match, Need, Resident, Service, Street, Supplier,
};
use matchdesk::domain::{AnyRecord, Code, Day, Record, Stamp, Zone};
use matchdesk::generate::{self, Size};

/// What can go wrong: a file that can't be written or read.
pub type Done<T> = Result<T, Box<dyn Error>>;

/// The day around which everybody lives, and the rules' clock.
pub const TODAY: &str = "2026-11-23";

/// The rules' clock.
pub fn now() -> Stamp {
    Stamp::parse("2026-11-23T08:00", Zone::default()).unwrap_or_default()
}

/// A made-up district, and where in a city it lies.
pub struct District {
    dir: tempfile::TempDir,
    /// Before every code of its own; empty for a district that is alone.
    prefix: String,
    /// Degrees by which it is moved.
    east: f64,
    north: f64,
}

impl District {
    /// Makes the files of a district with half as many closed visits as suppliers.
    pub fn make(suppliers: u32, needs: u32, seed: u64) -> Done<Self> {
        let dir = tempfile::tempdir()?;
        let size = Size {
            suppliers,
            residents: 60_000,
            needs,
            services: suppliers / 2,
            seed,
            as_of: Day::parse(TODAY).map_err(|said| said.en)?.date(),
        };
        generate::district(dir.path(), &size, &mut |_, _| {})?;
        Ok(Self {
            dir,
            prefix: String::new(),
            east: 0.0,
            north: 0.0,
        })
    }

    /// The district as number `n` of a city: beside the others, five in a row.
    #[allow(dead_code, reason = "not every benchmark has a city")]
    pub fn placed(mut self, n: u32) -> Self {
        self.prefix = format!("{n}-");
        self.east = 0.6 * f64::from(n % 5);
        self.north = 0.45 * f64::from(n / 5);
        self
    }

    /// Gives every record in the order of the specification's files, services last.
    pub fn each(&self, take: &mut dyn FnMut(AnyRecord)) -> Done<()> {
        self.read("streets", take, |r: &mut Street| {
            self.name([&mut r.code]);
            self.shift(&mut r.lon, &mut r.lat);
        })?;
        self.read("communities", take, |r: &mut Community| {
            self.name([&mut r.code, &mut r.street]);
            self.shift(&mut r.lon, &mut r.lat);
        })?;
        self.read("categories", take, |_: &mut Category| {})?;
        self.read("capabilities", take, |_: &mut Capability| {})?;
        self.read("suppliers", take, |r: &mut Supplier| {
            self.name([&mut r.code]);
            self.name(r.street.iter_mut().chain(&mut r.community));
            self.shift(&mut r.lon, &mut r.lat);
        })?;
        self.read("residents", take, |r: &mut Resident| {
            self.name([&mut r.code]);
            self.name(r.street.iter_mut().chain(&mut r.community));
            self.name(r.blocked.iter_mut().chain(&mut r.preferred));
            self.shift(&mut r.lon, &mut r.lat);
        })?;
        self.read("needs", take, |r: &mut Need| {
            self.name([&mut r.code, &mut r.resident]);
        })?;
        self.read("matches", take, |r: &mut Match| {
            self.name([&mut r.need, &mut r.supplier]);
        })?;
        self.read("services", take, |r: &mut Service| {
            self.name([&mut r.code, &mut r.resident, &mut r.supplier]);
            self.name(&mut r.need);
        })
    }

    fn name<'a>(&self, codes: impl IntoIterator<Item = &'a mut Code>) {
        if !self.prefix.is_empty() {
            for code in codes {
                *code = Code::composed(&format!("{}{code}", self.prefix));
            }
        }
    }

    fn shift(&self, lon: &mut Option<f64>, lat: &mut Option<f64>) {
        *lon = lon.map(|degrees| degrees + self.east);
        *lat = lat.map(|degrees| degrees + self.north);
    }

    fn read<R: Record>(
        &self,
        file: &str,
        take: &mut dyn FnMut(AnyRecord),
        change: impl Fn(&mut R),
    ) -> Done<()> {
        rows(
            &self.dir.path().join(file).with_extension("csv"),
            |mut record| {
                change(&mut record);
                take(R::into_any(record));
            },
        )
    }
}

/// The rows of a file, each by its record's field table.
fn rows<R: Record>(path: &Path, mut take: impl FnMut(R)) -> Done<()> {
    let mut reader = csv::Reader::from_path(path)?;
    let fields: Vec<_> = reader
        .headers()?
        .iter()
        .map(|column| R::fields().iter().find(|field| field.column == column))
        .collect();
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row)? {
        let mut record = R::default();
        for (field, cell) in fields.iter().zip(&row) {
            if let Some(field) = field {
                (field.set)(&mut record, cell).map_err(|said| said.en)?;
            }
        }
        take(record);
    }
    Ok(())
}

/// Median and 99th percentile.
pub fn spread(mut all: Vec<f64>) -> (f64, f64) {
    all.sort_unstable_by(f64::total_cmp);
    let at = |part: usize| all.get((all.len() * part / 100).min(all.len().saturating_sub(1)));
    (
        at(50).copied().unwrap_or_default(),
        at(99).copied().unwrap_or_default(),
    )
}
