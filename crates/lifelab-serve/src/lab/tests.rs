use std::time::Instant;

use lifelab::Simulation;
use lifelab::core::Raster;
use lifelab_core::testing::HANG;
use serde_json::{Value, json};

use super::*;

/// A laboratory, and what it has said last.
struct Trial {
    lab: Lab,
    frame: Frame,
}

/// A frame, read by the description of the format.
#[derive(Default)]
struct Frame {
    text: Value,
    /// Of the first panel.
    pixels: Vec<u8>,
    lights: Vec<[u32; 6]>,
}

impl Frame {
    fn read(bytes: &[u8]) -> Self {
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!(number(0), 1, "the number of the format");
        let length = number(4) as usize;
        let text: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        let mut at = (8 + length).next_multiple_of(4);
        let first = &text["panels"][0];
        let side = |name: &str| text["view"][name].as_u64().unwrap() as usize;
        let size = if first["has_pixels"] == true { side("width") * side("height") } else { 0 };
        let pixels = bytes[at..at + size].to_vec();
        at += size.next_multiple_of(4);
        let lights = first["lights"].as_u64().unwrap() as usize;
        let lights =
            (0..lights).map(|light| std::array::from_fn(|word| number(at + 24 * light + 4 * word)));
        let lights = lights.collect();
        Self { text, pixels, lights }
    }
}

impl Trial {
    /// A blinker of 5 x 5 cells under two steppers.
    fn new(io: &Value) -> Self {
        let mut trial = Self { lab: Lab::new(Budget::default()), frame: Frame::default() };
        let opened = trial.say(&json!({
            "do": "open",
            "universe": {"start": {"pattern": "blinker"}, "size": [5, 5]},
            "io": io,
            "steppers": [{"name": "thread_pool", "workers": 3}, {"name": "async_tasks"}],
        }));
        assert_eq!(opened.unwrap()["tells"], "opened");
        trial
    }

    fn say(&mut self, request: &Value) -> Option<Value> {
        self.lab.on(&request.to_string()).map(|answer| match answer {
            Answer::Text(text) => serde_json::from_str(&text).unwrap(),
            Answer::Frame(_) => panic!("frames come when there is something new"),
        })
    }

    /// Looks until both panels are as they should be.
    fn wait_until(&mut self, mut is_so: impl FnMut(&Frame) -> bool) {
        let start = Instant::now();
        let mut pixels = Vec::new();
        loop {
            let view = json!({"left": 0, "top": 0, "width": 5, "height": 5, "scale": 0});
            assert_eq!(self.say(&json!({"do": "frame", "view": view})), None);
            let Some(Answer::Frame(bytes)) = self.lab.frame(true) else { panic!("it must come") };
            self.frame = Frame::read(&bytes);
            if self.frame.text["panels"][0]["has_pixels"] == true {
                pixels.clone_from(&self.frame.pixels);
            }
            self.frame.pixels.clone_from(&pixels);
            if is_so(&self.frame) {
                return;
            }
            assert!(start.elapsed() < HANG, "{}", self.frame.text);
        }
    }

    /// Looks until both panels are at a generation, and the first one shows it.
    fn wait_for_generation(&mut self, generation: u64) {
        let (pixels, generation) = (expected(generation), generation.to_string());
        self.wait_until(|frame| all(frame, "generation", &generation) && frame.pixels == pixels);
    }
}

/// Whether a figure of both panels is this.
fn all(frame: &Frame, name: &str, value: &str) -> bool {
    frame.text["panels"].as_array().unwrap().iter().all(|panel| panel[name] == value)
}

fn no_io() -> Value {
    json!({"wait": "none", "milliseconds": 0})
}

/// The pixels of a blinker after some generations, by another way.
fn expected(generations: u64) -> Vec<u8> {
    let mut simulation = Simulation::builder().named("blinker").size(5, 5).build().unwrap();
    simulation.run(generations).unwrap();
    let view = View { left: 0.into(), top: 0.into(), width: 5, height: 5, scale: 0 };
    let mut raster = Raster::default();
    simulation.universe().read(view, &mut raster);
    raster.shares().iter().map(|&share| if share > 0.0 { 255 } else { 0 }).collect()
}

#[test]
fn all_panels_go_where_they_are_told() {
    let mut trial = Trial::new(&no_io());
    trial.wait_for_generation(0);
    assert_eq!(trial.say(&json!({"do": "step", "generations": "7"})), None);
    trial.wait_for_generation(7);
    trial.say(&json!({"do": "back"}));
    trial.wait_for_generation(0);
    trial.say(&json!({"do": "run"}));
    trial.wait_until(|frame| !all(frame, "generation", "0") && all(frame, "mode", "running"));
    trial.say(&json!({"do": "pause"}));
    trial.wait_until(|frame| all(frame, "mode", "paused"));
    trial.say(&json!({"do": "rewind"}));
    trial.wait_for_generation(0);
}

#[test]
fn every_cell_lights_up_once_in_a_generation_when_it_has_waited() {
    let mut trial = Trial::new(&json!({"wait": "sleep", "milliseconds": 1}));
    trial.say(&json!({"do": "watch", "cells": true}));
    trial.say(&json!({"do": "step", "generations": "1"}));
    let mut lit = Vec::new();
    trial.wait_until(|frame| {
        lit.extend(frame.lights.iter().copied());
        all(frame, "generation", "1") && lit.len() >= 25
    });
    let mut places: Vec<_> = lit.iter().map(|light| (light[0] >> 16, light[0] & 0xFFFF)).collect();
    places.sort_unstable();
    let cells: Vec<_> = (0..5).flat_map(|y| (0..5).map(move |x| (y, x))).collect();
    assert_eq!(places, cells);
    for [_, size, worker, generation, start, end] in lit {
        assert_eq!((size, generation), (1 << 16 | 1, 1));
        assert!(worker < 3 && end >= start + 1000, "{worker}: {start} to {end}");
    }
    let first = &trial.frame.text["panels"][0];
    assert_eq!(first["floor"], 9000.0, "25 cells, three at a time");
    assert!(first["took"].as_f64() >= first["floor"].as_f64(), "{first}");
    assert_eq!(first["workforce"]["processes"], 1);
}

#[test]
fn cells_rules_and_steppers_change_without_a_restart() {
    let mut trial = Trial::new(&no_io());
    trial.say(&json!({"do": "step", "generations": "2"}));
    trial.wait_for_generation(2);
    trial.say(&json!({"do": "edit", "cells": [[0, 0, true], [1, 2, false]]}));
    trial.wait_until(|frame| all(frame, "population", "3") && frame.pixels.first() == Some(&255));
    trial.say(&json!({"do": "rule", "rule": "B36/S23"}));
    trial.wait_until(|frame| all(frame, "rule", "B36/S23"));
    trial.say(
        &json!({"do": "stepper", "panel": 1, "stepper": {"name": "thread_pool", "workers": 2}}),
    );
    trial.wait_until(|frame| frame.text["panels"][1]["stepper"] == "thread_pool(workers: 2)");
    assert!(all(&trial.frame, "generation", "2"));
}

#[test]
fn what_is_no_request_is_refused_and_changes_nothing() {
    let mut trial = Trial::new(&no_io());
    let open = |universe: Value| json!({"do": "open", "universe": universe, "io": no_io(), "steppers": [{"name": "sequential"}]});
    let frame = |width: u64, height: u64| json!({"do": "frame", "view": {"left": 0, "top": 0, "width": width, "height": height, "scale": 0}});
    let many: Vec<_> = (0..10_001).map(|x| json!([x, 0, true])).collect();
    for (request, expected) in [
        (json!("run"), "no request"),
        (json!({"do": "exec", "program": "/bin/sh"}), "unknown variant"),
        (open(json!({"start": {"file": "/etc/passwd"}})), "unknown variant"),
        (open(json!({"start": {"pattern": "blinker"}, "path": "x"})), "unknown field"),
        (open(json!({"start": {"pattern": "../../etc/passwd"}})), "no pattern is called"),
        (open(json!({"start": {"pattern": "glider"}, "size": [2, 2]})), "lies outside the grid"),
        (
            json!({"do": "open", "universe": {"start": {"pattern": "glider"}},
            "io": {"wait": "socket", "milliseconds": 1, "address": "10.0.0.1:80"},
            "steppers": [{"name": "sequential"}]}),
            "unknown field",
        ),
        (
            json!({"do": "open", "universe": {"start": {"pattern": "glider"}}, "io": no_io(),
            "steppers": [{"name": "process_pool", "program": "/bin/sh"}]}),
            "unknown field",
        ),
        (json!({"do": "stepper", "panel": 2, "stepper": {"name": "sequential"}}), "no such panel"),
        (
            json!({"do": "stepper", "panel": 0,
            "stepper": {"name": "process_pool(program: \"/bin/sh\")"}}),
            "unknown stepper",
        ),
        (json!({"do": "step", "generations": "many"}), "a number of generations"),
        (json!({"do": "rule", "rule": "B3/S23:T9,9"}), "names a universe"),
        (json!({"do": "edit", "cells": many}), "at most 10000 cells"),
        (frame(65_536, 1), "larger than"),
        (frame(2_000, 2_000), "larger than"),
    ] {
        let said = trial.say(&request).unwrap_or_default();
        let message = said["message"].as_str().unwrap_or_default();
        assert!(said["tells"] == "refused" && message.contains(expected), "{request}: {said}");
    }
    trial.wait_for_generation(0);
}

#[test]
fn threads_of_all_pages_together_have_a_limit() {
    let budget = Budget::default();
    let open = |lab: &mut Lab| {
        let request = json!({
            "do": "open",
            "universe": {"start": {"pattern": "blinker"}, "size": [100, 100]},
            "io": {"wait": "sleep", "milliseconds": 1},
            "steppers": [{"name": "thread_per_cell"}],
        });
        let Some(Answer::Text(text)) = lab.on(&request.to_string()) else { panic!("no text") };
        text
    };
    let [mut one, mut other] = [(); 2].map(|()| Lab::new(budget.clone()));
    assert!(open(&mut one).contains("opened"));
    assert!(open(&mut one).contains("opened"), "in the place of the one before");
    assert!(open(&mut other).contains("too many"));
    drop(one);
    assert!(open(&mut other).contains("opened"));
}

#[test]
fn nothing_new_is_no_frame_unless_it_must_be() {
    let mut trial = Trial::new(&no_io());
    trial.wait_for_generation(0);
    assert!(trial.lab.frame(true).is_none(), "nobody asks");
    let view = json!({"left": 0, "top": 0, "width": 5, "height": 5, "scale": 0});
    let start = Instant::now();
    loop {
        trial.say(&json!({"do": "frame", "view": view}));
        if trial.lab.frame(false).is_none() {
            break;
        }
        assert!(start.elapsed() < HANG, "the other panel is seen, too, and that is all");
    }
    assert!(trial.lab.frame(true).is_some());
}
