//! Random numbers that depend on the site alone, so that every stepper draws the same ones.

use lifelab_core::{Phase, Site, seeded};

/// What a number is drawn for. Each purpose has numbers of its own, so that, say, slow cells are
/// not the failing ones.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// A latency, or the first of its two numbers.
    Latency,
    /// The second number of a latency that needs two.
    SecondOfLatency,
    /// The fault with this index in its list.
    Fault(usize),
    /// The jitter of a backoff.
    Backoff,
}

/// A number in [0, 1).
#[inline]
pub(crate) fn unit(seed: u64, site: Site, purpose: Purpose) -> f64 {
    Draws::new(seed, site.generation).unit(site, purpose)
}

/// The numbers of a generation: the hash of what its sites have in common.
#[derive(Clone, Copy)]
pub(crate) struct Draws(u64);

impl Draws {
    #[inline]
    pub(crate) fn new(seed: u64, generation: u64) -> Self {
        Self(seeded::hash(&[seed, generation]))
    }

    /// A number in [0, 1), for a site of this generation.
    #[inline]
    pub(crate) fn unit(self, site: Site, purpose: Purpose) -> f64 {
        seeded::unit(self.hash(site, purpose))
    }

    #[inline]
    fn hash(self, site: Site, purpose: Purpose) -> u64 {
        let phase = match site.phase {
            Phase::Neighbors => 0,
            Phase::Rule => 1,
        };
        // Negative coordinates as two's complement: the others are what they are without a sign.
        let place = [site.at.x as u64, site.at.y as u64, phase, site.attempt.into()];
        let place = place.into_iter().fold(self.0, seeded::mix);
        // Hashing the hash of the place with the purpose costs one round more, and keeps the
        // latencies what they are documented to be.
        match purpose {
            Purpose::Latency => place,
            Purpose::SecondOfLatency => seeded::hash(&[place, 1]),
            Purpose::Backoff => seeded::hash(&[place, 2]),
            Purpose::Fault(index) => seeded::hash(&[place, 3, index as u64]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use lifelab_core::{Cell, Position};

    use super::*;

    #[test]
    fn everything_about_a_site_and_the_purpose_matters() {
        let site = Site::new(1, Cell::new(2, 3), Phase::Rule);
        let sites = [
            (0, site),
            (1, site),
            (0, Site { generation: 2, ..site }),
            (0, Site { at: Position::new(3, 2), ..site }),
            (0, Site { at: Position::new(-2, 3), ..site }),
            (0, Site { at: Position::new(2, -3), ..site }),
            (0, Site { phase: Phase::Neighbors, ..site }),
            (0, Site { attempt: 1, ..site }),
        ];
        let purposes = [
            Purpose::Latency,
            Purpose::SecondOfLatency,
            Purpose::Backoff,
            Purpose::Fault(0),
            Purpose::Fault(1),
        ];
        let numbers: HashSet<u64> = (sites.iter())
            .flat_map(|&(seed, site)| {
                purposes.map(|purpose| Draws::new(seed, site.generation).hash(site, purpose))
            })
            .collect();
        assert_eq!(numbers.len(), sites.len() * purposes.len());
    }

    #[test]
    fn a_latency_is_drawn_from_the_documented_words() {
        let site = Site { attempt: 6, ..Site::new(2, Cell::new(3, 4), Phase::Rule) };
        let expected = seeded::unit(seeded::hash(&[1, 2, 3, 4, 1, 6]));
        assert_eq!(unit(1, site, Purpose::Latency), expected);
    }
}
