//! A pattern as a picture, or as a film of one period.

use std::io::Write;
use std::path::Path;

use lifelab::core::{Place, Rectangle};
use lifelab::patterns::Pattern;
use lifelab::{Cycle, CycleFinder, Error, Simulation, Topology};
use lifelab_pictures::{Coloring, DELAY_MS, Film, FilmOptions, Format, PictureError};

use crate::failure::{Exit, Failure};
use crate::pictures::{self, PictureArgs};
use crate::run::painter::Painter;

/// The longest period of which a film is made.
const LONGEST: u32 = 10_000;

/// After as many generations, cells grow no older.
const AGED: u32 = 64;

/// Writes a pattern as a picture or, of one that `repeats`, as a film of its period.
pub(super) fn write(
    pattern: &Pattern,
    path: &Path,
    format: Format,
    repeats: bool,
    args: &PictureArgs,
) -> Result<(), Failure> {
    match args.coloring() {
        Coloring::Worker => return Err(no_color("worker", "run")),
        Coloring::Age if !repeats => return Err(no_color("age", "run, and with --period")),
        _ => {}
    }
    if repeats && !format.is_film() {
        return Err(Failure::usage("--period makes a film: write to a .gif, an .apng or a .y4m"));
    }
    if repeats {
        return write_period(pattern, path, format, args);
    }
    let (simulation, title) = (simulation(pattern)?, pattern.name.as_deref());
    let title = title.unwrap_or("Game of Life");
    let file = super::begin(path)?;
    pictures::write_one(file, format, args, title, simulation.universe())
}

fn write_period(
    pattern: &Pattern,
    path: &Path,
    format: Format,
    args: &PictureArgs,
) -> Result<(), Failure> {
    let (cycle, shown) = period(pattern, args)?;
    let layout = args.layout_of(shown)?;
    let number = cycle.period.to_u64().map_or(LONGEST, |period| period as u32);
    let mut simulation = simulation(pattern)?;
    simulation.run(cycle.start.saturating_sub(simulation.generation()))?;
    let file = super::begin(path)?;
    let mut painter = Painter::start(layout, args.coloring(), &mut simulation)?;
    if painter.is_due_always() && cycle.displacement == Place::default() {
        // Whoever stays where it is has been there before, and the film has no end.
        for _ in 0..AGED.next_multiple_of(number) {
            simulation.step()?;
            painter.look(&simulation);
        }
    }
    let (theme, coloring) = (args.theme(), args.coloring());
    let options = FilmOptions { theme, coloring, pictures: number, delay_ms: DELAY_MS };
    pictures::write(file, |out: &mut dyn Write| {
        let mut film = Film::new(format, layout, options, out)?;
        for _ in 0..number {
            film.push(&painter.pixels())?;
            simulation.step().map_err(|error| PictureError::Io(std::io::Error::other(error)))?;
            painter.look(&simulation);
        }
        film.finish()
    })
}

/// Colors that say what nobody knows of a pattern.
fn no_color(color: &str, commands: &str) -> Failure {
    Failure::usage(format!("a pattern in a file has no past: --color {color} goes with {commands}"))
}

/// The first period of a pattern, and what is to be seen of it.
fn period(pattern: &Pattern, args: &PictureArgs) -> Result<(Cycle, Rectangle), Failure> {
    let mut simulation = simulation(pattern)?;
    let mut finder = CycleFinder::default();
    // What is seen of each generation: those before the period are not seen.
    let mut shown = Vec::new();
    for _ in 0..=LONGEST {
        finder.note(simulation.universe());
        if let Some(cycle) = finder.cycle() {
            let length = cycle.period.to_u64().map_or(shown.len(), |period| period as usize);
            let seen = &shown[shown.len() - length..];
            return Ok((cycle, seen.iter().copied().reduce(Rectangle::union).unwrap_or(seen[0])));
        }
        shown.push(args.shown(simulation.universe(), pictures::MARGIN));
        simulation.step()?;
    }
    let message =
        format!("the pattern does not repeat within {LONGEST} generations: leave out --period");
    Err(Failure::new(Exit::Failed, "period", message))
}

fn simulation(pattern: &Pattern) -> Result<Simulation, Error> {
    let builder = Simulation::builder().pattern(pattern.clone());
    match pattern.bounds {
        Some(_) => builder.build(),
        None => builder.topology(Topology::infinite()).build(),
    }
}

#[cfg(test)]
mod tests {
    use lifelab::live::{AGE_SHADES, age_shade};

    use super::*;

    #[test]
    fn nothing_grows_older_than_a_film_waits() {
        assert_eq!(age_shade(AGED), AGE_SHADES - 1);
    }
}
