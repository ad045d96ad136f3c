#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| lifelab_fuzz::read_scenario(text));
