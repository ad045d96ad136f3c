//! How much a pattern may take.

/// How much text and memory reading a pattern may take. What would exceed a limit is an error before
/// it is taken, so that no input, however hostile, exhausts the machine.
///
/// ```
/// let small = lifelab_patterns::Limits { memory_bytes: 1 << 20, ..Default::default() };
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The longest text, in bytes: of the file, and again after decompression.
    pub text_bytes: u64,
    /// The memory for the cells of a pattern, and as much again for its name, author and comments, in
    /// bytes. A dense soup takes little more than a bit per cell, a lone cell 32 bytes, and twice that
    /// if cells come out of order; while their tables grow, they may have as much spare room again.
    /// A distinct square of a macrocell takes 40 bytes. A short comment takes 80 bytes.
    pub memory_bytes: u64,
}

/// 1 GiB each.
impl Default for Limits {
    fn default() -> Self {
        Self { text_bytes: 1 << 30, memory_bytes: 1 << 30 }
    }
}
