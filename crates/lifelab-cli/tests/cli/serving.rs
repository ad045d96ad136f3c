//! `lifelab serve`, from outside.

use std::net::{Ipv4Addr, TcpListener};

use crate::program::{run, typed};

#[test]
fn ports_that_are_not_to_be_had_are_errors_that_say_what_to_do() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("it has an address").port();
    let done = run(&mut typed(&format!("serve --port {port}")));
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(
        done.err.contains("is in use") && done.err.contains("leave out --port"),
        "{}",
        done.err
    );
    for port in ["0", "65536", "-1", "http"] {
        let done = run(&mut typed(&format!("serve --port {port}")));
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{port}");
        assert!(done.err.contains("--port"), "{}", done.err);
    }
    assert_eq!(run(&mut typed("serve glider")).code, Some(2));
}

#[cfg(target_os = "linux")]
mod signals {
    use std::io::{BufRead, BufReader};
    use std::net::TcpStream;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};
    use std::{env, fs};

    use serde_json::json;
    use tungstenite::Message;

    use crate::endings::signals::{children, end, interrupt, wait_for};
    use crate::program::typed;

    /// A server, and the address that it has printed.
    fn start() -> (Child, String) {
        let mut command = typed("serve");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        out.read_line(&mut line).expect("it prints an address");
        // What it prints later has somewhere to go.
        child.stdout = Some(out.into_inner());
        let url = line.trim().strip_prefix("Open ").expect(&line).to_owned();
        (child, url)
    }

    #[test]
    fn control_c_ends_it_with_all_that_a_page_has_started() {
        let (child, url) = start();
        let (base, secret) = url.strip_prefix("http://").unwrap().split_once("/#").unwrap();
        let stream = TcpStream::connect(base).expect("it listens");
        let (mut page, _) =
            tungstenite::client(format!("ws://{base}/live?{secret}"), stream).expect("it answers");
        let open = json!({
            "do": "open",
            "universe": {"start": {"pattern": "glider"}, "size": [20, 20]},
            "io": {"wait": "sleep", "milliseconds": 10_000},
            "steppers": [{"name": "process_pool", "workers": 3}, {"name": "thread_per_cell"}],
        });
        for request in [open, json!({"do": "run"})] {
            page.send(Message::text(request.to_string())).expect("it reads");
        }
        let workers = wait_for(|| Some(children(&child)).filter(|children| children.len() >= 3));
        interrupt(&child);
        let done = end(child);
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{}", done.out);
        for worker in workers {
            wait_for(|| (!Path::new(&format!("/proc/{worker}")).exists()).then_some(()));
        }
    }

    const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

    /// The page in a real browser. `npm ci` in `crates/lifelab-serve/tests/browser` comes before:
    /// `cargo test -p lifelab-cli --test cli browser -- --ignored`. With `LIFELAB_PICTURES=FOLDER` it leaves
    /// pictures there.
    #[test]
    #[ignore = "needs Chromium or Chrome, Node and playwright-core"]
    fn the_page_works_in_a_browser() {
        let browser = browser().expect("Chromium or Chrome is installed");
        let (child, url) = start();
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut node = Command::new("node");
        node.arg(crates.join("lifelab-serve/tests/browser/page.mjs")).arg(url).arg(browser);
        let checked = node.args(env::var_os("LIFELAB_PICTURES")).status();
        interrupt(&child);
        assert_eq!(end(child).code, Some(0));
        assert!(checked.expect("Node is installed").success(), "what was found stands above");
    }

    fn browser() -> Option<PathBuf> {
        let paths = env::var_os("PATH")?;
        let folders: Vec<PathBuf> = env::split_paths(&paths).collect();
        let places = BROWSERS.iter().flat_map(|name| folders.iter().map(move |it| it.join(name)));
        places.into_iter().find(|place| fs::metadata(place).is_ok_and(|found| found.is_file()))
    }
}
