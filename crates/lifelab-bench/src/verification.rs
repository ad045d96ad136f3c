//! Whether what a process has computed is right.

use lifelab::IoSpec;
use lifelab::core::OnFault;
use lifelab::core::number::counted;

use crate::oracle::Oracle;

/// The last generation of a round, as the process that measured it tells of it.
pub(crate) struct Claim<'a> {
    pub(crate) generation: u64,
    pub(crate) state_hash: &'a str,
    /// Cells that kept their states because their I/O failed, in all generations together.
    pub(crate) kept: u64,
}

/// What the oracle says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Right,
    /// Another state than the right one, which has this hash.
    Wrong {
        expected: String,
    },
    /// The oracle cannot know: why.
    Unknown(String),
}

/// Judges a claim about a universe whose cells do this, or wait for an I/O of the caller's own.
pub(crate) fn judge(claim: &Claim<'_>, oracle: &mut Oracle, io: &IoSpec, is_own: bool) -> Verdict {
    let keeps = io.on_fault == OnFault::Keep;
    let is_certain = io.is_certain() && !is_own;
    // What is not certain has not happened if no cell kept its state.
    let can_fail = keeps && if is_certain { !io.faults.is_empty() } else { claim.kept > 0 };
    let expected = oracle.hash(claim.generation, can_fail.then_some(io)).to_string();
    if claim.state_hash == expected {
        Verdict::Right
    } else if can_fail && !is_certain {
        Verdict::Unknown(unknown(claim.kept, io, is_own))
    } else {
        Verdict::Wrong { expected }
    }
}

fn unknown(kept: u64, io: &IoSpec, is_own: bool) -> String {
    let why = match io.timeout {
        _ if is_own => "only the I/O of the caller's own knows which of its calls fail",
        Some(_) => "time decides which waits are longer than their timeout",
        None => "only the service knows which of its answers fail",
    };
    format!("not verified: {} kept the state after a fault, and {why}", counted(kept, "cell"))
}

#[cfg(test)]
mod tests {
    use lifelab::core::Rule;
    use lifelab::{Grid, Topology};

    use crate::universe::Universe;

    use super::*;

    fn oracle() -> Oracle {
        let start: Grid = ".....\n.....\n.OOO.\n.....\n.....".parse().unwrap();
        Oracle::new(&Universe { start, rule: Rule::LIFE, topology: Topology::Plane, generation: 0 })
    }

    fn verdict(state_hash: &str, kept: u64, io: &str, is_own: bool) -> Verdict {
        let claim = Claim { generation: 1, state_hash, kept };
        judge(&claim, &mut oracle(), &io.parse().unwrap(), is_own)
    }

    #[test]
    fn only_what_time_or_others_decide_is_unknown() {
        let plain = oracle().hash(1, None).to_string();
        let io: IoSpec = "none error@1:(1,2) on_fault:keep".parse().unwrap();
        let struck = oracle().hash(1, Some(&io)).to_string();
        let wrong = |expected: &str| Verdict::Wrong { expected: expected.to_owned() };
        for (found, kept, io, is_own, expected) in [
            // Certain: there is one right state, whatever the process says of its cells.
            (&plain, 0, "sleep:1ms", false, Verdict::Right),
            (&struck, 0, "sleep:1ms", false, wrong(&plain)),
            (&struck, 1, "none error@1:(1,2) on_fault:keep", false, Verdict::Right),
            (&plain, 0, "none error@1:(1,2) on_fault:keep", false, wrong(&struck)),
            (&plain, 0, "none error@1:(1,2)", false, Verdict::Right),
            // Uncertain: right if no cell kept its state, or those that were to.
            (&plain, 0, "sleep:1ms timeout:1s on_fault:keep", false, Verdict::Right),
            (&struck, 0, "sleep:1ms timeout:1s on_fault:keep", false, wrong(&plain)),
            (&struck, 1, "sleep:1ms error@1:(1,2) timeout:1s on_fault:keep", false, Verdict::Right),
        ] {
            assert_eq!(verdict(found, kept, io, is_own), expected, "{io}");
        }
        for (io, is_own, says) in [
            ("sleep:1ms timeout:1s on_fault:keep", false, "1 cell kept"),
            ("sleep:1ms timeout:1s on_fault:keep", false, "time decides"),
            ("socket:1ms on_fault:keep", false, "the service"),
            ("sleep:1ms on_fault:keep", true, "the caller's own"),
        ] {
            match verdict(&struck, 1, io, is_own) {
                Verdict::Unknown(why) => assert!(why.contains(says), "{why}"),
                other => panic!("{io}: {other:?}"),
            }
        }
    }
}
