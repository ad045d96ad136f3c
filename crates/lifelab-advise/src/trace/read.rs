//! Traces as text.

use std::str::FromStr;
use std::time::Duration;

use lifelab::core::wording;
use serde_json::{Map, Value};
use thiserror::Error;

use super::{ObservedCall, Trace};

/// Why a text is no trace: where, and what was expected there.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{place}{message}")]
pub struct TraceError {
    place: String,
    message: String,
}

/// What a trace that holds no call says.
const NO_CALLS: &str = "there are no calls in it, expected CSV with the columns start and duration, a JSON list of \
                        objects with these names, or OpenTelemetry spans in JSON";

impl TraceError {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }

    pub(super) fn empty() -> Self {
        Self::new("", NO_CALLS)
    }
}

impl FromStr for Trace {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<Self, TraceError> {
        let calls = match text.trim_start().chars().next() {
            Some('{' | '[') => of_json(text)?,
            _ => of_csv(text)?,
        };
        Self::new(calls)
    }
}

/// What is told of a call, and the factor from its unit to seconds.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Field {
    name: &'static str,
    seconds: f64,
}

impl Field {
    /// What a column or a key means; `None` if nothing that is read.
    fn of(text: &str) -> Option<Self> {
        const UNITS: [(&str, f64); 5] =
            [("", 1.0), ("_s", 1.0), ("_ms", 1e-3), ("_us", 1e-6), ("_ns", 1e-9)];
        let of = |name: &'static str| {
            let unit = text.strip_prefix(name)?;
            let (_, seconds) = UNITS.into_iter().find(|(known, _)| *known == unit)?;
            Some(Self { name, seconds })
        };
        ["start", "duration", "cpu"].into_iter().find_map(of)
    }

    /// A number of this field's unit.
    fn time(self, number: f64, place: &str) -> Result<Duration, TraceError> {
        Duration::try_from_secs_f64(number * self.seconds).map_err(|_| {
            let name = self.name;
            TraceError::new(place, format!("{name} is {number}, expected a number from 0"))
        })
    }
}

/// Puts a call together.
fn call(fields: [Option<Duration>; 3], place: &str) -> Result<ObservedCall, TraceError> {
    let [start, duration, cpu] = fields;
    let missing = |name: &str| TraceError::new(place, format!("{name} is missing"));
    Ok(ObservedCall {
        start: start.ok_or_else(|| missing("start"))?,
        duration: duration.ok_or_else(|| missing("duration"))?,
        cpu: cpu.unwrap_or_default(),
    })
}

fn place_of(field: Field) -> usize {
    ["start", "duration", "cpu"].iter().position(|name| *name == field.name).unwrap_or_default()
}

fn of_csv(text: &str) -> Result<Vec<ObservedCall>, TraceError> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((_, head)) = lines.next() else { return Ok(Vec::new()) };
    let plain = |cell: &str| cell.trim().trim_matches('"').to_owned();
    let fields: Vec<Option<Field>> = head.split(',').map(|cell| Field::of(&plain(cell))).collect();
    for name in ["start", "duration"] {
        if !fields.iter().flatten().any(|field| field.name == name) {
            return Err(TraceError::new("line 1: ", format!("there is no column {name}")));
        }
    }
    lines.map(|(number, line)| of_line(line, &fields, &format!("line {}: ", number + 1))).collect()
}

fn of_line(line: &str, fields: &[Option<Field>], place: &str) -> Result<ObservedCall, TraceError> {
    let mut times = [None; 3];
    for (cell, field) in line.split(',').zip(fields) {
        let Some(field) = field else { continue };
        let cell = cell.trim().trim_matches('"');
        let number: f64 = cell.parse().map_err(|_| {
            let name = field.name;
            TraceError::new(place, format!("{name} is {cell:?}, expected a number"))
        })?;
        times[place_of(*field)] = Some(field.time(number, place)?);
    }
    call(times, place)
}

fn of_json(text: &str) -> Result<Vec<ObservedCall>, TraceError> {
    let mut calls = Vec::new();
    let mut spans = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.map_err(|error| {
            let place = format!("line {}, column {}: ", error.line(), error.column());
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            TraceError::new(place, wording::message(said))
        })?;
        match value {
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    calls.push(of_object(value, &format!("call {}: ", index + 1))?);
                }
            }
            Value::Object(object) => collect_spans(&object, &mut spans),
            _ => return Err(TraceError::empty()),
        }
    }
    let has_clients = spans.iter().any(is_client);
    for (index, span) in spans.iter().enumerate() {
        if !has_clients || is_client(span) {
            calls.push(of_span(span, &format!("span {}: ", index + 1))?);
        }
    }
    Ok(calls)
}

fn of_object(value: &Value, place: &str) -> Result<ObservedCall, TraceError> {
    let Value::Object(object) = value else {
        return Err(TraceError::new(place, "it is no object, expected start and duration"));
    };
    let mut times = [None; 3];
    for (key, value) in object {
        let Some(field) = Field::of(key) else { continue };
        let number = value.as_f64().ok_or_else(|| {
            let name = field.name;
            TraceError::new(place, format!("{name} is no number"))
        })?;
        times[place_of(field)] = Some(field.time(number, place)?);
    }
    call(times, place)
}

/// The spans of `resourceSpans`, `scopeSpans`, `spans`, whichever of them there are.
fn collect_spans(object: &Map<String, Value>, spans: &mut Vec<Map<String, Value>>) {
    for key in ["resourceSpans", "scopeSpans"] {
        let inner = object.get(key).and_then(Value::as_array).into_iter().flatten();
        inner.filter_map(Value::as_object).for_each(|inner| collect_spans(inner, spans));
    }
    let own = object.get("spans").and_then(Value::as_array).into_iter().flatten();
    spans.extend(own.filter_map(Value::as_object).cloned());
}

/// Whether a span is that of somebody who asks another: the kind is a number or its name.
fn is_client(span: &Map<String, Value>) -> bool {
    match span.get("kind") {
        Some(Value::Number(kind)) => kind.as_u64() == Some(3),
        Some(Value::String(kind)) => kind == "SPAN_KIND_CLIENT",
        _ => false,
    }
}

fn of_span(span: &Map<String, Value>, place: &str) -> Result<ObservedCall, TraceError> {
    let nanos = |key: &str| {
        let number = match span.get(key) {
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(), // As JSON of protocol buffers has them.
            _ => None,
        };
        let expected = format!("{key} is no number of nanoseconds");
        number.map(Duration::from_nanos).ok_or_else(|| TraceError::new(place, expected))
    };
    let (start, end) = (nanos("startTimeUnixNano")?, nanos("endTimeUnixNano")?);
    let duration =
        end.checked_sub(start).ok_or_else(|| TraceError::new(place, "it ends before it starts"))?;
    Ok(ObservedCall { start, duration, cpu: Duration::ZERO })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, duration and processor time, in microseconds.
    fn read(text: &str) -> Vec<[u128; 3]> {
        let trace: Trace = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        let micros = |call: &ObservedCall| {
            [call.start, call.duration, call.cpu].map(|time| time.as_micros())
        };
        trace.calls().iter().map(micros).collect()
    }

    #[test]
    fn three_kinds_of_text_say_the_same() {
        let expected = [[1000, 20_000, 0], [5000, 10_000, 0]];
        for text in [
            "start,duration\n0.005,0.01\n0.001,0.02\n",
            "name,duration_ms,start_us\nb,10,5000\n\na,20,1000\n",
            "\"start_s\", \"duration_ns\"\n0.001, 2e7\n0.005, 1e7",
            r#"[{"start_ms": 5, "duration_ms": 10, "name": "b"}, {"start": 0.001, "duration": 0.02}]"#,
            r#"{"resourceSpans": [{"scopeSpans": [{"spans": [
                {"kind": 3, "startTimeUnixNano": "1000000", "endTimeUnixNano": "21000000"},
                {"kind": 1, "startTimeUnixNano": "0", "endTimeUnixNano": "99000000"}
            ]}]}]}
            {"resourceSpans": [{"scopeSpans": [{"spans": [
                {"kind": "SPAN_KIND_CLIENT", "startTimeUnixNano": 5000000, "endTimeUnixNano": 15000000}
            ]}]}]}"#,
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read("start,duration,cpu_us\n0,1,7"), [[0, 1_000_000, 7]]);
    }

    #[test]
    fn mistakes_are_placed_and_answered() {
        for (text, says) in [
            ("", "there are no calls in it, expected CSV"),
            ("start,duration\n", "there are no calls"),
            ("begin,duration\n1,2", "line 1: there is no column start"),
            ("start,duration\n1,2\n\n1,soon", "line 4: duration is \"soon\", expected a number"),
            ("start,duration\n1,-2", "line 2: duration is -2, expected a number from 0"),
            ("start,duration\n1,NaN", "line 2: duration is NaN"),
            ("start,duration\n1", "line 2: duration is missing"),
            ("[{\"start\": 1}]", "call 1: duration is missing"),
            ("[{\"start\": \"x\", \"duration\": 1}]", "call 1: start is no number"),
            ("[1]", "call 1: it is no object"),
            ("[{\"start\": 1,]", "line 1, column"),
            ("{}", "there are no calls"),
            (
                "{\"spans\": [{\"startTimeUnixNano\": 2, \"endTimeUnixNano\": 1}]}",
                "span 1: it ends before it starts",
            ),
            ("{\"spans\": [{}]}", "span 1: startTimeUnixNano is no number of nanoseconds"),
        ] {
            let error = text.parse::<Trace>().unwrap_err().to_string();
            assert!(error.starts_with(says), "{text}: {error}");
        }
    }
}
