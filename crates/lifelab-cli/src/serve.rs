//! `lifelab serve`: the laboratory in a browser.

use std::io::{self, Write};

use lifelab::CancellationToken;
use lifelab_serve::Server;

use crate::failure::{Exit, Failure};
use crate::interrupt;

/// See the steppers side by side in a browser
///
/// Prints an address to open. The page shows the glider gun under six steppers, each cell lighting up when
/// its wait ends; patterns, waits and steppers are chosen there. Ctrl-C ends it.
///
/// Only this machine can reach it, and only who has the whole address: what follows # is a secret.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The port to listen on [default: any that is free]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
}

pub(crate) fn perform(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let server =
        Server::bind(args.port.unwrap_or(0)).map_err(|error| refused(args.port, &error))?;
    let stop = CancellationToken::new();
    interrupt::stop_on_signal(stop.clone())?;
    writeln!(out, "Open {}\nCtrl-C ends it.", server.url())?;
    out.flush()?;
    server.run(&stop).map_err(|error| failed(format!("cannot serve: {error}")))
}

/// A port that is not to be had.
fn refused(port: Option<u16>, error: &io::Error) -> Failure {
    match (port, error.kind()) {
        (Some(port), io::ErrorKind::AddrInUse) => failed(format!(
            "port {port} is in use: end what listens there, or leave out --port to take any that is free"
        )),
        (Some(port), io::ErrorKind::PermissionDenied) => failed(format!(
            "port {port} is not for everybody: take one above 1023, or leave out --port"
        )),
        _ => failed(format!("cannot listen on this machine's loopback address: {error}")),
    }
}

fn failed(message: String) -> Failure {
    Failure::new(Exit::Failed, "serve", message)
}
