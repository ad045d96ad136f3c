//! What a job cannot do is said once, before the first generation.

use crate::job::failure;

/// Three ranks say it once, with exit code 2.
fn check(arguments: &str, message: &str) {
    let said = failure(3, arguments, 2);
    assert_eq!(said.matches(message).count(), 1, "{arguments}: {said}");
}

#[test]
fn what_is_wrong_is_said_once() {
    let soup = "run --soup 0.4 --size 30x30";
    check("run", "there is nothing to run");
    check("run acorn", "the universe infinite is not divided into rows; give a size");
    check("run nothing-like-it", "no pattern");
    check("run nowhere.rle --size 9x9", "nowhere.rle");
    check("run --scenario nowhere.ron", "cannot read the scenario nowhere.ron");
    check("run gosper-glider-gun --size 9x9", "lies outside the grid of 9x9 cells");
    check(&format!("{soup} --topology klein:x"), "klein:x is not divided into rows");
    check(&format!("{soup} --rule B3/S23:T30+5,20"), "names a universe");
    check(&format!("{soup} --engine hashlife"), "the engine hashlife has all of a universe");
    check(&format!("{soup} --workers 0"), "--workers");
    check(&format!("{soup} -g 2^70"), "cannot be counted with 64 bits");
    check(&format!("{soup} --memory-limit 1kB"), "the limit is 1.0 kB");
    check(&format!("{soup} --until-stable"), "unexpected argument '--until-stable'");
    check("run --soup 0.4 --size 30x2", "3 ranks for 2 rows; start 2 ranks at most");
    check("bench --size 30x2", "3 ranks for 2 rows");
    check("bench -g 0", "give 1 at least");
}
