//! The community of the demonstration: Anhuaxili in Anzhen at its real scale, made up.

use std::io;
use std::path::Path;

use chrono::NaiveDate;

use super::dice::Weights;
use super::lives::Mix;
use super::reference::Reference;
use super::story::Tale;
use super::{Blueprint, Size, Summary, write};

/// The community.
const ANHUAXILI: &str = "110105008001";
/// Its street, Anzhen.
const ANZHEN: &str = "110105008";
/// Streets around it from which suppliers come too.
const AROUND: [&str; 4] = ["110105007", "110105009", "110105010", "110105031"];

/// Households of the community.
pub const HOUSEHOLDS: u32 = 3000;
/// The need of the story: an old man who needs a strong male barber every month.
pub const STORY_NEED: &str = "N000001";

/// Open, reopened, matched, done, cancelled, lapsed: 120 in the queue.
const NEEDS: [u32; 6] = [114, 6, 150, 70, 16, 8];

/// Writes the community as it stands on `as_of` into the folder `dir`: 1,200 residents over 60, 900 suppliers, a year of past service (9,000
/// rows) and 120 open needs, with all streets, categories and capabilities. The same for the same day.
///
/// # Errors
/// When a file can't be written.
pub fn community(dir: &Path, as_of: NaiveDate) -> io::Result<Summary> {
    let reference = Reference::load()?;
    let size = Size {
        suppliers: 900,
        residents: 1200,
        needs: NEEDS.iter().sum(),
        services: 9000,
        seed: 110_105_008,
        as_of,
    };
    let mix = Mix {
        counts: NEEDS,
        urgency: [18, 69, 10, 3],
    };
    let home = reference
        .communities
        .iter()
        .find(|one| one.code == ANHUAXILI);
    let blueprint = Blueprint {
        size,
        supplier_homes: supplier_homes(&reference),
        resident_homes: Weights::new(
            reference
                .communities
                .iter()
                .map(|one| u32::from(one.code == ANHUAXILI)),
        ),
        households: Some(HOUSEHOLDS),
        mix,
        tale: home.map(|home| Tale::new(home.at)),
    };
    write(dir, reference, blueprint, &mut |_, _| {})
}

/// Half of the suppliers live in the community, a third elsewhere in the street, the others around it.
fn supplier_homes(reference: &Reference) -> Weights {
    let weight = |code: &str| {
        let street = code.get(..9).unwrap_or_default();
        match code {
            ANHUAXILI => 100,
            _ if street == ANZHEN => 7,
            _ if AROUND.contains(&street) => 1,
            _ => 0,
        }
    };
    Weights::new(reference.communities.iter().map(|one| weight(&one.code)))
}
