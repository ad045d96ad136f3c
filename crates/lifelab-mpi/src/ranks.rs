//! The processes of a job, and what they tell each other.

use std::thread;
use std::time::Duration;

use mpi::collective::SystemOperation;
use mpi::datatype::PartitionMut;
use mpi::topology::{Color, SimpleCommunicator};
use mpi::traits::{Communicator, CommunicatorCollectives, Equivalence, Root};

use crate::failure::Failure;

/// The processes of a job, numbered from 0, and which one this is.
///
/// All methods but those that only say who this is are *collective*.
pub struct Ranks {
    world: SimpleCommunicator,
}

impl Ranks {
    /// The ranks of a communicator.
    pub fn new(world: SimpleCommunicator) -> Self {
        Self { world }
    }

    /// Which one this is.
    pub fn rank(&self) -> u32 {
        self.world.rank() as u32
    }

    /// How many there are.
    pub fn size(&self) -> u32 {
        self.world.size() as u32
    }

    /// Whether this is the one that prints.
    pub fn is_first(&self) -> bool {
        self.rank() == 0
    }

    /// The communicator.
    pub(crate) fn world(&self) -> &SimpleCommunicator {
        &self.world
    }

    /// The first `count` ranks as ranks of their own; `None` on the others.
    pub fn first(&self, count: u32) -> Option<Self> {
        let is_one = self.rank() < count;
        let color = if is_one { Color::with_value(0) } else { Color::undefined() };
        self.world.split_by_color(color).map(Self::new)
    }

    /// How many ranks run on this machine.
    pub fn on_this_machine(&self) -> u32 {
        self.world.split_shared(0).size() as u32
    }

    /// Sums over all ranks, number by number.
    pub fn sum<const N: usize>(&self, numbers: [u64; N]) -> [u64; N] {
        self.reduce(numbers, SystemOperation::sum())
    }

    /// The largest over all ranks, number by number.
    pub fn max<const N: usize>(&self, numbers: [i64; N]) -> [i64; N] {
        self.reduce(numbers, SystemOperation::max())
    }

    fn reduce<T: Equivalence + Default + Copy, const N: usize>(
        &self,
        numbers: [T; N],
        operation: SystemOperation,
    ) -> [T; N] {
        let mut all = [T::default(); N];
        self.world.all_reduce_into(&numbers[..], &mut all[..], operation);
        all
    }

    /// The numbers of all ranks, in their order.
    pub fn gather<T: Equivalence + Default + Copy, const N: usize>(
        &self,
        numbers: [T; N],
    ) -> Vec<[T; N]> {
        let mut all = vec![T::default(); N * self.size() as usize];
        self.world.all_gather_into(&numbers[..], &mut all[..]);
        all.chunks_exact(N).map(|chunk| chunk.try_into().expect("chunks of N")).collect()
    }

    /// The texts of all ranks, in their order, on the first one; nothing on others.
    pub fn gather_texts(&self, text: &str) -> Vec<String> {
        let lengths = self.gather([text.len() as i32]);
        let root = self.world.process_at_rank(0);
        if !self.is_first() {
            root.gather_varcount_into(text.as_bytes());
            return Vec::new();
        }
        let lengths: Vec<i32> = lengths.into_iter().map(|[length]| length).collect();
        let starts: Vec<i32> = (lengths.iter())
            .scan(0, |next, length| Some(std::mem::replace(next, *next + length)))
            .collect();
        let mut bytes = vec![0_u8; lengths.iter().sum::<i32>() as usize];
        let mut parts = PartitionMut::new(&mut bytes[..], &lengths[..], &starts[..]);
        root.gather_varcount_into_root(text.as_bytes(), &mut parts);
        let place = |(&start, &length): (&i32, &i32)| start as usize..(start + length) as usize;
        let text = |range| String::from_utf8_lossy(&bytes[range]).into_owned();
        starts.iter().zip(&lengths).map(place).map(text).collect()
    }

    /// Bytes that one rank has and all others are told.
    pub fn broadcast(&self, from: u32, bytes: &[u8]) -> Vec<u8> {
        let root = self.world.process_at_rank(from as i32);
        let mut length = bytes.len() as u64;
        root.broadcast_into(&mut length);
        let mut all = bytes.to_vec();
        all.resize(length as usize, 0);
        if !all.is_empty() {
            root.broadcast_into(&mut all[..]); // Some libraries refuse a message of nothing.
        }
        all
    }

    /// Waits until all ranks have come as far, and leaves the processor to those that have not.
    pub fn rest(&self) {
        let mut pending = self.world.immediate_barrier();
        while let Err(still) = pending.test() {
            pending = still;
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Makes one outcome of those of all ranks: a failure, if there is any, is that of the lowest rank
    /// that failed, and all ranks have it.
    ///
    /// # Errors
    /// If any rank's outcome is one.
    pub fn agree<T>(&self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        let mine = match outcome {
            Ok(_) => i64::MIN,
            Err(_) => -i64::from(self.rank()),
        };
        let [first] = self.max([mine]);
        if first == i64::MIN {
            return outcome;
        }
        let first = (-first) as u32;
        let text = match &outcome {
            Err(failure) if first == self.rank() => {
                let failure = failure.clone().on_rank(first);
                serde_json::to_vec(&failure).expect("a failure is plain data")
            }
            _ => Vec::new(),
        };
        let text = self.broadcast(first, &text);
        Err(serde_json::from_slice(&text).expect("what a rank of this program has written"))
    }
}
