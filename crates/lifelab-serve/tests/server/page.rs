//! What a page asks for, over its connection.

use serde_json::{Value, json};
use tungstenite::Message;

use crate::client::{Page, Running};

/// A blinker whose cells wait this long.
pub(crate) fn blinker(milliseconds: u32, stepper: &str) -> Value {
    json!({
        "do": "open",
        "universe": {"start": {"pattern": "blinker"}, "size": [5, 5]},
        "io": {"wait": "sleep", "milliseconds": milliseconds},
        "steppers": [{"name": stepper}],
    })
}

pub(crate) fn frame() -> Value {
    json!({"do": "frame", "view": {"left": 0, "top": 0, "width": 5, "height": 5, "scale": 0}})
}

#[test]
fn a_page_sees_generations_go_by() {
    let server = Running::start();
    let mut page = server.page();
    let choices = page.hear();
    assert_eq!(choices["tells"], "choices");
    assert!(choices["patterns"].as_array().unwrap().len() > 40);
    assert!(choices["steppers"].as_array().unwrap().iter().any(|it| it["name"] == "async_tasks"));
    page.say(&blinker(1, "async_tasks"));
    assert_eq!(page.hear()["tells"], "opened");
    page.say(&json!({"do": "run"}));
    loop {
        page.say(&frame());
        let frame = page.frame();
        let generation = frame["panels"][0]["generation"].as_str().unwrap().to_owned();
        if generation.parse::<u64>().unwrap() >= 3 {
            return;
        }
    }
}

#[test]
fn a_page_that_asks_while_nothing_happens_still_gets_its_frame() {
    let server = Running::start();
    let mut page = server.page();
    page.say(&blinker(1, "sequential"));
    for _ in 0..3 {
        page.say(&frame());
        assert_eq!(page.frame()["panels"][0]["generation"], "0");
    }
}

#[test]
fn a_wrong_request_is_answered_and_the_next_is_heard() {
    let server = Running::start();
    let mut page = server.page();
    page.hear();
    page.say(&json!({"do": "format", "disk": 0}));
    let refused = page.hear();
    assert_eq!(refused["tells"], "refused");
    page.say(&blinker(1, "sequential"));
    assert_eq!(page.hear()["tells"], "opened");
}

#[test]
fn messages_have_a_longest_length_and_are_texts() {
    let server = Running::start();
    for message in [Message::text("x".repeat((1 << 20) + 1)), Message::binary(vec![1, 2, 3])] {
        let mut page = server.page();
        page.hear();
        let _ = page.0.send(message);
        assert!(is_over(&mut page), "the connection ends");
    }
    let mut page = server.page();
    let text = format!("{{\"do\": \"{}\"}}", "x".repeat((1 << 20) - 100));
    page.0.send(Message::text(text)).unwrap();
    page.hear();
    assert_eq!(page.hear()["tells"], "refused", "a long one is heard");
}

#[test]
fn a_page_that_sends_faster_than_it_reads_loses_nothing() {
    let server = Running::start();
    let mut page = server.page();
    page.hear();
    let number = 500;
    (0..number).for_each(|_| page.say(&json!({"do": "nothing"})));
    (0..number).for_each(|_| assert_eq!(page.hear()["tells"], "refused"));
}

fn is_over(page: &mut Page) -> bool {
    loop {
        match page.0.read() {
            Ok(Message::Close(_)) | Err(_) => return true,
            Ok(Message::Text(_)) => return false,
            Ok(_) => {}
        }
    }
}
