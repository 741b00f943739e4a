//! Chance that falls the same way on every machine: `ChaCha8` and whole numbers only.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of chance. Each part of the data has a stream of its own, so that one part can grow without moving the others.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of a seed and a stream.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        for (place, byte) in key
            .iter_mut()
            .zip(seed.to_le_bytes().into_iter().chain(stream.to_le_bytes()))
        {
            *place = byte;
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 0 to before `n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(n);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// An index below `n`, the same likely.
    pub(super) fn index(&mut self, n: usize) -> usize {
        self.below(u32::try_from(n).unwrap_or(u32::MAX)) as usize
    }

    /// An index below `n`, early ones the more likely.
    pub(super) fn early(&mut self, n: usize) -> usize {
        self.index(n).min(self.index(n))
    }

    /// `from` to `to`, both included.
    pub(super) fn between(&mut self, from: i32, to: i32) -> i32 {
        let span = to.saturating_sub(from).max(0).unsigned_abs();
        from.saturating_add_unsigned(self.below(span.saturating_add(1)))
    }

    /// Between `-spread` and `spread`, the middle the most likely.
    pub(super) fn bell(&mut self, spread: i32) -> i32 {
        let third = spread / 3;
        (0..3).map(|_| self.between(-third, third)).sum()
    }

    /// True `share` times in a thousand.
    pub(super) fn permille(&mut self, share: u32) -> bool {
        self.below(1000) < share
    }

    /// One of `items`, which are not empty.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// An index, as likely as its weight.
    pub(super) fn weighted(&mut self, weights: &Weights) -> usize {
        let mark = self.below(weights.total());
        weights.0.partition_point(|sum| *sum <= mark)
    }

    /// An index into a short list of weights.
    pub(super) fn share(&mut self, weights: &[u32]) -> usize {
        let mut mark = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if mark < *weight {
                return index;
            }
            mark -= weight;
        }
        0
    }
}

/// Weights of a long list, summed up.
#[derive(Clone)]
pub(super) struct Weights(Vec<u32>);

impl Weights {
    /// Sums the weights up.
    pub(super) fn new(weights: impl IntoIterator<Item = u32>) -> Self {
        let sums = weights.into_iter().scan(0, |sum: &mut u32, weight| {
            *sum = sum.saturating_add(weight);
            Some(*sum)
        });
        Self(sums.collect())
    }

    fn total(&self) -> u32 {
        self.0.last().copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_falls_the_same_way_and_another_stream_differs() {
        let throw = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            (0..20).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(throw(7, 1), throw(7, 1));
        assert_ne!(throw(7, 1), throw(7, 2));
        assert_ne!(throw(7, 1), throw(8, 1));
    }

    #[test]
    fn what_has_no_weight_never_comes_up() {
        let mut dice = Dice::new(1, 1);
        let weights = Weights::new([0, 3, 0, 1, 0]);
        for _ in 0..500 {
            assert!([1, 3].contains(&dice.weighted(&weights)));
            assert!([1, 2].contains(&dice.share(&[0, 1, 5, 0])));
            assert!((-4..=9).contains(&dice.between(-4, 9)));
        }
    }
}
