//! The decisions that wait, in one transaction: rows, index rows, journal, side rows and results together, or nothing.

use redb::{AccessGuard, Database, ReadableTable, Table, WriteTransaction};

use super::bulk;
use super::drafts::Change;
use super::read::View;
use super::{COUNTS, HEADS, JOURNAL, LINKS, PERSONAL, RECORDS, RESULT_ORDER, RESULTS, any, drafts};
use crate::both;
use crate::domain::kinds::Word;
use crate::domain::{Code, Event, Kind, Note};
use crate::store::journal::{self, Hash, Prepared, START, Stored, Veil};
use crate::store::tables::{after, entry_key, links, record_key, side_key};
use crate::store::{Executed, Job, Refusal, Request, RequestId, StoreError, Undecided, codec};

/// Results that are remembered: a lost answer is asked for within minutes.
const REMEMBERED: u64 = 10_000;
/// Entries of one command that a result names; an import's are asked for by nobody.
pub(super) const NAMED: usize = 64;

pub(super) type Key = &'static [u8];

/// Decides and writes commands in one transaction.
pub(super) fn execute(
    db: &Database,
    veil: &Veil,
    jobs: &mut [Job<'_>],
) -> Result<Vec<Executed>, StoreError> {
    let transaction = db.begin_write().map_err(any)?;
    let mut executed = Vec::with_capacity(jobs.len());
    let mut wrote = false;
    for job in jobs {
        let mut done = execute_one(&transaction, veil, job, &mut wrote)?;
        if let (Executed::Done(events), Some(draft)) = (&done, job.draft)
            && events.is_empty()
        {
            match drafts::change(&transaction, &job.request.who, draft)? {
                Change::Written => wrote = true,
                Change::Nothing => {}
                Change::Refused(refusal) => done = Executed::Refused(refusal),
            }
        }
        executed.push(done);
    }
    if !wrote {
        transaction.abort().map_err(any)?;
        return Ok(executed);
    }
    transaction.commit().map_err(|error| {
        let error = redb::Error::from(error);
        StoreError::Unknown(both!(
            zh: "写入时出错（{error}），不知道是否已保存；请检查磁盘，然后查看",
            en: "the write failed ({error}) and it is not known whether it was kept; check the disk, and look"
        ))
    })?;
    Ok(executed)
}

fn execute_one(
    transaction: &WriteTransaction,
    veil: &Veil,
    job: &mut Job<'_>,
    wrote: &mut bool,
) -> Result<Executed, StoreError> {
    let view = || -> Result<_, StoreError> {
        Ok(View {
            records: transaction.open_table(RECORDS).map_err(any)?,
            links: transaction.open_table(LINKS).map_err(any)?,
            counts: transaction.open_table(COUNTS).map_err(any)?,
        })
    };
    let allowed = (job.allow)(&view()?);
    if allowed.is_ok()
        && let Some(before) = read_result(
            &transaction.open_table(RESULTS).map_err(any)?,
            job.request.id,
        )?
    {
        if before.who != job.request.who || before.what != job.what {
            return Ok(Executed::Refused(used_before()));
        }
        let again = Again {
            records: transaction.open_table(RECORDS).map_err(any)?,
            journal: transaction.open_table(JOURNAL).map_err(any)?,
            personal: transaction.open_table(PERSONAL).map_err(any)?,
        };
        return Ok(Executed::Repeated(again.events(&before.places)?));
    }
    let decided = match allowed {
        Ok(()) => (job.decide)(&view()?),
        Err(undecided) => Err(undecided),
    };
    let decision = match decided {
        Ok(decision) => decision,
        Err(Undecided::Refused(refusal)) => return Ok(Executed::Refused(refusal)),
        Err(Undecided::Denied(refusal, notes)) => {
            if !notes.is_empty() {
                let mut writer = Writer::new(transaction)?;
                for note in &notes {
                    writer.note(note, &job.request)?;
                }
                // Not remembered under its id: who may do it later may ask again.
                writer.finish()?;
                *wrote = true;
            }
            return Ok(Executed::Refused(refusal));
        }
        Err(Undecided::Failed(error)) => return Ok(Executed::Failed(error)),
    };
    if !decision.is_empty() {
        let mut writer = Writer::new(transaction)?;
        writer.write_all(&decision.events, veil, &job.request)?;
        for note in &decision.notes {
            writer.note(note, &job.request)?;
        }
        writer.remember(&job.request, job.what)?;
        writer.finish()?;
        drafts::forget(transaction, &job.request.who, job.request.id)?;
        *wrote = true;
    }
    Ok(Executed::Done(decision.events))
}

/// From how many events on they are written together.
const MANY: usize = 1024;

fn used_before() -> Refusal {
    Refusal::new(
        "invalid",
        both!(
            zh: "这个请求编号已用于别的命令；没有改动",
            en: "the request's id was used for something else; nothing was changed"
        ),
    )
}

/// What is kept of a command that was done. Numbers of fields are never used again.
#[derive(Debug, Default, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub(super) struct Outcome {
    /// Where its entries are in the journal.
    #[n(0)]
    pub places: Vec<Place>,
    /// Who asked.
    #[n(1)]
    pub who: String,
    /// The digest of what was asked for.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub what: Hash,
}

/// What is kept of a command, when one of this id was done.
pub(super) fn read_result(
    results: &impl ReadableTable<Key, Key>,
    id: RequestId,
) -> Result<Option<Outcome>, StoreError> {
    let found = results.get(id.0.to_be_bytes().as_slice()).map_err(any)?;
    // One that can't be read is nobody's, and not done again.
    Ok(found.map(|guard| minicbor::decode(guard.value()).unwrap_or_default()))
}

/// An entry's chain and its number there.
pub(super) type Place = (Code, u64);

/// The tables from which the events of an earlier command are told again.
pub(super) struct Again<T> {
    pub records: T,
    pub journal: T,
    pub personal: T,
}

impl<T: ReadableTable<Key, Key>> Again<T> {
    /// The events of a command, from the places of its entries.
    pub fn events(&self, places: &[Place]) -> Result<Vec<Event>, StoreError> {
        places
            .iter()
            .filter_map(|(chain, sequence)| self.event(chain, *sequence).transpose())
            .collect()
    }

    /// The event of an entry; none when the entry changed no record.
    fn event(&self, chain: &Code, sequence: u64) -> Result<Option<Event>, StoreError> {
        let bytes = self
            .journal
            .get(entry_key(chain.as_str(), sequence).as_slice())
            .map_err(any)?;
        let bytes = bytes.as_ref().map(AccessGuard::value);
        let entry = Stored::read(chain.as_str(), sequence, bytes.unwrap_or_default())?;
        if entry.verb.is_note() {
            return Ok(None);
        }
        let record = self
            .records
            .get(record_key(entry.kind, entry.key.as_str()).as_slice())
            .map_err(any)?;
        let record = record.as_ref().map(AccessGuard::value);
        let now = codec::decode(entry.kind, entry.key.as_str(), record.unwrap_or_default())?;
        let side = self
            .personal
            .get(side_key(entry.kind, entry.key.as_str(), entry.version).as_slice())
            .map_err(any)?
            .map(|guard| minicbor::decode(guard.value()).unwrap_or_default());
        entry.told_again(chain, &now, side.as_ref()).map(Some)
    }
}

pub(super) struct Writer<'t> {
    pub(super) records: Table<'t, Key, Key>,
    pub(super) links: Table<'t, Key, Key>,
    counts: Table<'t, Key, Key>,
    pub(super) journal: Table<'t, Key, Key>,
    heads: Table<'t, Key, Key>,
    pub(super) personal: Table<'t, Key, Key>,
    results: Table<'t, Key, Key>,
    order: Table<'t, Key, Key>,
    /// The chains written to, with their newest entry; flushed at the end.
    pub(super) grown: std::collections::BTreeMap<Code, (u64, Hash)>,
    /// Where this command's first entries are.
    pub(super) places: Vec<Place>,
    pub(super) added: std::collections::BTreeMap<&'static str, u64>,
}

impl<'t> Writer<'t> {
    fn new(transaction: &'t WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            records: transaction.open_table(RECORDS).map_err(any)?,
            links: transaction.open_table(LINKS).map_err(any)?,
            counts: transaction.open_table(COUNTS).map_err(any)?,
            journal: transaction.open_table(JOURNAL).map_err(any)?,
            heads: transaction.open_table(HEADS).map_err(any)?,
            personal: transaction.open_table(PERSONAL).map_err(any)?,
            results: transaction.open_table(RESULTS).map_err(any)?,
            order: transaction.open_table(RESULT_ORDER).map_err(any)?,
            grown: std::collections::BTreeMap::new(),
            places: Vec::new(),
            added: std::collections::BTreeMap::new(),
        })
    }

    fn write_all(
        &mut self,
        events: &[Event],
        veil: &Veil,
        request: &Request,
    ) -> Result<(), StoreError> {
        if events.len() >= MANY
            && let Some(batch) = bulk::Batch::of(events)
        {
            return bulk::write(self, &batch, veil, request);
        }
        events
            .iter()
            .try_for_each(|event| self.write(event, &Prepared::new(event, veil), request))
    }

    fn write(
        &mut self,
        event: &Event,
        prepared: &Prepared,
        request: &Request,
    ) -> Result<(), StoreError> {
        let (kind, key) = (event.after.kind(), event.after.key());
        self.records
            .insert(
                record_key(kind, key.as_str()).as_slice(),
                prepared.value.as_slice(),
            )
            .map_err(any)?;
        let (gone, come) = link_changes(event);
        for gone in gone {
            self.links.remove(gone.as_slice()).map_err(any)?;
        }
        for come in come {
            self.links
                .insert(come.as_slice(), [].as_slice())
                .map_err(any)?;
        }
        if event.before.is_none() {
            *self.added.entry(kind.word()).or_default() += 1;
        }
        self.append(event, prepared, request)
    }

    fn append(
        &mut self,
        event: &Event,
        prepared: &Prepared,
        request: &Request,
    ) -> Result<(), StoreError> {
        let (_, previous) = self.head(&event.chain)?;
        let (kind, key) = (event.after.kind(), event.after.key());
        let version = self.version(event)?;
        if !prepared.side.is_empty() {
            self.personal
                .insert(
                    side_key(kind, key.as_str(), version).as_slice(),
                    prepared.side.as_slice(),
                )
                .map_err(any)?;
        }
        let entry = prepared.told.entry(event, &key, request, previous, version);
        self.chain(&event.chain, entry)
    }

    /// Writes the entry of a deed that changes no record.
    fn note(&mut self, note: &Note, request: &Request) -> Result<(), StoreError> {
        let (_, previous) = self.head(&note.chain)?;
        self.chain(&note.chain, journal::noted(note, request, previous))
    }

    /// Puts an entry at the end of a chain.
    fn chain(&mut self, chain: &Code, (bytes, hash): (Vec<u8>, Hash)) -> Result<(), StoreError> {
        let sequence = self.head(chain)?.0 + 1;
        self.journal
            .insert(
                entry_key(chain.as_str(), sequence).as_slice(),
                bytes.as_slice(),
            )
            .map_err(any)?;
        if self.places.len() < NAMED {
            self.places.push((chain.clone(), sequence));
        }
        self.grown.insert(chain.clone(), (sequence, hash));
        Ok(())
    }

    pub(super) fn head(&self, chain: &Code) -> Result<(u64, Hash), StoreError> {
        if let Some(head) = self.grown.get(chain) {
            return Ok(*head);
        }
        let found = self.heads.get(chain.as_str().as_bytes()).map_err(any)?;
        Ok(found
            .and_then(|guard| read_head(guard.value()))
            .unwrap_or((0, START)))
    }

    /// Of the side row that an event leaves.
    pub(super) fn version(&self, event: &Event) -> Result<u32, StoreError> {
        if event.before.is_none() {
            return Ok(1);
        }
        self.next_version(event.after.kind(), &event.after.key())
    }

    fn next_version(&self, kind: Kind, key: &Code) -> Result<u32, StoreError> {
        let mut prefix = record_key(kind, key.as_str());
        prefix.push(0);
        let end = after(&prefix);
        let mut range = self
            .personal
            .range(prefix.as_slice()..end.as_slice())
            .map_err(any)?;
        let last = range.next_back().transpose().map_err(any)?;
        let number = last.and_then(|(key, _)| {
            key.value()
                .get(prefix.len()..)
                .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())
        });
        Ok(number.map_or(0, u32::from_be_bytes) + 1)
    }

    fn finish(mut self) -> Result<(), StoreError> {
        for (chain, (sequence, hash)) in std::mem::take(&mut self.grown) {
            self.heads
                .insert(
                    chain.as_str().as_bytes(),
                    write_head(sequence, &hash).as_slice(),
                )
                .map_err(any)?;
        }
        for (kind, added) in std::mem::take(&mut self.added) {
            let found = self
                .counts
                .get(kind.as_bytes())
                .map_err(any)?
                .and_then(|guard| <[u8; 8]>::try_from(guard.value()).ok());
            let count = found.map_or(0, u64::from_le_bytes) + added;
            self.counts
                .insert(kind.as_bytes(), count.to_le_bytes().as_slice())
                .map_err(any)?;
        }
        Ok(())
    }

    fn remember(&mut self, request: &Request, what: Hash) -> Result<(), StoreError> {
        let id = request.id;
        let outcome = Outcome {
            places: std::mem::take(&mut self.places),
            who: request.who.clone(),
            what,
        };
        let bytes = minicbor::to_vec(&outcome).unwrap_or_default();
        self.results
            .insert(id.0.to_be_bytes().as_slice(), bytes.as_slice())
            .map_err(any)?;
        let last = self
            .order
            .last()
            .map_err(any)?
            .and_then(|(key, _)| <[u8; 8]>::try_from(key.value()).ok());
        let number = last.map_or(0, u64::from_be_bytes) + 1;
        self.order
            .insert(
                number.to_be_bytes().as_slice(),
                id.0.to_be_bytes().as_slice(),
            )
            .map_err(any)?;
        if number > REMEMBERED {
            let forgotten = self
                .order
                .remove((number - REMEMBERED).to_be_bytes().as_slice())
                .map_err(any)?
                .map(|guard| guard.value().to_vec());
            if let Some(forgotten) = forgotten {
                self.results.remove(forgotten.as_slice()).map_err(any)?;
            }
        }
        Ok(())
    }
}

/// The index rows that an event takes away, and those that it makes.
pub(super) fn link_changes(event: &Event) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut gone = event.before.as_ref().map(links).unwrap_or_default();
    let mut come = links(&event.after);
    come.retain(|link| match gone.iter().position(|old| old == link) {
        Some(at) => {
            gone.swap_remove(at);
            false
        }
        None => true,
    });
    (gone, come)
}

/// A chain's newest entry: its number and hash.
pub(super) fn read_head(bytes: &[u8]) -> Option<(u64, Hash)> {
    let (sequence, hash) = bytes.split_at_checked(8)?;
    Some((
        u64::from_be_bytes(sequence.try_into().ok()?),
        hash.try_into().ok()?,
    ))
}

fn write_head(sequence: u64, hash: &Hash) -> Vec<u8> {
    sequence.to_be_bytes().into_iter().chain(*hash).collect()
}
