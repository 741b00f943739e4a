//! tantivy: a term for each category, tier of radius and cell; half hours, sex and number as fast fields.

use std::path::Path;

use matchdesk::domain::{Sex, Status};
use tantivy::columnar::Column;
use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema};
use tantivy::{DocSet, IndexWriter, Searcher, TERMINATED, TantivyDocument, Term};

use crate::worlds::Done;
use crate::{Ask, Engine, TIERS, World, cell, cells, tier};

/// A segment's fast fields: the supplier's number, sexes, the half hours of each day.
struct Fast {
    number: Column<u64>,
    sexes: Column<u64>,
    days: Vec<Column<u64>>,
}

/// An index of one segment.
pub struct Tantivy {
    searcher: Searcher,
    place: Field,
    fast: Vec<Fast>,
}

fn sexes(sex: Option<Sex>) -> u64 {
    match sex {
        Some(Sex::Male) => 1,
        Some(Sex::Female) => 2,
        Some(Sex::Any) => 3,
        None => 0,
    }
}

fn place_of(category: u32, tier: usize, row: i32, column: i32) -> String {
    format!("{category}/{tier}/{row}/{column}")
}

impl Tantivy {
    /// Makes the index; tells its bytes on the disk.
    pub fn make(world: &World, folder: &Path) -> Done<(Self, usize)> {
        let folder = folder.join("tantivy");
        std::fs::create_dir(&folder)?;
        let mut schema = Schema::builder();
        let place = schema.add_text_field("place", STRING);
        let number = schema.add_u64_field("number", FAST);
        let sex = schema.add_u64_field("sexes", FAST);
        let days: Vec<Field> = (0..7)
            .map(|day| schema.add_u64_field(&format!("d{day}"), FAST))
            .collect();
        let index = tantivy::Index::create_in_dir(&folder, schema.build())?;
        // One thread and much room: one segment.
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 1_000_000_000)?;
        for (s, (r, point)) in (0_u64..).zip(world.suppliers.iter().zip(&world.points)) {
            if r.status != Status::Active {
                continue;
            }
            let tier = tier(r, *point);
            let far = tier == TIERS.len();
            let at = point.filter(|_| !far);
            let (row, column) = at.map_or((0, 0), |at| (cell(at.lat), cell(at.lon)));
            let mut document = TantivyDocument::new();
            for own in &r.skills {
                if let Some(category) = world.categories.get(&own.category) {
                    document.add_text(place, place_of(*category, tier, row, column));
                    // For what needs no journey.
                    document.add_text(place, category.to_string());
                }
            }
            document.add_u64(number, s);
            document.add_u64(sex, sexes(r.sex));
            for (field, hours) in days.iter().zip(r.availability.0) {
                document.add_u64(*field, hours);
            }
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let searcher = index.reader()?.searcher();
        let mut fast = Vec::new();
        for segment in searcher.segment_readers() {
            let fields = segment.fast_fields();
            fast.push(Fast {
                number: fields.u64("number")?,
                sexes: fields.u64("sexes")?,
                days: (0..7)
                    .map(|day| fields.u64(&format!("d{day}")))
                    .collect::<Result<_, _>>()?,
            });
        }
        let mut bytes = 0;
        for file in std::fs::read_dir(&folder)? {
            bytes += usize::try_from(file?.metadata()?.len())?;
        }
        Ok((
            Self {
                searcher,
                place,
                fast,
            },
            bytes,
        ))
    }

    fn terms(&self, ask: &Ask) -> Vec<Term> {
        let term = |text: String| Term::from_field_text(self.place, &text);
        let mut all = Vec::new();
        for category in &ask.categories {
            let Some(from) = ask.from.filter(|_| !ask.remote) else {
                all.push(term(category.to_string()));
                continue;
            };
            all.push(term(place_of(*category, TIERS.len(), 0, 0)));
            for (tier, km) in TIERS.iter().enumerate() {
                let ([south, west], [north, east]) = cells(from, *km);
                for row in south..=north {
                    for column in west..=east {
                        all.push(term(place_of(*category, tier, row, column)));
                    }
                }
            }
        }
        all.sort_unstable();
        all
    }
}

impl Engine for Tantivy {
    fn eligible(&mut self, world: &World, ask: &Ask) -> Done<Vec<u32>> {
        let (terms, hours) = (self.terms(ask), ask.hours());
        let wanted = match ask.need.sex {
            Some(sex @ (Sex::Male | Sex::Female)) => sexes(Some(sex)),
            _ => 0,
        };
        let mut found = Vec::new();
        for (segment, fast) in self.searcher.segment_readers().iter().zip(&self.fast) {
            let inverted = segment.inverted_index(self.place)?;
            for term in &terms {
                let Some(mut postings) = inverted.read_postings(term, IndexRecordOption::Basic)?
                else {
                    continue;
                };
                let mut document = postings.doc();
                while document != TERMINATED {
                    let has = |column: &Column<u64>| column.first(document).unwrap_or_default();
                    if hours
                        .iter()
                        .all(|(day, taken)| has(&fast.days[*day]) & taken == *taken)
                        && (wanted == 0 || has(&fast.sexes) & wanted != 0)
                    {
                        let s = u32::try_from(has(&fast.number))?;
                        if ask.lets(s, &world.suppliers[s as usize], world.points[s as usize]) {
                            found.push(s);
                        }
                    }
                    document = postings.advance();
                }
            }
        }
        Ok(found)
    }
}
