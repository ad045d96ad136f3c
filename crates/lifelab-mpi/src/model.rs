//! What a job should take, from a few figures of its machines.

use std::time::Instant;

use mpi::topology::Communicator;
use mpi::traits::{Destination, Source};

use crate::ranks::Ranks;

/// Rows of halo for which nothing is computed twice: the generations of a hop.
const HOP: f64 = 24.0;

/// A network between ranks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Network {
    /// Seconds that a small message takes.
    pub latency: f64,
    /// Bytes per second of a large one.
    pub bandwidth: f64,
}

/// What a generation should take. `docs/scaling.md` derives it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Model {
    /// Cells per second that a rank computes with all its threads.
    pub cells_per_second: f64,
    /// The network; `None` for a rank alone.
    pub network: Option<Network>,
}

impl Model {
    /// Seconds of a generation in which a rank computes, with halos of `halo` rows.
    pub fn computing(&self, width: u32, height: u32, ranks: u32, halo: u32) -> f64 {
        let (width, height, ranks) = (f64::from(width), f64::from(height), f64::from(ranks));
        let twice = (f64::from(halo) - HOP).max(0.0) * ranks / height;
        width * height / (ranks * self.cells_per_second) * (1.0 + twice)
    }

    /// Seconds of a generation in which messages travel.
    pub fn traveling(&self, width: u32, halo: u32) -> f64 {
        let halo = f64::from(halo);
        let bytes = halo * f64::from(width) / 8.0;
        let message = |network: Network| network.latency + bytes / network.bandwidth;
        self.network.map_or(0.0, |network| 2.0 * message(network) / halo)
    }

    /// Seconds of a generation: the messages are hidden while they take less than the cells.
    pub fn generation(&self, width: u32, height: u32, ranks: u32, halo: u32) -> f64 {
        self.computing(width, height, ranks, halo).max(self.traveling(width, halo))
    }
}

impl Network {
    /// Measures it between the first and the last rank; `None` if they are one. Collective.
    pub fn measure(ranks: &Ranks) -> Option<Self> {
        let last = ranks.size() - 1;
        if last == 0 {
            return None;
        }
        let nanoseconds = |bytes: usize, times: u32| {
            let took = bounce(ranks, last, bytes, times);
            ranks.sum([if ranks.is_first() { took } else { 0 }])[0] as f64
        };
        nanoseconds(1, 10); // The first message opens connections.
        let latency = nanoseconds(1, 100) / 1e9;
        let bandwidth = LARGE as f64 / (nanoseconds(LARGE, 10) / 1e9 - latency).max(1e-9);
        Some(Self { latency, bandwidth })
    }
}

/// Bytes of a message that takes long for its size.
const LARGE: usize = 1 << 20;

/// Nanoseconds that a message takes one way; of use on the first rank and on the last.
fn bounce(ranks: &Ranks, last: u32, bytes: usize, times: u32) -> u64 {
    let mut message = vec![0_u8; bytes];
    let here = ranks.rank();
    let start = Instant::now();
    if here == 0 || here == last {
        let peer = ranks.world().process_at_rank(if here == 0 { last as i32 } else { 0 });
        for _ in 0..times {
            if here == 0 {
                peer.send(&message[..]);
                peer.receive_into(&mut message[..]);
            } else {
                peer.receive_into(&mut message[..]);
                peer.send(&message[..]);
            }
        }
    }
    (start.elapsed() / (2 * times)).as_nanos() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: Model =
        Model { cells_per_second: 1e9, network: Some(Network { latency: 1e-4, bandwidth: 1e8 }) };

    #[test]
    fn ranks_share_the_cells() {
        let one = MODEL.computing(1000, 48_000, 1, 24);
        assert!((one - 0.048).abs() < 1e-9);
        assert!((MODEL.computing(1000, 48_000, 8, 24) - one / 8.0).abs() < 1e-9);
        // 24 rows more on each of 8 ranks with 6,000.
        let twice = MODEL.computing(1000, 48_000, 8, 48) / (one / 8.0);
        assert!((twice - 1.004).abs() < 1e-9, "{twice}");
    }

    #[test]
    fn a_generation_takes_the_longer_of_both() {
        // 24 rows of 8,000 bytes: 0.24 ms and a latency of 0.1 ms, each way, for 24 generations.
        let traveling = MODEL.traveling(64_000, 24);
        assert!((traveling - 2.0 * (1e-4 + 1.92e-3) / 24.0).abs() < 1e-9, "{traveling}");
        let few_rows = MODEL.generation(64_000, 48, 2, 24);
        assert!((few_rows - MODEL.computing(64_000, 48, 2, 24)).abs() < 1e-12);
        let slow = Model { network: Some(Network { latency: 1.0, bandwidth: 1e8 }), ..MODEL };
        assert!(slow.generation(64_000, 48, 2, 24) > 2.0 / 24.0);
    }
}
