//! The redb engine. Nothing outside this folder names redb.

use std::fs::{File, OpenOptions};
use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::SystemTime;

use redb::backends::FileBackend;
use redb::{Database, DatabaseError, ReadTransaction, ReadableDatabase, TableDefinition};

use super::journal::{Hash, Veil};
use super::{
    Entry, Executed, Feed, Head, Job, KeptDraft, Ledger, RequestId, Rows, Store, StoreError, Views,
    codec,
};
use crate::both;
use crate::domain::{Code, Event, Said};

mod audit;
mod bulk;
mod copy;
mod drafts;
mod read;
mod upgrade;
mod write;

/// Bytes to bytes: the only sort of table, since redb warns of others.
type Bytes = TableDefinition<'static, &'static [u8], &'static [u8]>;

const RECORDS: Bytes = TableDefinition::new("records");
const LINKS: Bytes = TableDefinition::new("links");
const JOURNAL: Bytes = TableDefinition::new("journal");
const HEADS: Bytes = TableDefinition::new("heads");
const PERSONAL: Bytes = TableDefinition::new("personal");
const RESULTS: Bytes = TableDefinition::new("results");
const RESULT_ORDER: Bytes = TableDefinition::new("result_order");
const COUNTS: Bytes = TableDefinition::new("counts");
const META: Bytes = TableDefinition::new("meta");
const TABLES: [Bytes; 9] = [
    RECORDS,
    LINKS,
    JOURNAL,
    HEADS,
    PERSONAL,
    RESULTS,
    RESULT_ORDER,
    COUNTS,
    META,
];

/// The file's own format, apart from that of the values in it.
const FORMAT: u16 = 2;
/// redb's own default is a GiB.
const CACHE: usize = 32 << 20;

/// A store in one redb file.
pub struct RedbStore {
    /// None when it could not be opened again after a failed write.
    db: RwLock<Option<Database>>,
    /// The journal's keyed hashes.
    veil: Veil,
    /// A write has failed: what is on the disk is known only after opening again, and redb does nothing more before.
    failed: AtomicBool,
    written: AtomicBool,
    path: PathBuf,
    /// The file's device and number there, so that no other is opened in its place.
    file: (u64, u64),
    /// The file's date and size after the last write.
    seen: Mutex<Option<(SystemTime, u64)>>,
}

impl RedbStore {
    /// Makes a store where nothing is yet, readable by its owner alone.
    ///
    /// # Errors
    /// When something is there already, or the folder can't be written.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let shown = path.display();
        let wrong = |error: std::io::Error| {
            StoreError::Unavailable(both!(
                zh: "不能在 {shown} 建立存储：{error}。请检查文件夹是否存在、可写，磁盘是否已满",
                en: "a store can't be made at {shown}: {error}. Check that the folder can be written and the disk has room"
            ))
        };
        std::fs::create_dir_all(folder).map_err(wrong)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(wrong)?;
        let db = guarded(path, || make(file))?;
        let mut key = Hash::default();
        getrandom::fill(&mut key).map_err(|error| StoreError::Unavailable(both!(zh: "系统没有随机数：{error}", en: "the system gives no random numbers: {error}")))?;
        begin(&db, &key)?;
        let store = Self {
            file: identity(path)?,
            db: RwLock::new(Some(db)),
            veil: Veil::new(&key),
            failed: AtomicBool::new(false),
            written: AtomicBool::new(true),
            path: path.to_owned(),
            seen: Mutex::default(),
        };
        store.look();
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(wrong)?;
        Ok(store)
    }

    /// Opens a store that is there.
    ///
    /// # Errors
    /// When there is none, it is no store, it is in use, a newer release wrote it, or it may not be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (db, key) = opened(path)?;
        let store = Self {
            file: identity(path)?,
            db: RwLock::new(Some(db)),
            veil: Veil::new(&key),
            failed: AtomicBool::new(false),
            written: AtomicBool::new(false),
            path: path.to_owned(),
            seen: Mutex::default(),
        };
        store.look();
        Ok(store)
    }

    /// Remembers what the file looks like.
    fn look(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = looks(&self.path);
    }

    fn db(&self) -> RwLockReadGuard<'_, Option<Database>> {
        self.db.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A transaction that reads what is there now; it needs the database no longer.
    fn begin_read(&self) -> Result<ReadTransaction, StoreError> {
        let db = self.db();
        db.as_ref().ok_or_else(closed)?.begin_read().map_err(any)
    }
}

/// Makes the tables of a new store.
fn begin(db: &Database, key: &Hash) -> Result<(), StoreError> {
    let transaction = db.begin_write().map_err(|error| failure(&error.into()))?;
    for table in TABLES {
        transaction
            .open_table(table)
            .map_err(|error| failure(&error.into()))?;
    }
    {
        let mut meta = transaction
            .open_table(META)
            .map_err(|error| failure(&error.into()))?;
        meta.insert(b"format".as_slice(), FORMAT.to_le_bytes().as_slice())
            .map_err(|error| failure(&error.into()))?;
        meta.insert(b"key".as_slice(), key.as_slice())
            .map_err(|error| failure(&error.into()))?;
    }
    transaction.commit().map_err(|error| failure(&error.into()))
}

/// A new database in an empty file.
fn make(file: File) -> Result<Database, DatabaseError> {
    Database::builder()
        .set_cache_size(CACHE)
        .create_with_backend(FileBackend::new(file)?)
}

/// The database at a path and its journal's key, when it is a store.
fn opened(path: &Path) -> Result<(Database, Hash), StoreError> {
    check_file(path)?;
    let db = guarded(path, || {
        Database::builder().set_cache_size(CACHE).open(path)
    })?;
    let meta = guarded(path, || {
        let transaction = db.begin_read().map_err(redb::Error::from)?;
        let table = transaction.open_table(META).map_err(redb::Error::from)?;
        let value = |name: &str| {
            table
                .get(name.as_bytes())
                .map(|found| found.map(|guard| guard.value().to_vec()))
                .map_err(redb::Error::from)
        };
        Ok::<_, redb::Error>((value("format")?, value("key")?))
    });
    let (Ok((Some(format), Some(key))), shown) = (meta, path.display()) else {
        let shown = path.display();
        return Err(StoreError::Unavailable(
            both!(zh: "{shown} 是数据库，但不是 matchdesk 的存储", en: "{shown} is a database, but not a store of matchdesk"),
        ));
    };
    let (Ok(format), Ok(key)) = (<[u8; 2]>::try_from(format), Hash::try_from(key)) else {
        return Err(StoreError::Corrupt(
            both!(zh: "{shown} 的首部已损坏，请从备份恢复", en: "the head of {shown} is damaged; restore a backup"),
        ));
    };
    let format = u16::from_le_bytes(format);
    if format > FORMAT {
        return Err(codec::newer());
    }
    if format < FORMAT {
        upgrade::upgrade(&db)?;
    }
    Ok((db, key))
}

/// What can be said of a file before redb looks at it.
fn check_file(path: &Path) -> Result<(), StoreError> {
    let shown = path.display();
    let unavailable = |said: Said| Err(StoreError::Unavailable(said));
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => unavailable(both!(
            zh: "{shown} 没有存储；matchdesk demo、import、add 或 restore 会建立一个",
            en: "there is no store at {shown}; matchdesk demo, import, add or restore makes one"
        )),
        Err(error) => unavailable(
            both!(zh: "不能打开 {shown}：{error}", en: "{shown} can't be opened: {error}"),
        ),
        Ok(found) if found.is_dir() => unavailable(
            both!(zh: "{shown} 是文件夹，不是存储文件", en: "{shown} is a folder, not a store"),
        ),
        Ok(found) if found.len() == 0 => unavailable(
            both!(zh: "{shown} 是空文件，不是存储", en: "{shown} is an empty file, not a store"),
        ),
        Ok(_) => Ok(()),
    }
}

/// Opens something of redb's; a damaged file may panic inside it.
fn guarded<T, E: Into<redb::Error>>(
    path: &Path,
    open: impl FnOnce() -> Result<T, E>,
) -> Result<T, StoreError> {
    let shown = path.display();
    let quiet = silence();
    let opened = catch_unwind(AssertUnwindSafe(open));
    drop(quiet);
    let no_store = || {
        StoreError::Unavailable(
            both!(zh: "{shown} 不是 matchdesk 的存储，或已损坏；请检查路径，或从备份恢复", en: "{shown} is not a store of matchdesk, or is damaged; check the path, or restore a backup"),
        )
    };
    match opened.map_err(|_| no_store())?.map_err(Into::into) {
        Ok(opened) => Ok(opened),
        Err(redb::Error::DatabaseAlreadyOpen) => Err(StoreError::Busy(both!(
            zh: "{shown} 正由另一个 matchdesk 使用；请先退出那一个",
            en: "{shown} is in use by another matchdesk; leave that one first"
        ))),
        Err(redb::Error::UpgradeRequired(_)) => Err(codec::newer()),
        Err(redb::Error::Io(error))
            if matches!(
                error.kind(),
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            Err(StoreError::Unavailable(
                both!(zh: "没有打开 {shown} 的权限：{error}", en: "{shown} may not be opened: {error}"),
            ))
        }
        Err(redb::Error::Io(error)) if error.raw_os_error().is_some() => {
            Err(StoreError::Unavailable(
                both!(zh: "不能打开 {shown}：{error}", en: "{shown} can't be opened: {error}"),
            ))
        }
        Err(_) => Err(no_store()),
    }
}

/// Keeps a caught panic's message off the screen while it lives.
struct Silence(Option<Hook>);

type Hook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Send + Sync>;

fn silence() -> Silence {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    Silence(Some(before))
}

impl Drop for Silence {
    fn drop(&mut self) {
        if let Some(before) = self.0.take().filter(|_| !std::thread::panicking()) {
            std::panic::set_hook(before);
        }
    }
}

/// Whether there is no room: on the disk, in a quota, or under the limit of a file's size.
fn is_full(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(kind, StorageFull | QuotaExceeded | FileTooLarge)
}

/// What a failure of redb means for the user.
fn failure(error: &redb::Error) -> StoreError {
    match error {
        redb::Error::Corrupted(detail) => StoreError::Corrupt(
            both!(zh: "存储已损坏（{detail}），请从备份恢复", en: "the store is damaged ({detail}); restore a backup"),
        ),
        redb::Error::Io(error) if is_full(error.kind()) => StoreError::Unavailable(both!(
            zh: "磁盘已满，没有写入；请腾出空间，然后再试",
            en: "the disk is full and nothing was written; make room and try again"
        )),
        other => StoreError::Unavailable(
            both!(zh: "存储读写失败：{other}", en: "the store can't be read or written: {other}"),
        ),
    }
}

fn any<E: Into<redb::Error>>(error: E) -> StoreError {
    failure(&error.into())
}

impl Ledger for RedbStore {
    fn execute(&self, jobs: &mut [Job<'_>]) -> Result<Vec<Executed>, StoreError> {
        if self.is_failed() {
            return Err(closed());
        }
        let db = self.db();
        let done = write::execute(db.as_ref().ok_or_else(closed)?, &self.veil, jobs);
        self.written.store(true, Ordering::Release);
        self.look();
        if done
            .as_ref()
            .is_err_and(|error| !matches!(error, StoreError::Corrupt(_)))
        {
            self.failed.store(true, Ordering::Release);
        }
        done
    }

    fn result(&self, id: RequestId) -> Result<Option<Vec<Event>>, StoreError> {
        let transaction = self.begin_read()?;
        let results = transaction.open_table(RESULTS).map_err(any)?;
        let Some(outcome) = write::read_result(&results, id)? else {
            return Ok(None);
        };
        let again = write::Again {
            records: transaction.open_table(RECORDS).map_err(any)?,
            journal: transaction.open_table(JOURNAL).map_err(any)?,
            personal: transaction.open_table(PERSONAL).map_err(any)?,
        };
        again.events(&outcome.places).map(Some)
    }
}

impl Views for RedbStore {
    fn rows(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        let transaction = self.begin_read()?;
        Ok(Box::new(read::View {
            records: transaction.open_table(RECORDS).map_err(any)?,
            links: transaction.open_table(LINKS).map_err(any)?,
            counts: transaction.open_table(COUNTS).map_err(any)?,
        }))
    }

    fn drafts(&self, who: &str) -> Result<Vec<KeptDraft>, StoreError> {
        drafts::of(&self.begin_read()?, who)
    }
}

impl Feed for RedbStore {
    fn entries(
        &self,
        chain: &Code,
        after: u64,
        each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        audit::entries(&self.begin_read()?, chain, after, each)
    }

    fn heads(&self) -> Result<Vec<Head>, StoreError> {
        audit::heads(&self.begin_read()?)
    }
}

impl Store for RedbStore {
    fn verify(
        &self,
        since: &[Head],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<super::Report, StoreError> {
        audit::verify(&self.begin_read()?, &self.veil, since, progress)
    }

    fn backup(&self, into: &File) -> Result<(), StoreError> {
        copy::backup(&self.begin_read()?, into)
    }

    fn is_untouched(&self) -> bool {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_none() || seen == looks(&self.path)
    }

    fn settle(&self) {
        if self.is_failed() || !self.written.swap(false, Ordering::AcqRel) {
            return;
        }
        let settled = self.db().as_ref().map(|db| {
            let mut transaction = db.begin_write().map_err(any)?;
            transaction.set_quick_repair(true);
            transaction.commit().map_err(any)
        });
        // What was acknowledged is on the disk already, but redb takes nothing more after a failure.
        if settled.is_some_and(|settled: Result<(), StoreError>| settled.is_err()) {
            self.failed.store(true, Ordering::Release);
        }
        self.look();
    }

    fn is_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    fn reopen(&self) -> Result<(), StoreError> {
        if identity(&self.path)? != self.file {
            let shown = self.path.display();
            return Err(StoreError::Unavailable(
                both!(zh: "{shown} 已被换成另一个文件，不再写入", en: "{shown} is another file now and nothing more is written"),
            ));
        }
        let mut db = self.db.write().unwrap_or_else(PoisonError::into_inner);
        self.failed.store(true, Ordering::Release);
        // Its lock must go before the file can be opened again. Who still reads hears that the database was closed.
        drop(db.take());
        let (again, key) = opened(&self.path)?;
        if !self.veil.is_of(&key) {
            return Err(closed());
        }
        *db = Some(again);
        self.written.store(true, Ordering::Release);
        self.failed.store(false, Ordering::Release);
        drop(db);
        self.look();
        Ok(())
    }
}

/// A file's device and number there.
fn identity(path: &Path) -> Result<(u64, u64), StoreError> {
    let found = std::fs::metadata(path).map_err(|error| any(redb::Error::Io(error)))?;
    Ok((found.dev(), found.ino()))
}

/// That nothing is read or written before the store is opened again.
fn closed() -> StoreError {
    StoreError::Unavailable(both!(
        zh: "上一次写入失败，数据库还没有重新打开；请检查磁盘空间，稍后再试",
        en: "the last write failed and the store is not open again yet; check that the disk has room, and try again in a moment"
    ))
}

/// A file's date and size.
fn looks(path: &Path) -> Option<(SystemTime, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}

/// Opens a backup after checking all of it.
///
/// # Errors
/// When it is not sound.
pub fn open_sound(from: &Path) -> Result<RedbStore, StoreError> {
    copy::open_sound(from)
}

/// Opening is quick when the last commit left a map of what is free; after a crash without one it takes a repair.
impl Drop for RedbStore {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.settle();
        }
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        failure(&error.into())
    }
}
