//! This program again, as a contender from outside: an honest one, and all kinds of others.

use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio, exit};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use lifelab::{Grid, Rule, Simulation, Topology};
use lifelab_bench::ContenderSpec;

const VARIABLE: &str = "LIFELAB_TEST_OUTSIDER";

/// A contender of this kind.
pub(crate) fn outsider(kind: &str) -> ContenderSpec {
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let command = ["env".to_owned(), format!("{VARIABLE}={kind}"), program];
    ContenderSpec::new(kind, command.to_vec())
}

/// Is a contender and ends the process, if it was started for that.
pub(crate) fn play_if_asked() {
    let Ok(kind) = std::env::var(VARIABLE) else { return };
    match kind.as_str() {
        "mute" => hang(),
        "stranger" => say(&json!({"lifelab_contender": 99})),
        _ => say(&json!({"lifelab_contender": 1})),
    }
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        answer(&kind, &request);
    }
    match kind.as_str() {
        "deaf" => hang(),
        "litterer" => drop(leave_behind()),
        "sore loser" => exit(7),
        _ => {}
    }
    exit(0)
}

fn answer(kind: &str, request: &Value) {
    match kind {
        "hanger" => hang(),
        "dier" => {
            io::stderr().write_all(b"out of ink\n").unwrap();
            exit(3)
        }
        "babbler" => println("all is well"),
        "flooder" => loop {
            io::stdout().write_all(&[b'x'; 4096]).unwrap();
        },
        "refuser" => say(&json!({"error": "no cells on Sundays"})),
        "chatterbox" => {
            say(&honest(kind, request));
            say(&json!({"and": "another thing"}));
            // Until the second line has come, the first is all there is to see.
            thread::sleep(Duration::from_millis(20));
        }
        _ => say(&honest(kind, request)),
    }
}

/// Computes what is asked, and waits for all cells at once, in each generation: if it is honest.
fn honest(kind: &str, request: &Value) -> Value {
    let text = |name: &str| request[name].as_str().unwrap().to_owned();
    let rows: Vec<&str> =
        request["rows"].as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
    let grid: Grid = rows.join("\n").parse().unwrap();
    let rule: Rule = text("rule").parse().unwrap();
    let topology: Topology = text("topology").parse().unwrap();
    let mut simulation =
        Simulation::builder().grid(grid).rule(rule).topology(topology).build().unwrap();
    let mut times = Vec::new();
    for _ in 0..request["generations"].as_u64().unwrap() {
        let begin = Instant::now();
        if kind != "idler" && kind != "boaster" {
            wait(kind, request);
        }
        simulation.step().unwrap();
        let took = begin.elapsed().as_nanos() as u64;
        times.push(if kind == "boaster" { took + 20_000_000 } else { took });
    }
    let mut rows: Vec<String> = simulation.grid().to_string().lines().map(str::to_owned).collect();
    match kind {
        "liar" => {
            let other = if rows[2].as_bytes()[3] == b'O' { "." } else { "O" };
            rows[2].replace_range(3..4, other);
        }
        "cutter" => drop(rows.pop()),
        _ => {}
    }
    let mut reply = json!({"times_ns": times, "rows": rows});
    match kind {
        "modest" => reply["concurrency"] = json!(1),
        "forgetful" => reply["times_ns"] = json!([]),
        "slow clock" => reply["times_ns"] = json!(vec![5_000_000; times.len()]),
        _ => {}
    }
    reply
}

fn wait(kind: &str, request: &Value) {
    let io = &request["io"];
    let latency = io["latency"]["fixed_ns"].as_u64().unwrap_or(0);
    match io["wait"].as_str().unwrap() {
        "socket" => {
            let cells = request["width"].as_u64().unwrap() * request["height"].as_u64().unwrap();
            let asked = if kind == "miser" { 1 } else { cells };
            ask(io["address"].as_str().unwrap(), asked, latency);
        }
        _ if kind == "slow clock" => thread::sleep(Duration::from_millis(300)),
        _ => thread::sleep(Duration::from_nanos(latency)),
    }
}

/// Asks the service for all cells, on one connection.
fn ask(address: &str, requests: u64, latency: u64) {
    let mut service = TcpStream::connect(address).unwrap();
    for number in 0..requests {
        service.write_all(&(u128::from(latency) << 64 | u128::from(number)).to_le_bytes()).unwrap();
    }
    service.read_exact(&mut vec![0; 16 * requests as usize]).unwrap();
}

/// A process that nobody waits for, in a group of its own.
fn leave_behind() -> std::process::Child {
    let nothing = || Stdio::null();
    let mut command = Command::new("sleep");
    command.arg("600").process_group(0).stdin(nothing()).stdout(nothing()).stderr(nothing());
    command.spawn().unwrap()
}

fn say(value: &Value) {
    println(&value.to_string());
}

fn println(line: &str) {
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).unwrap();
    out.flush().unwrap();
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}
