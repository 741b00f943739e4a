//! The embedded engine: one redb file, owned by one process.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use ::redb::{
    Database, DatabaseError, Durability, ReadOnlyTable, ReadableDatabase, ReadableTable,
    StorageError, TableDefinition, WriteTransaction,
};

use super::engine::{self, Each, Reading, Table, View, Writing};
use super::{Entry, Executed, Feed, Head, Ledger, Request, RequestId, Rows, StoreError, Views};
use crate::both;
use crate::domain::{Code, Kind};

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

const FORMAT_KEY: &[u8] = b"format";
const FORMAT: u64 = 1;
/// Memory for redb's pages unless another size is asked for, in bytes.
pub const CACHE: usize = 48 << 20;

fn definition(table: Table) -> Definition {
    TableDefinition::new(match table {
        Table::Records => "records",
        Table::Links => "links",
        Table::Journal => "journal",
        Table::Heads => "heads",
        Table::Personal => "personal",
        Table::Results => "results",
        Table::ResultOrder => "result_order",
        Table::Meta => "meta",
    })
}

/// A store in a redb file.
pub struct RedbStore {
    database: Database,
    path: PathBuf,
    poisoned: AtomicBool,
    written: AtomicBool,
}

impl RedbStore {
    /// Makes a new, empty store that only its owner may read; makes its folder too.
    ///
    /// # Errors
    /// When something is at the path already or it can't be written.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let failed = |error: std::io::Error| cannot_create(path, &error);
        std::fs::create_dir_all(folder).map_err(failed)?;
        OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        let store = guarded(path, || {
            let database = Database::builder()
                .set_cache_size(CACHE)
                .create(path)
                .map_err(|error| opening(path, &error))?;
            Self::over(database, path).begin()
        })?;
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
        Ok(store)
    }

    /// Opens a store; never makes one.
    ///
    /// # Errors
    /// When there is none, it can't be opened now, is damaged or of a newer release.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, CACHE)
    }

    /// As [`Self::open`], with so many bytes of memory for pages.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn open_with(path: &Path, cache: usize) -> Result<Self, StoreError> {
        let meta = std::fs::metadata(path).map_err(|error| io(path, &error))?;
        if !meta.is_file() || meta.len() == 0 {
            return Err(not_a_store(path));
        }
        guarded(path, || {
            let database = Database::builder()
                .set_cache_size(cache)
                .open(path)
                .map_err(|error| opening(path, &error))?;
            let store = Self::over(database, path);
            store.check_format()?;
            Ok(store)
        })
    }

    fn over(database: Database, path: &Path) -> Self {
        Self {
            database,
            path: path.to_owned(),
            poisoned: AtomicBool::new(false),
            written: AtomicBool::new(false),
        }
    }

    fn begin(self) -> Result<Self, StoreError> {
        let transaction = self
            .database
            .begin_write()
            .map_err(|e| self.failed(&e.into()))?;
        {
            let tables = self.tables(&transaction)?;
            tables.put(Table::Meta, FORMAT_KEY, &FORMAT.to_be_bytes())?;
            tables.put(Table::Meta, engine::SECRET, &engine::random::<32>()?)?;
        }
        transaction.commit().map_err(|e| self.failed(&e.into()))?;
        Ok(self)
    }

    fn check_format(&self) -> Result<(), StoreError> {
        let bytes = self.snapshot()?.get(Table::Meta, FORMAT_KEY)?;
        let format: [u8; 8] = bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| not_a_store(&self.path))?;
        if u64::from_be_bytes(format) > FORMAT {
            let path = self.path.display();
            return Err(StoreError::Unavailable(both!(
                zh: "{path} 是较新版本的数据库，请升级 matchdesk 后再打开",
                en: "{path} is a store of a newer release; update matchdesk and open it again"
            )));
        }
        Ok(())
    }

    /// Reads every record and every chain; heads noted earlier must lie on the chains.
    ///
    /// # Errors
    /// When the store can't be read at all; what is wrong inside is in the report.
    pub fn verify(&self, since: &[Head]) -> Result<super::Report, StoreError> {
        guarded(&self.path, || {
            super::verify::verify(&self.snapshot()?, since)
        })
    }

    /// Closes the store so that the next opening is fast.
    pub fn close(self) {
        drop(self);
    }

    /// An empty quick-repair commit; without it the next opening takes longer, nothing else.
    fn settle(&self) {
        if self.poisoned.load(Ordering::SeqCst) || !self.written.swap(false, Ordering::SeqCst) {
            return;
        }
        let _ = catch_unwind(AssertUnwindSafe(|| {
            if let Ok(mut transaction) = self.database.begin_write() {
                transaction.set_quick_repair(true);
                drop(transaction.commit());
            }
        }));
    }

    fn failed(&self, error: &::redb::Error) -> StoreError {
        let path = self.path.display();
        match error {
            ::redb::Error::Corrupted(why) => StoreError::Corrupt(
                both!(zh: "{path} 已损坏（{why}），请用备份恢复", en: "{path} is damaged ({why}); restore a backup"),
            ),
            other => StoreError::Unavailable(
                both!(zh: "{path} 无法读写：{other}；请检查磁盘空间后重新打开", en: "{path} can't be read or written: {other}; check the disk's space and open it again"),
            ),
        }
    }

    fn tables<'t>(&self, transaction: &'t WriteTransaction) -> Result<Tables<'t, '_>, StoreError> {
        let mut tables = Vec::new();
        for table in Table::ALL {
            let opened = transaction.open_table(definition(table));
            tables.push(RefCell::new(opened.map_err(|e| self.failed(&e.into()))?));
        }
        Ok(Tables {
            store: self,
            tables,
        })
    }

    fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let transaction = self
            .database
            .begin_read()
            .map_err(|e| self.failed(&e.into()))?;
        let mut tables = Vec::new();
        for table in Table::ALL {
            match transaction.open_table(definition(table)) {
                Ok(table) => tables.push(table),
                Err(::redb::TableError::Storage(error)) => return Err(self.failed(&error.into())),
                Err(_) => return Err(not_a_store(&self.path)),
            }
        }
        Ok(Snapshot {
            store: self,
            tables,
        })
    }

    fn write(
        &self,
        request: &Request,
        decide: &mut super::Decide<'_>,
    ) -> Result<Executed, StoreError> {
        let mut transaction = self
            .database
            .begin_write()
            .map_err(|e| self.failed(&e.into()))?;
        transaction
            .set_durability(Durability::Immediate)
            .map_err(|e| self.failed(&e.into()))?;
        let done = engine::execute(&self.tables(&transaction)?, request, decide)?;
        if !matches!(done, Executed::Done(_)) {
            return Ok(done);
        }
        if let Err(error) = transaction.commit() {
            self.poisoned.store(true, Ordering::SeqCst);
            let said = self.failed(&error.into()).said().clone();
            return Err(StoreError::Unknown(request.id, said));
        }
        self.written.store(true, Ordering::SeqCst);
        Ok(done)
    }
}

impl Drop for RedbStore {
    fn drop(&mut self) {
        self.settle();
    }
}

impl Ledger for RedbStore {
    fn execute(
        &self,
        request: &Request,
        decide: &mut super::Decide<'_>,
    ) -> Result<Executed, StoreError> {
        if self.poisoned.load(Ordering::SeqCst) {
            let path = self.path.display();
            return Err(StoreError::Unavailable(both!(
                zh: "{path} 上次写入失败，请重新打开后再试",
                en: "the last write to {path} failed; open the store again first"
            )));
        }
        guarded(&self.path, || self.write(request, decide))
    }

    fn result(&self, id: RequestId) -> Result<Option<Vec<(Kind, Code)>>, StoreError> {
        guarded(&self.path, || engine::result(&self.snapshot()?, id))
    }
}

impl Views for RedbStore {
    fn rows(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        Ok(Box::new(View(guarded(&self.path, || self.snapshot())?)))
    }
}

impl Feed for RedbStore {
    fn entries(
        &self,
        chain: &Code,
        after: u64,
        each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        guarded(&self.path, || {
            engine::entries(&self.snapshot()?, chain, after, each)
        })
    }

    fn heads(&self) -> Result<Vec<Head>, StoreError> {
        guarded(&self.path, || engine::heads(&self.snapshot()?))
    }
}

impl super::Store for RedbStore {}

struct Tables<'t, 's> {
    store: &'s RedbStore,
    tables: Vec<RefCell<::redb::Table<'t, &'static [u8], &'static [u8]>>>,
}

struct Snapshot<'s> {
    store: &'s RedbStore,
    tables: Vec<ReadOnlyTable<&'static [u8], &'static [u8]>>,
}

fn get<T>(store: &RedbStore, table: &T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>
where
    T: ReadableTable<&'static [u8], &'static [u8]>,
{
    let found = table.get(key).map_err(|e| store.failed(&e.into()))?;
    Ok(found.map(|value| value.value().to_vec()))
}

fn each_from<T>(
    store: &RedbStore,
    table: &T,
    key: &[u8],
    each: &mut Each<'_>,
) -> Result<(), StoreError>
where
    T: ReadableTable<&'static [u8], &'static [u8]>,
{
    let failed = |error: StorageError| store.failed(&error.into());
    for row in table.range::<&[u8]>(key..).map_err(failed)? {
        let (key, value) = row.map_err(failed)?;
        if each(key.value(), value.value())?.is_break() {
            break;
        }
    }
    Ok(())
}

impl Reading for Snapshot<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.tables.get(table as usize) {
            Some(table) => guarded(&self.store.path, || get(self.store, table, key)),
            None => Ok(None),
        }
    }

    fn walk(&self, table: Table, key: &[u8], each: &mut Each<'_>) -> Result<(), StoreError> {
        match self.tables.get(table as usize) {
            Some(table) => each_from(self.store, table, key, each),
            None => Ok(()),
        }
    }
}

impl Reading for Tables<'_, '_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.tables.get(table as usize) {
            Some(table) => get(self.store, &*table.borrow(), key),
            None => Ok(None),
        }
    }

    fn walk(&self, table: Table, key: &[u8], each: &mut Each<'_>) -> Result<(), StoreError> {
        match self.tables.get(table as usize) {
            Some(table) => each_from(self.store, &*table.borrow(), key, each),
            None => Ok(()),
        }
    }
}

impl Writing for Tables<'_, '_> {
    fn put(&self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        if let Some(table) = self.tables.get(table as usize) {
            let put = table.borrow_mut().insert(key, value).map(drop);
            put.map_err(|e| self.store.failed(&e.into()))?;
        }
        Ok(())
    }

    fn remove(&self, table: Table, key: &[u8]) -> Result<(), StoreError> {
        if let Some(table) = self.tables.get(table as usize) {
            let removed = table.borrow_mut().remove(key).map(drop);
            removed.map_err(|e| self.store.failed(&e.into()))?;
        }
        Ok(())
    }
}

/// A damaged file can panic inside redb: that is an answer too.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(damaged(path)))
}

fn damaged(path: &Path) -> StoreError {
    let path = path.display();
    StoreError::Corrupt(
        both!(zh: "{path} 已损坏，请用备份恢复", en: "{path} is damaged; restore a backup"),
    )
}

fn not_a_store(path: &Path) -> StoreError {
    let path = path.display();
    StoreError::Corrupt(
        both!(zh: "{path} 不是 matchdesk 数据库，请检查路径", en: "{path} is not a matchdesk store; check the path"),
    )
}

fn cannot_create(path: &Path, error: &std::io::Error) -> StoreError {
    if error.kind() != ErrorKind::AlreadyExists {
        return io(path, error);
    }
    let path = path.display();
    StoreError::Unavailable(
        both!(zh: "{path} 已存在，请换一个路径", en: "{path} exists already; give another path"),
    )
}

fn io(path: &Path, error: &std::io::Error) -> StoreError {
    let path = path.display();
    StoreError::Unavailable(match error.kind() {
        ErrorKind::NotFound => {
            both!(zh: "{path} 处没有数据库；用 matchdesk init 新建", en: "there is no store at {path}; matchdesk init makes one")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            both!(zh: "没有读写 {path} 的权限；请检查文件权限", en: "{path} may not be read and written; check its permissions")
        }
        _ => both!(zh: "{path} 无法打开：{error}", en: "{path} can't be opened: {error}"),
    })
}

fn opening(path: &Path, error: &DatabaseError) -> StoreError {
    let shown = path.display();
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::Unavailable(
            both!(zh: "{shown} 正被另一个 matchdesk 使用", en: "{shown} is in use by another matchdesk"),
        ),
        DatabaseError::Storage(StorageError::Io(error))
            if error.kind() == ErrorKind::InvalidData =>
        {
            not_a_store(path)
        }
        DatabaseError::Storage(StorageError::Io(error)) => io(path, error),
        DatabaseError::Storage(StorageError::Corrupted(_)) => damaged(path),
        other => StoreError::Unavailable(
            both!(zh: "{shown} 无法打开：{other}", en: "{shown} can't be opened: {other}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::Supplier;
    use crate::domain::{AnyRecord, Event, Stamp, Verb};

    fn request(id: u128) -> Request {
        Request {
            id: RequestId(id),
            who: "li".into(),
            station: "s1".into(),
            real: chrono::DateTime::from_timestamp_millis(1_700_000_000_123).unwrap(),
            now: Stamp(0),
        }
    }

    fn supplier(name: &str) -> Event {
        let one = Supplier {
            code: Code::composed("V1"),
            name: name.into(),
            ..Supplier::default()
        };
        Event {
            verb: Verb::Added,
            chain: Code::composed("street"),
            before: None,
            after: one.into(),
            reason: String::new(),
        }
    }

    #[test]
    fn what_was_done_is_there_after_reopening_and_is_not_done_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.redb");
        let store = RedbStore::create(&path).unwrap();
        let both = || Ok(vec![supplier("王某某"), supplier("李某某")]);
        assert!(matches!(
            store.execute(&request(1), &mut |_| both()),
            Ok(Executed::Done(_))
        ));
        assert!(RedbStore::open(&path).is_err_and(|e| e.said().en.contains("in use")));
        store.close();
        let store = RedbStore::open(&path).unwrap();
        assert!(
            matches!(store.execute(&request(1), &mut |_| both()), Ok(Executed::Repeated(keys)) if keys.len() == 1)
        );
        let head = store.heads().unwrap();
        let report = store.verify(&head).unwrap();
        assert_eq!(
            (report.records, report.entries, report.problems.len()),
            (1, 2, 0)
        );
        let longer = Head {
            sequence: 3,
            ..head[0].clone()
        };
        assert_eq!(store.verify(&[longer]).unwrap().problems.len(), 1);
        let rows = store.rows().unwrap();
        assert_eq!(rows.count(Kind::Supplier), Ok(1));
        let Ok(Some(AnyRecord::Supplier(one))) = rows.get(Kind::Supplier, &Code::composed("V1"))
        else {
            panic!()
        };
        assert_eq!(one.name, "李某某");
        let mut seen = Vec::new();
        store
            .entries(&Code::composed("street"), 0, &mut |e| {
                seen.push(e);
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(seen.iter().map(|e| e.sequence).collect::<Vec<_>>(), [1, 2]);
        let name = seen[1].changes.iter().find(|c| c.column == "name").unwrap();
        assert_eq!(
            (name.before.as_deref(), name.after.as_deref()),
            (Some("王某某"), Some("李某某"))
        );
        let journal = store.snapshot().unwrap();
        journal
            .walk(Table::Journal, &[], &mut |_, v| {
                assert!(!v.windows(9).any(|w| w == "李某某".as_bytes()));
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
    }

    #[test]
    fn a_refused_command_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = RedbStore::create(&folder.path().join("a.redb")).unwrap();
        let refusal = super::super::Refusal::new("invalid", both!(zh: "不", en: "no"));
        let done = store.execute(&request(1), &mut |_| Err(refusal.clone().into()));
        assert_eq!(done, Ok(Executed::Refused(refusal.clone())));
        assert_eq!(
            (store.result(RequestId(1)), store.heads()),
            (Ok(None), Ok(vec![]))
        );
    }

    #[test]
    fn opening_says_why_it_can_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.redb");
        assert!(RedbStore::open(&path).is_err_and(|e| e.said().en.contains("there is no store")));
        std::fs::write(&path, "hello, this is no store").unwrap();
        assert!(
            RedbStore::open(&path).is_err_and(|e| e.said().en.contains("is not a matchdesk store"))
        );
        assert!(RedbStore::create(&path).is_err_and(|e| e.said().en.contains("exists already")));
        assert!(RedbStore::open(folder.path()).is_err());
    }
}
