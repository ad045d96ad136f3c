//! Attacks by other pages, and by other users of the machine.

use std::net::{Ipv4Addr, TcpListener};

use crate::client::Running;

/// The status of an answer.
fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

/// A request to begin a WebSocket.
fn upgrade(server: &Running, query: &str, more: &[&str]) -> String {
    let get = format!("GET /live{query} HTTP/1.1");
    let host = format!("Host: {}", server.host());
    let fixed = [
        get.as_str(),
        &host,
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    let mut lines = fixed.to_vec();
    lines.extend(more);
    let text = lines.join("\r\n");
    // The header of the upgrade is a `Connection`, too.
    server.ask(&[&text, "Connection: Upgrade"])
}

#[test]
fn only_the_names_of_this_server_are_answered() {
    let server = Running::start();
    let port = server.port;
    for host in
        [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("LOCALHOST:{port}")]
    {
        let answer = server.ask(&["GET / HTTP/1.1", &format!("Host: {host}")]);
        assert_eq!(status(&answer), "200", "{host}");
    }
    for host in [
        "attacker.example".to_owned(),
        format!("attacker.example:{port}"),
        format!("127.0.0.1:{port}.attacker.example"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{}", port ^ 1),
        format!("0.0.0.0:{port}"),
        String::new(),
    ] {
        for path in ["/", "/main.js", "/live", "/nothing"] {
            let get = format!("GET {path} HTTP/1.1");
            let answer = server.ask(&[&get, &format!("Host: {host}")]);
            assert_eq!(status(&answer), "421", "{host:?} {path}");
        }
    }
    assert_eq!(status(&server.ask(&["GET / HTTP/1.0"])), "421", "no host");
    let host = format!("Host: 127.0.0.1:{port}");
    assert_eq!(status(&server.ask(&["GET / HTTP/1.1", &host, "Host: attacker.example"])), "421");
}

#[test]
fn a_stranger_s_page_gets_no_answer_even_by_a_name_for_this_machine() {
    let server = Running::start();
    let host = format!("Host: {}", server.host());
    let ours = format!("Origin: http://{}", server.host());
    assert_eq!(status(&server.ask(&["GET / HTTP/1.1", &host, &ours])), "200");
    for origin in [
        "null".to_owned(),
        "http://attacker.example".to_owned(),
        format!("https://{}", server.host()),
        "http://127.0.0.1".to_owned(),
        format!("http://{}.attacker.example", server.host()),
    ] {
        let theirs = format!("Origin: {origin}");
        assert_eq!(status(&server.ask(&["GET / HTTP/1.1", &host, &theirs])), "403", "{origin}");
        let secret = format!("?{}", server.secret);
        assert_eq!(status(&upgrade(&server, &secret, &[&theirs])), "403", "{origin}");
        assert_eq!(status(&server.ask(&["GET / HTTP/1.1", &host, &ours, &theirs])), "403");
    }
    // After its name has been pointed here, a stranger's page says the same in both places.
    let answer = server.ask(&[
        "GET / HTTP/1.1",
        &format!("Host: attacker.example:{}", server.port),
        &format!("Origin: http://attacker.example:{}", server.port),
    ]);
    assert_eq!(status(&answer), "421");
}

#[test]
fn nothing_starts_without_the_secret() {
    let server = Running::start();
    let wrong = "0".repeat(32);
    let longer = format!("?{}0", server.secret);
    for query in ["", "?", &format!("?{wrong}"), &format!("?{}", &server.secret[..31]), &longer] {
        assert_eq!(status(&upgrade(&server, query, &[])), "401", "{query:?}");
    }
    assert_eq!(server.page().hear()["tells"], "choices");
}

#[test]
fn no_file_of_the_page_tells_the_secret_and_all_have_the_policy() {
    let server = Running::start();
    let host = format!("Host: {}", server.host());
    for path in ["/", "/index.html", "/main.js", "/style.css", "/icon.svg", "/nothing"] {
        let answer = server.ask(&[&format!("GET {path} HTTP/1.1"), &host]);
        assert!(!answer.contains(&server.secret), "{path}");
        for header in [
            "content-security-policy: default-src 'none'",
            "frame-ancestors 'none'",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
        ] {
            assert!(answer.contains(header), "{path} lacks {header}");
        }
        assert!(!answer.contains("access-control"), "{path}");
    }
}

#[test]
fn no_other_file_is_to_be_had() {
    let server = Running::start();
    let host = format!("Host: {}", server.host());
    for path in
        ["/../Cargo.toml", "/..%2f..%2fetc/passwd", "//etc/passwd", "/page/main.js", "/main.js/"]
    {
        let answer = server.ask(&[&format!("GET {path} HTTP/1.1"), &host]);
        assert_eq!(status(&answer), "404", "{path}");
    }
    let answer = server.ask(&["POST / HTTP/1.1", &host, "Content-Length: 0"]);
    assert_eq!(status(&answer), "405");
}

#[test]
fn other_machines_find_nothing() {
    let server = Running::start();
    // Where only the loopback address is taken, the port is free on others.
    let elsewhere = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), server.port));
    assert!(elsewhere.is_ok(), "{elsewhere:?}");
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let server = Running::start();
    let error = lifelab_serve::Server::bind(server.port).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}
