//! The server: where it listens, and how it ends.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use lifelab::CancellationToken;
use tokio::runtime;
use tokio::sync::mpsc;

use crate::assets;
use crate::budget::Budget;
use crate::connection::{self, MAX_MESSAGE};
use crate::guard::{self, Guard};

/// A server of the laboratory on this machine, which nobody else can reach.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    guard: Guard,
}

/// What all connections share.
#[derive(Clone)]
struct Shared {
    guard: Arc<Guard>,
    budget: Budget,
    stop: CancellationToken,
    /// Each page's connection takes one: when all are gone, so is all that pages have started.
    alive: mpsc::WeakSender<()>,
}

impl Server {
    /// Listens on a port of the loopback address; 0 is any that is free.
    ///
    /// # Errors
    /// If the port is taken or not allowed, or the system gives no random numbers.
    pub fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let guard = Guard::new(listener.local_addr()?.port())?;
        Ok(Self { listener, guard })
    }

    /// The address of the page, secret included. The secret is what follows `#`, which browsers keep to
    /// themselves.
    pub fn url(&self) -> String {
        self.guard.url()
    }

    /// Answers until `stop` is cancelled, and ends what was started.
    ///
    /// # Errors
    /// If the system refuses what a server needs.
    pub fn run(self, stop: &CancellationToken) -> io::Result<()> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.answer(stop.clone()))
    }

    async fn answer(self, stop: CancellationToken) -> io::Result<()> {
        let (alive, mut all_gone) = mpsc::channel(1);
        let guard = Arc::new(self.guard);
        let shared = Shared {
            guard: guard.clone(),
            budget: Budget::default(),
            stop: stop.clone(),
            alive: alive.downgrade(),
        };
        let router = Router::new()
            .route("/live", get(live))
            .fallback(assets::answer)
            .layer(middleware::from_fn_with_state(guard, guard::check))
            .with_state(shared);
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        // No longer than until the stop: a browser keeps its connections open for minutes.
        tokio::select! {
            served = axum::serve(listener, router) => served?,
            () = stop.cancelled() => {}
        }
        drop(alive);
        all_gone.recv().await;
        Ok(())
    }
}

/// The door to everything that is not a file of the page.
async fn live(
    State(shared): State<Shared>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !shared.guard.knows(query.as_deref().unwrap_or_default()) {
        return (StatusCode::UNAUTHORIZED, guard::NO_SECRET).into_response();
    }
    let Shared { budget, stop, alive, .. } = shared;
    let Some(alive) = alive.upgrade() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server ends\n").into_response();
    };
    upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE).on_upgrade(
        move |socket| async move {
            connection::serve(socket, budget, stop).await;
            drop(alive);
        },
    )
}
