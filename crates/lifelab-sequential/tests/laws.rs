//! The laws of a stepper, for the sequential one at each grain.

use lifelab_core::testing::{laws, within_a_minute};
use lifelab_core::{Grain, StepperFactory};
use lifelab_sequential::{Options, Sequential};

#[test]
fn the_laws_of_all_steppers_hold() {
    within_a_minute(|| {
        for name in ["auto", "cell", "rows:1", "rows:4"] {
            let grain: Grain = name.parse().unwrap();
            laws::check(name, &mut Sequential::with_options(Options { grain }).unwrap());
        }
    });
}
