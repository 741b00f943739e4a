//! One CSV file that is being written, and how far the whole is.

use std::fs::File;
use std::io;
use std::path::Path;

/// Rows between two reports of progress.
const REPORT_EVERY: u64 = 4096;

/// Counts rows and reports them.
pub(super) struct Meter<'a> {
    report: &'a mut dyn FnMut(u64, u64),
    done: u64,
    total: u64,
}

impl<'a> Meter<'a> {
    /// A meter of about `total` rows.
    pub(super) fn new(total: u64, report: &'a mut dyn FnMut(u64, u64)) -> Self {
        Self {
            report,
            done: 0,
            total,
        }
    }

    fn tick(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(REPORT_EVERY) {
            (self.report)(self.done.min(self.total), self.total);
        }
    }

    /// Says that all is done.
    pub(super) fn finish(self) {
        (self.report)(self.total, self.total);
    }
}

/// A CSV file that is being written.
pub(super) struct Table {
    out: csv::Writer<File>,
    rows: u64,
}

impl Table {
    /// Makes `NAME.csv` in `dir` with its header.
    pub(super) fn create(dir: &Path, name: &str, header: &[&str]) -> io::Result<Self> {
        let path = dir.join(name).with_extension("csv");
        let file = File::create(&path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        let mut out = csv::WriterBuilder::new()
            .buffer_capacity(1 << 18)
            .from_writer(file);
        out.write_record(header)?;
        Ok(Self { out, rows: 0 })
    }

    /// Rows so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes a row.
    pub(super) fn row<T: AsRef<[u8]>>(&mut self, cells: &[T], meter: &mut Meter) -> io::Result<()> {
        self.out.write_record(cells)?;
        self.rows += 1;
        meter.tick();
        Ok(())
    }

    /// Writes what is left and gives the number of rows.
    pub(super) fn close(mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }
}
