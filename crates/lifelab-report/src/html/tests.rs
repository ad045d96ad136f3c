//! Laws of the page that need no browser.

use lifelab_bench::results::{Outcome, Results};

use crate::samples;

fn page(results: &Results) -> String {
    let mut page = Vec::new();
    super::write(results, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

#[test]
fn each_language_has_a_group() {
    let page = page(&samples::languages());
    for language in ["Lifelab", "Python", "Go"] {
        assert!(page.contains(&format!(">{language}</th>")), "{language}");
        assert!(page.contains(&format!(">{language}</text>")), "{language}");
    }
    assert!(page.contains("Lines of code") && page.contains("--allow-programs"));
}

#[test]
fn a_service_has_a_table_of_its_own() {
    let shown = page(&samples::service());
    assert!(shown.contains("<h2>The service</h2>") && shown.contains(">1.28x</td>"));
    assert!(!page(&samples::race()).contains("The service"));
}

#[test]
fn a_page_needs_nothing_but_itself() {
    for results in samples::all() {
        let page = page(&results);
        for foreign in ["http:", "https:", "src=", "@import", "url(", "<script", "<link"] {
            assert!(!page.contains(foreign), "{}: {foreign}", results.name);
        }
    }
}

#[test]
fn text_of_strangers_stays_text() {
    let mut results = samples::race();
    results.about = "<script>alert(1)</script>".to_owned();
    results.cases[0].outcome =
        Outcome::Failed { kind: "\"><b>".into(), error: "</style><img onerror=x>".into() };
    results.cases[1].case.stepper = "<i>mine</i>".to_owned();
    let page = page(&results);
    for tag in ["<script", "<b>", "<img", "<i>"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn every_chart_has_a_title_and_a_label_and_those_of_time_a_verdict() {
    for results in samples::all().into_iter().filter(|results| !results.interrupted) {
        let page = page(&results);
        let figures: Vec<&str> = page.split("<figure>").skip(1).collect();
        assert!(!figures.is_empty());
        for figure in figures {
            let figure = figure.split("</figure>").next().unwrap();
            let title = figure.split("<h3>").nth(1).unwrap();
            assert!(figure.contains("role=\"img\" aria-label=\""), "{title}");
            assert!(figure.contains("<title>"), "{title}");
            if title.starts_with("Time per generation") {
                let caption = figure.split("<figcaption>").nth(1).unwrap();
                assert!(caption.starts_with("<p>") && !caption.starts_with("<p></p>"), "{title}");
            }
        }
    }
}

#[test]
fn sweeps_get_the_charts_of_their_axes() {
    for (results, titles) in [
        (samples::race(), &["Time per generation", "Threads at once"] as &[_]),
        (samples::cells(), &["Time per generation against cells", "Memory per cell against cells"]),
        (samples::latency(), &["Time per generation against latency", "Overhead per cell"]),
        (samples::workers(), &["Time per generation against workers"]),
        (samples::faults(), &["Time per generation against fault rate"]),
        (samples::tail(), &["Every generation: how the times spread"]),
        (samples::serialization(), &["Time per generation against work per cell"]),
    ] {
        let page = page(&results);
        for title in titles {
            assert!(page.contains(title), "{}: {title}", results.name);
        }
    }
}

#[test]
fn estimates_are_called_so_and_failures_are_marked() {
    let page = page(&samples::cells());
    assert!(page.contains("(estimate, not measured)"));
    assert!(page.contains("class=\"mark open\""));
    assert!(page.contains("class=\"cross\""));
    assert!(page.contains("failed (resources): generation 1 needs 102400 threads"));
}

#[test]
fn the_same_results_make_the_same_page() {
    assert_eq!(page(&samples::latency()), page(&samples::latency()));
}
