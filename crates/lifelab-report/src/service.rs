//! What a service did that cells waited for, in figures.

use lifelab_bench::results::CaseResult;

use crate::units;

/// What each figure is, the most important first.
pub(crate) const HEADS: [&str; 9] =
    ["p50", "p99", "goodput", "asked", "refused", "wasted", "queued", "p95", "max"];

/// What the heads stand for.
pub(crate) const LEGEND: &str = "p50 to max: from the beginning of the generation until a cell had its answer; goodput: \
     answers in a second; asked: requests for each answer; refused, wasted: shares of the requests, wasted \
     those whose answer nobody waited for; queued: how long at the service, the mean";

/// The figures of a case whose service was watched.
pub(crate) fn figures(result: &CaseResult) -> Option<[String; HEADS.len()]> {
    let measured = result.outcome.measured()?;
    let service = measured.usage.service.as_ref()?;
    let share = |requests: f64| units::percent(requests / service.requests.max(1.0));
    let cells = service.cells.as_ref();
    let time = |time: Option<_>| time.map_or_else(|| "–".to_owned(), units::time);
    Some([
        time(cells.map(|cells| cells.p50)),
        time(cells.map(|cells| cells.p99)),
        match measured.time.median.as_secs_f64() {
            0.0 => "–".to_owned(),
            seconds => format!("{}/s", units::count((service.answered / seconds) as u64)),
        },
        units::factor(service.amplification()),
        share(service.refused),
        share(service.wasted),
        units::time(service.queued),
        time(cells.map(|cells| cells.p95)),
        time(cells.map(|cells| cells.max)),
    ])
}
