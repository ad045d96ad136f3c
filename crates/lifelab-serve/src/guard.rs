//! Who may ask: the page of this server, in a browser of somebody who knows the secret.

use std::fmt;
use std::io;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

/// What somebody is told who does not know the secret.
pub(crate) const NO_SECRET: &str =
    "open the whole address that `lifelab serve` has printed: what follows # lets you in\n";

const WRONG_HOST: &str =
    "this is no host of `lifelab serve`: open the address that it has printed\n";

const WRONG_ORIGIN: &str = "this server answers its own page alone\n";

/// Tells the requests of this server's page from those of others.
pub(crate) struct Guard {
    /// The names by which this server may be called. A name that a stranger has pointed to this machine is
    /// none of them.
    hosts: [String; 2],
    origins: [String; 2],
    /// 128 random bits, in hexadecimal digits.
    secret: String,
}

impl Guard {
    /// A guard of the server on this port.
    pub(crate) fn new(port: u16) -> io::Result<Self> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(io::Error::from)?;
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
        let origins = hosts.clone().map(|host| format!("http://{host}"));
        let secret = bits.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { hosts, origins, secret })
    }

    /// The address that lets somebody in.
    pub(crate) fn url(&self) -> String {
        format!("{}/#{}", self.origins[0], self.secret)
    }

    /// Whether these headers are those of this server's page.
    ///
    /// The origin is compared with what this server is called, and not with the host that the request
    /// names: a stranger's name for this machine would be both.
    fn check(&self, headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
        let mut hosts = headers.get_all(HOST).iter();
        let is_one_of = |names: &[String; 2], found: &[u8]| {
            names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(found))
        };
        match (hosts.next(), hosts.next()) {
            (Some(host), None) if is_one_of(&self.hosts, host.as_bytes()) => {}
            _ => return Err((StatusCode::MISDIRECTED_REQUEST, WRONG_HOST)),
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        match origins.all(|origin| is_one_of(&self.origins, origin.as_bytes())) {
            true => Ok(()),
            false => Err((StatusCode::FORBIDDEN, WRONG_ORIGIN)),
        }
    }

    /// Whether somebody knows the secret, compared in a time that does not tell how much of it.
    pub(crate) fn knows(&self, secret: &str) -> bool {
        self.secret.as_bytes().ct_eq(secret.as_bytes()).into()
    }
}

/// Lets a request through, or answers why not.
pub(crate) async fn check(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    match guard.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let [one, other] = [(); 2].map(|()| Guard::new(1).unwrap().secret);
        assert_eq!((one.len(), other.len()), (32, 32));
        assert_ne!(one, other);
    }

    #[test]
    fn only_the_whole_secret_is_known() {
        let guard = Guard::new(1).unwrap();
        assert!(guard.knows(&guard.secret));
        for wrong in ["", &guard.secret[1..], &format!("{}0", guard.secret), &"0".repeat(32)] {
            assert!(!guard.knows(wrong), "{wrong:?}");
        }
    }
}
