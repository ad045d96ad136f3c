//! How both clients connect.

use std::io;
use std::path::Path;
use std::time::Duration;

use lifelab_core::duration;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{sleep, timeout};

use super::address::Address;

/// A connection, as a runtime uses it.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// How long to wait for a connection. On loopback it takes microseconds, but a service whose
/// backlog is full ignores the first packet, and the system repeats it after 1, 3 and 7 seconds.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Connects to a service. The runtime that is entered watches the socket and the time.
///
/// Dropping the future is safe at any time. That is why the blocking client uses it too: from a
/// `connect` that blocks, no stop could wake its thread.
pub(super) async fn connect(address: &Address) -> io::Result<Stream> {
    let late = || {
        let message = format!("no answer within {}", duration::show(CONNECT_WITHIN));
        io::Error::new(io::ErrorKind::TimedOut, message)
    };
    timeout(CONNECT_WITHIN, attempt(address)).await.unwrap_or_else(|_| Err(late()))
}

async fn attempt(address: &Address) -> io::Result<Stream> {
    match address {
        Address::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(Stream::Tcp(stream))
        }
        Address::Unix(path) => attempt_unix(path).await.map(Stream::Unix),
    }
}

/// Connects to a Unix socket, again and again while its backlog is full: Linux tells that by an
/// error, and never when there is room. (Elsewhere it cannot be told from a refusal.)
async fn attempt_unix(path: &Path) -> io::Result<UnixStream> {
    const PAUSE: Duration = Duration::from_millis(5);
    loop {
        match UnixStream::connect(path).await {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::thread;
    use std::time::Instant;

    use lifelab_core::{CancellationToken, Cell, CellIo, FaultKind, Phase, Site};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket, UnixListener, UnixSocket};

    use super::*;
    use crate::socket::frame::Frame;
    use crate::socket::private_dir::PrivateDir;
    use crate::socket::{EchoService, Service, Socket, SocketSpec, Transport};

    const SITE: Site = Site::new(1, Cell::new(0, 0), Phase::Rule);

    fn socket(address: &Address) -> Socket {
        let service = Service::At(address.clone());
        Socket::new(&SocketSpec { service, ..SocketSpec::new("1h".parse().unwrap()) }, 1).unwrap()
    }

    /// A service that accepts no client, with as many connections as its backlog takes.
    struct Full<L> {
        listener: L,
        address: Address,
        clients: Vec<Stream>,
    }

    impl<L> Full<L> {
        /// Connects until there is no answer at once. Should one have come too late on a busy
        /// machine, a test may connect after all, and then waits for its answer instead.
        async fn new(listener: L, address: Address) -> Self {
            let mut clients = Vec::new();
            let patience = Duration::from_millis(100);
            while let Ok(Ok(client)) = timeout(patience, attempt(&address)).await {
                clients.push(client);
            }
            Self { listener, address, clients }
        }
    }

    async fn full_tcp() -> Full<TcpListener> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = Address::Tcp(listener.local_addr().unwrap());
        Full::new(listener, address).await
    }

    async fn full_unix(dir: &PrivateDir) -> Full<UnixListener> {
        let path = dir.path().join("full");
        let socket = UnixSocket::new_stream().unwrap();
        socket.bind(&path).unwrap();
        Full::new(socket.listen(1).unwrap(), Address::Unix(path)).await
    }

    /// A stop must end both a connecting thread and one that waits for its turn to connect.
    fn stops_while_connecting(address: &Address) {
        let socket = &socket(address);
        let start = Instant::now();
        let soon = CancellationToken::new().before(start + Duration::from_millis(5));
        assert_eq!(socket.call(SITE, &soon).unwrap_err().kind(), FaultKind::Stopped);

        let stop = &CancellationToken::new();
        thread::scope(|scope| {
            let calls: Vec<_> =
                (0..100).map(|_| scope.spawn(move || socket.call(SITE, stop))).collect();
            thread::sleep(Duration::from_millis(5)); // Whether they all wait by now or not.
            stop.cancel();
            for call in calls {
                assert_eq!(call.join().unwrap().unwrap_err().kind(), FaultKind::Stopped);
            }
        });
        assert!(start.elapsed() < CONNECT_WITHIN, "the stop was noticed only when all was over");
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_for_a_tcp_connection() {
        stops_while_connecting(&full_tcp().await.address);
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_for_a_unix_connection() {
        let dir = PrivateDir::new().unwrap();
        stops_while_connecting(&full_unix(&dir).await.address);
    }

    #[test]
    fn a_stop_wins_over_a_refused_connection() {
        let stop = CancellationToken::new();
        stop.cancel();
        for transport in [Transport::Tcp, Transport::Unix] {
            let gone = EchoService::start(transport).unwrap().address().clone();
            let socket = socket(&gone);
            assert_eq!(socket.call(SITE, &stop).unwrap_err().kind(), FaultKind::Stopped);
            assert_eq!(
                socket.call(SITE, &CancellationToken::new()).unwrap_err().kind(),
                FaultKind::Failed
            );
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_full_backlog_of_a_unix_socket_is_waited_for() {
        let dir = PrivateDir::new().unwrap();
        let full = full_unix(&dir).await;
        let serve = async {
            for _ in &full.clients {
                full.listener.accept().await.unwrap();
            }
            let (mut stream, _) = full.listener.accept().await.unwrap();
            let mut bytes = [0; Frame::SIZE];
            stream.read_exact(&mut bytes).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
            std::future::pending::<()>().await; // The stream stays open.
        };
        let (socket, stop) = (socket(&full.address), CancellationToken::new());
        tokio::select! {
            biased; // So that the first attempt comes too early.
            outcome = socket.call_async(SITE, &stop) => assert_eq!(outcome, Ok(())),
            () = serve => unreachable!("it is pending at last"),
        }
    }
}
