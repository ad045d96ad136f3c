//! Asking for memory before it is needed.
//!
//! The crate `fearless_simd` makes the instruction safe to call, given a token that the processor has it.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod instruction {
    #[cfg(target_arch = "x86")]
    use std::arch::x86::{_MM_HINT_T0, _mm_prefetch};
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

    use fearless_simd::Sse2;

    /// The right to ask.
    pub(super) type Token = Sse2;

    pub(super) fn token() -> Option<Token> {
        fearless_simd::Level::new().as_sse2()
    }

    fearless_simd::kernel!(
        #[inline(always)]
        pub(super) fn prefetch(token: Sse2, address: *const i8) {
            _mm_prefetch::<_MM_HINT_T0>(address);
        }
    );
}

/// Elsewhere the processor has to look ahead by itself.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
mod instruction {
    #[derive(Clone, Copy, Debug)]
    pub(super) enum Token {}

    pub(super) fn token() -> Option<Token> {
        None
    }

    pub(super) fn prefetch(token: Token, _address: *const i8) {
        match token {}
    }
}

/// Asks for memory, if the processor has an instruction for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefetch {
    token: Option<instruction::Token>,
}

impl Prefetch {
    pub(crate) fn new() -> Self {
        Self { token: instruction::token() }
    }

    /// Asks for the cache line in which an item begins. It changes nothing but the time that a later look
    /// takes, and may be asked of items that do not exist.
    #[inline(always)]
    pub(crate) fn of<T>(self, items: &[T], index: usize) {
        if let Some(token) = self.token {
            instruction::prefetch(token, items.as_ptr().wrapping_add(index).cast());
        }
    }
}
