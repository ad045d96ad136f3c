//! The plane without edges, by every engine of the registry in every arrangement that it has: the results
//! of other programs, and laws that compare with the definition of the game. There is a trial per engine
//! and pattern, and one per engine and law.
//!
//! An engine that is added to the registry gets all of them.

mod memory_laws;
mod plane_laws;
mod reference_values;
mod subject;

use libtest_mimic::{Arguments, Trial};

use subject::Subject;

/// A law: its name, and what makes sure that an engine obeys it.
type Law = (&'static str, fn(&Subject));

fn main() {
    let laws: Vec<Law> = [plane_laws::LAWS, memory_laws::LAWS].concat();
    let mut trials = reference_values::trials();
    for subject in Subject::all() {
        trials.extend(laws.iter().map(|&(law, check)| {
            let (name, subject) = (format!("{}::{law}", subject.label), subject.clone());
            Trial::test(name, move || {
                check(&subject);
                Ok(())
            })
        }));
    }
    trials.extend(memory_laws::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
