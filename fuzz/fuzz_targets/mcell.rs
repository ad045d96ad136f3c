#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lifelab_fuzz::read_pattern("mcl", bytes));
