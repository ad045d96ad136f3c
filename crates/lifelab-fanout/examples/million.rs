//! What does a wait cost? DelayQueue many times at once, in one task, and tells how long it took and
//! how much of a processor it took.
//!
//! `cargo run --release -p lifelab-fanout --example million [SLEEPS [MILLISECONDS]]`
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::time::{Duration, Instant};

use lifelab_fanout::{Clock, FanOut, Sleep};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |default: &str| arguments.next().unwrap_or(default.to_owned());
    let sleeps: u64 = argument("1000000").parse()?;
    let latency = Duration::from_millis(argument("10").parse()?);
    let clock = Clock::start()?;
    for _ in 0..5 {
        let (start, mut busy) = (Instant::now(), Duration::ZERO);
        let mut fan_out = FanOut::new(&clock);
        let (mut pushed, mut ended) = (0, 0);
        while ended < sleeps {
            let turn = Instant::now();
            while pushed < sleeps && fan_out.fresh() < 512 {
                fan_out.push(Sleep::new(latency));
                pushed += 1;
            }
            fan_out.turn(|()| ended += 1).await;
            busy += turn.elapsed();
            tokio::task::yield_now().await;
        }
        println!("{:.1?}, {:.1?} in turns", start.elapsed(), busy);
    }
    Ok(())
}
