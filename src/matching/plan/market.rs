//! What the search for a plan asks, and how it counts what it finds.

/// Needs, their candidates, and who can take what. Needs are numbered in the order given, suppliers as they come up, so
/// that looking one up can't miss.
pub trait Market {
    /// A need's candidate at a place of its ranking, the best at 0, and the score; none beyond its end.
    fn candidate(&self, need: usize, at: usize) -> Option<(usize, f64)>;

    /// Whether a supplier, a candidate for each of these needs, can take all of them together. Who can take some needs
    /// can take any of them alone.
    fn fits(&self, supplier: usize, needs: &[usize]) -> bool;
}

/// What a plan is to fill of a need.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Needs of a higher class are filled before any of a lower one.
    pub class: u8,
    /// Suppliers wanted.
    pub places: usize,
    /// Suppliers that it has whatever else is good, candidates of it; they count among the places.
    pub fixed: Vec<usize>,
}

/// What a place is worth: filling one of a class outweighs everything that lower classes and scores can come to. So the
/// most places of the most urgent needs and the highest sum of scores are the one highest sum of worths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Worth(i128);

/// Bits of a sum of scores, in steps of a billionth: 700,000 places of 100 points.
const SCORES: u32 = 56;
/// Bits of a number of places.
const PLACES: u32 = 16;

impl Worth {
    /// What a place of a class is worth with a supplier of this score.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a score is at most 100; what is none counts as 0"
    )]
    pub fn of(class: u8, score: f64) -> Self {
        let class = u32::from(class.min(3));
        Self((1 << (SCORES + PLACES * class)) + (score * 1e9).round() as i128)
    }
}

impl std::ops::Add for Worth {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Worth {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::iter::Sum for Worth {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| sum + one)
    }
}
