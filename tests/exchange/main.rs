//! What somebody with files can rely on when they go into the desk and come out again.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use matchdesk::desk::{Actor, Clock, Desk};
use matchdesk::domain::{Kind, Lang, Stamp, Zone};
use matchdesk::exchange::{
    ExchangeError, FileReport, ImportOptions, export_all, import_all, import_file,
};

mod bad_input;
mod files;
mod round_trip;

/// A desk over an empty store, with a folder for files.
struct World {
    desk: Desk,
    dir: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let now = Stamp::parse("2026-11-23T08:00", Zone::default()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open_or_create(&dir.path().join("store.redb"), Clock::Fixed(now)).unwrap();
        Self { desk, dir }
    }

    /// A world with one record or two of each kind that others refer to.
    fn furnished() -> Self {
        let world = Self::new();
        world.good(Kind::Street, "code,name_zh\nS1,安贞街道\n");
        world.good(
            Kind::Category,
            "code,parent,name_zh\ncare,,照护\nhair,care,理发\n",
        );
        world.good(Kind::Capability, "code,name_zh\nstrong,力气大\n");
        world.good(
            Kind::Supplier,
            "code,kind,name,phone\nV1,person,王芳,555\nV2,unit,理发店,\n",
        );
        world.good(Kind::Resident, "code,name\nR1,李大爷\n");
        world.good(
            Kind::Need,
            "code,resident,category,start,minutes\nN1,R1,hair,2026-11-24T09:00,60\n",
        );
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn import_with(
        &self,
        kind: Kind,
        path: &Path,
        options: &ImportOptions,
    ) -> Result<FileReport, ExchangeError> {
        import_file(&self.desk, &Actor::desk(), kind, path, options, &mut |_| {
            ControlFlow::Continue(())
        })
    }

    fn try_bytes(&self, kind: Kind, bytes: &[u8]) -> Result<FileReport, ExchangeError> {
        let path = self.path("in.csv");
        fs::write(&path, bytes).unwrap();
        self.import_with(kind, &path, &ImportOptions::default())
    }

    #[track_caller]
    fn take(&self, kind: Kind, text: &str) -> FileReport {
        self.try_bytes(kind, text.as_bytes()).unwrap()
    }

    /// A file of which every row is taken.
    #[track_caller]
    fn good(&self, kind: Kind, text: &str) -> FileReport {
        let report = self.take(kind, text);
        assert_eq!(report.rejected, [], "{text}");
        report
    }

    fn import_folder(
        &self,
        dir: &Path,
        options: &ImportOptions,
    ) -> Result<Vec<FileReport>, ExchangeError> {
        import_all(&self.desk, &Actor::desk(), dir, options, &mut |_| {
            ControlFlow::Continue(())
        })
    }

    /// Every file as it would be exported now, by name.
    fn everything(&self) -> Vec<(String, String)> {
        let dir = tempfile::tempdir().unwrap();
        export_all(&self.desk, dir.path(), true, &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap();
        let read = |kind: Kind| {
            let name = format!("{kind}.csv");
            let text = fs::read_to_string(dir.path().join(&name)).unwrap();
            (name, text)
        };
        Kind::FILES.map(read).to_vec()
    }

    fn exported(&self, kind: Kind) -> String {
        let name = format!("{kind}.csv");
        let mut files = self.everything().into_iter();
        files.find(|(found, _)| *found == name).unwrap().1
    }
}

/// Counts of added, changed, unchanged and rejected rows.
fn counts(report: &FileReport) -> (u64, u64, u64, u64) {
    (
        report.added,
        report.changed,
        report.unchanged,
        report.rejected_count,
    )
}

fn dry() -> ImportOptions {
    ImportOptions {
        dry_run: true,
        lang: Lang::En,
        ..ImportOptions::default()
    }
}
