//! How it ends.

use std::time::Instant;

use lifelab_core::testing::{HANG, within_a_minute};
use serde_json::json;

use crate::client::Running;
use crate::page::{blinker, frame};

#[test]
fn a_server_ends_while_cells_wait_and_pages_are_open() {
    within_a_minute(|| {
        let mut server = Running::start();
        // A page that waits for a frame, one that has just come, and one that does not read.
        let (mut page, _idle, mut deaf) = (server.page(), server.page(), server.page());
        page.hear();
        page.say(&blinker(10_000, "thread_per_cell"));
        page.say(&json!({"do": "run"}));
        page.say(&frame());
        page.hear();
        page.frame();
        (0..50).for_each(|_| deaf.say(&json!({"do": "nothing"})));
        server.stop.cancel();
        server.join();
    });
}

#[test]
fn what_a_page_has_started_ends_with_it() {
    let server = Running::start();
    let open = json!({
        "do": "open",
        "universe": {"start": {"pattern": "blinker"}, "size": [100, 100]},
        "io": {"wait": "sleep", "milliseconds": 10},
        "steppers": [{"name": "thread_per_cell"}],
    });
    let mut first = server.page();
    first.hear();
    first.say(&open);
    assert_eq!(first.hear()["tells"], "opened");
    let mut second = server.page();
    second.hear();
    second.say(&open);
    assert_eq!(second.hear()["tells"], "refused", "all threads are taken");
    drop(first);
    let start = Instant::now();
    loop {
        second.say(&open);
        if second.hear()["tells"] == "opened" {
            break;
        }
        assert!(start.elapsed() < HANG, "they are given back");
    }
}
