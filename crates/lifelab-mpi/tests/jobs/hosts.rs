//! Ranks on two hosts, which are network namespaces, over TCP with a slow link.

use std::process::{Command, Stdio};

use lifelab::Topology;
use nix::unistd::Uid;

use crate::job::{PROGRAM, alone, ended, state_of};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/two-hosts");

/// The hosts, until this is dropped.
struct Hosts {
    name: String,
}

impl Hosts {
    fn up() -> Option<Self> {
        let hosts = Self { name: format!("lifelab-{}-", std::process::id()) };
        let is_open_mpi = |version: &[u8]| String::from_utf8_lossy(version).contains("Open MPI");
        let version = Command::new("mpirun").arg("--version").output().ok()?;
        let can = Uid::effective().is_root() && is_open_mpi(&version.stdout);
        let up = can && hosts.script("up").status().is_ok_and(|status| status.success());
        up.then_some(hosts)
    }

    fn script(&self, what: &str) -> Command {
        let mut command = Command::new(SCRIPT);
        command.arg(what).env("LIFELAB_HOSTS", &self.name).stdin(Stdio::null());
        command
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        let _ = self.script("down").status();
    }
}

#[test]
fn two_hosts_over_tcp_give_the_same_cells() {
    let Some(hosts) = Hosts::up() else {
        eprintln!("skipped: two hosts as network namespaces need root, ip, tc and Open MPI");
        return;
    };
    for run in ["-g 101", "-g 101 --halo 48", "-g 9 --io sleep:100us"] {
        let mut job = hosts.script("mpirun");
        job.arg(PROGRAM).args("run --soup 0.4 --seed 7 --size 300x200 --json".split(' '));
        job.args(run.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = ended(job);
        let error = String::from_utf8_lossy(&output.stderr);
        let result: serde_json::Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{run}: no result: {error}"));
        assert_eq!(result["ranks"], 2);
        let generations = result["generation"].as_u64().unwrap();
        let expected = alone("0.4,7", (300, 200), Topology::Torus, "B3/S23", generations);
        assert_eq!(state_of(&result), expected, "{run}");
    }
}
