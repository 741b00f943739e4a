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
            vec!["clean,,家居保洁,Housecleaning".to_owned()],
        );
        let suppliers = (0..self.suppliers).map(|number| {
            let (kind, capacity) = if number % 5 == 4 {
                ("organisation", 3)
            } else {
                ("person", 1)
            };
            let code = supplier(number);
            format!("{code},{kind},供方{number},110105008,AHX,clean:2,daily 08:00-20:00,{capacity},active,2024-01-01")
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
            // From 2026-11-24 on, in two months at the most.
            let date = if day < 7 {
                format!("2026-11-{:02}", 24 + day)
            } else {
                format!("2026-12-{:02}", day - 6)
            };
            let start = format!("{date}T{:02}:{:02}", 8 + half / 2, 30 * (half % 2));
            let people = if number % 4 == 0 { 2 } else { 1 };
            format!("{code},R{resident:05},clean,{start},60,{people},normal,2026-11-20T10:00")
        });
        file(
            "needs.csv",
            "code,resident,category,start,minutes,people,urgency,opened_at",
            needs.collect(),
        );
    }
}
