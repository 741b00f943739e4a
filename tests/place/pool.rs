//! A pool of suppliers that is too small for its needs, as files to import.

use std::fs;
use std::path::Path;

/// How large it is.
#[derive(Clone, Copy)]
pub struct Pool {
    /// Suppliers; every fifth is an organisation that serves three at once.
    pub suppliers: usize,
    /// Needs of one visit each; every fourth wants two suppliers.
    pub needs: usize,
    /// The days over which their visits lie.
    pub days: usize,
    /// The kinds of service, dealt out to suppliers and needs in turn.
    pub services: usize,
    /// The year of the visits.
    pub year: u16,
}

pub fn supplier(number: usize) -> String {
    format!("P{number:04}")
}

pub fn need(number: usize) -> String {
    format!("D{number:05}")
}

impl Pool {
    /// Writes the files of SPEC §2 into a folder. Any two needs that follow each other are of one resident.
    pub fn write(&self, folder: &Path) {
        let file = |name: &str, head: &str, rows: Vec<String>| {
            let text = format!("{head}\n{}\n", rows.join("\n"));
            fs::write(folder.join(name), text).unwrap();
        };
        let place = "116.40,39.97";
        file(
            "streets.csv",
            "code,name_zh,name_en,lon,lat",
            vec![format!("110105008,安贞街道,Anzhen,{place}")],
        );
        file(
            "communities.csv",
            "code,street,name_zh,name_en,lon,lat",
            vec![format!("AHX,110105008,安华西里社区,Anhuaxili,{place}")],
        );
        file(
            "categories.csv",
            "code,parent,name_zh,name_en",
            (0..self.services)
                .map(|number| format!("S{number},,服务{number},Service {number}"))
                .collect(),
        );
        let suppliers = (0..self.suppliers).map(|number| {
            let (kind, capacity) = if number % 5 == 4 {
                ("organisation", 3)
            } else {
                ("person", 1)
            };
            let (code, service) = (supplier(number), number % self.services);
            format!("{code},{kind},供方{number},110105008,AHX,S{service}:2,daily 08:00-20:00,{capacity},active,2024-01-01")
        });
        file(
            "suppliers.csv",
            "code,kind,name,street,community,skills,availability,capacity,status,joined_on",
            suppliers.collect(),
        );
        let residents = (0..=self.needs / 2)
            .map(|number| format!("R{number:05},居民{number},110105008,AHX,{place}"));
        file(
            "residents.csv",
            "code,name,street,community,lon,lat",
            residents.collect(),
        );
        let needs = (0..self.needs).map(|number| {
            let code = need(number);
            let resident = number / 2;
            let slot = number / self.days;
            let (day, half) = (number % self.days, (slot * 7) % 22);
            // From the 24th of November on, in two months at the most.
            let (year, service) = (self.year, number % self.services);
            let date = if day < 7 {
                format!("{year}-11-{:02}", 24 + day)
            } else {
                format!("{year}-12-{:02}", day - 6)
            };
            let start = format!("{date}T{:02}:{:02}", 8 + half / 2, 30 * (half % 2));
            let people = if number % 4 == 0 { 2 } else { 1 };
            format!("{code},R{resident:05},S{service},{start},60,{people},normal,2026-11-20T10:00")
        });
        file(
            "needs.csv",
            "code,resident,category,start,minutes,people,urgency,opened_at",
            needs.collect(),
        );
    }
}
