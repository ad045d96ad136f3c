//! `--film`: a picture of every Nth generation of a run, as it goes.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lifelab::patterns::WholeFile;
use lifelab::{Count, GenerationEvent, Observer, Simulation};
use lifelab_pictures::{Coloring, Film, FilmOptions, Format, Layout, PictureError, Pixels};

use crate::failure::Failure;
use crate::pictures::PictureArgs;
use crate::report;
use crate::run::painter::Painter;
use crate::whole_file;

/// How a run is filmed.
#[derive(clap::Args, Clone)]
pub(crate) struct FilmArgs {
    /// Make a film of the run, as a .gif, an .apng or a .y4m, which is raw video; `-` for raw video on
    /// standard output, as in `--film - | ffmpeg -i - gun.mp4`. What it shows stays the same: the universe
    /// or, if it has no edges, the pattern at the start and 20 cells around it
    #[arg(long, value_name = "FILE", help_heading = "Pictures")]
    pub(crate) film: Option<PathBuf>,

    /// Take a picture of one in N generations
    #[arg(long, value_name = "N", default_value = "1", requires = "film")]
    #[arg(value_parser = crate::values::whole::<NonZeroU64>, help_heading = "Pictures")]
    #[arg(allow_negative_numbers = true)]
    film_every: NonZeroU64,

    /// Show each picture for this time, in milliseconds: GIF counts hundredths of a second
    #[arg(long, value_name = "MS", default_value = "100", requires = "film")]
    #[arg(value_parser = clap::value_parser!(u16).range(20..), help_heading = "Pictures")]
    film_delay: u16,
}

/// What looks at a run, for a film of it or for the colors of its last generation.
pub(crate) struct Camera {
    film: Option<(Film<Sink>, Sink)>,
    painter: Painter,
    every: Count,
    /// The generation of the last picture.
    seen: Count,
    /// Whether the run is for nothing but the film, and ends when nobody watches it any more.
    is_all: bool,
    failure: Option<PictureError>,
}

/// Where a film goes.
#[derive(Clone)]
enum Sink {
    /// A file that is taken back from the film when it is complete.
    File(Rc<RefCell<WholeFile>>),
    Stdout,
}

/// Dead cells around a pattern without a universe, in a film of it.
const MARGIN: i64 = 20;

impl FilmArgs {
    /// Whether the film goes to standard output.
    pub(crate) fn is_printed(&self) -> bool {
        self.film.as_deref().is_some_and(is_stdout)
    }

    /// Starts to look at a run that goes as many generations from here, if it has an end, and if there is
    /// anything to look for: a film, which may be `all` that the run is for, or a picture of the last
    /// generation in colors.
    pub(crate) fn start(
        &self,
        simulation: &mut Simulation,
        ahead: Option<Count>,
        args: &PictureArgs,
        is_pictured: bool,
        is_all: bool,
    ) -> Result<Option<Camera>, Failure> {
        let needs_colors = is_pictured && args.coloring() != Coloring::None;
        if self.film.is_none() && !needs_colors {
            return Ok(None);
        }
        let format = self.film.as_deref().map(|path| self.format(path)).transpose()?;
        let layout = args.layout_of(args.shown(simulation.universe(), MARGIN))?;
        let pictures = self.pictures(format, ahead)?;
        let painter = Painter::start(layout, args.coloring(), simulation)?;
        let options = FilmOptions {
            theme: args.theme(),
            coloring: args.coloring(),
            pictures,
            delay_ms: self.film_delay,
        };
        let film = match (self.film.as_deref(), format) {
            (Some(path), Some(format)) => {
                let sink = Sink::open(path)?;
                match Film::new(format, layout, options, sink.clone()) {
                    Ok(film) => Some((film, sink)),
                    Err(error) if !is_all && sink.is_closed(&error) => unwatched(),
                    Err(error) => return Err(sink.failed(error)),
                }
            }
            _ => None,
        };
        let (seen, every) = (simulation.generation(), Count::from(self.film_every.get()));
        let mut camera = Camera { film, painter, every, seen, is_all, failure: None };
        camera.push(seen);
        Ok(Some(camera))
    }

    fn format(&self, path: &Path) -> Result<Format, Failure> {
        let format = match self.is_printed() {
            true => Some(Format::Y4m),
            false => Format::of_path(path).filter(|format| format.is_film()),
        };
        format.ok_or_else(|| refused(path, "a film is a .gif, an .apng or a .y4m"))
    }

    /// How many pictures there will be, as far as that must be known.
    fn pictures(&self, format: Option<Format>, ahead: Option<Count>) -> Result<u32, Failure> {
        let pictures =
            ahead.and_then(|ahead| ahead.checked_div(self.film_every.get().into())?.to_u64());
        let pictures = pictures.and_then(|pictures| u32::try_from(pictures).ok()?.checked_add(1));
        match (format, &self.film, pictures) {
            (Some(Format::Apng), Some(path), None) => {
                Err(refused(path, "an APNG says first how many pictures it has; take a .gif"))
            }
            (.., pictures) => Ok(pictures.unwrap_or(1)),
        }
    }
}

impl Camera {
    /// Ends the film, if there is one, of a run that has ended.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Some((film, sink)) = self.film else { return Ok(()) };
        let ended = match self.failure {
            Some(error) => Err(error),
            None => film.finish(),
        };
        match ended {
            Err(error) if !self.is_all && sink.is_closed(&error) => {
                unwatched();
                return Ok(());
            }
            ended => ended.map_err(|error| sink.failed(error))?,
        }
        sink.finish()
    }

    /// What has been seen last, in colors.
    pub(crate) fn last(&self) -> (&Layout, Pixels) {
        (self.painter.layout(), self.painter.pixels())
    }

    /// Adds what has been seen to the film.
    fn push(&mut self, generation: Count) {
        self.seen = generation;
        let Some((film, sink)) = &mut self.film else { return };
        match film.push(&self.painter.pixels()) {
            Err(error) if !self.is_all && sink.is_closed(&error) => self.film = unwatched(),
            pushed => self.failure = pushed.err(),
        }
    }

    /// When the next picture is taken.
    fn next_picture(&self) -> Option<Count> {
        self.seen.checked_add(self.every)
    }
}

impl Observer for Camera {
    fn due(&self, now: Count) -> Option<Count> {
        match self.painter.is_due_always() {
            true => now.checked_add(Count::ONE),
            false => self.next_picture(),
        }
    }

    fn observe(&mut self, event: &GenerationEvent<'_>) -> ControlFlow<()> {
        let now = event.simulation.generation();
        let is_picture = self.next_picture() == Some(now);
        if is_picture || self.painter.is_due_always() {
            self.painter.look(event.simulation);
        }
        if is_picture {
            self.push(now);
        }
        if self.failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Sink {
    fn open(path: &Path) -> Result<Self, Failure> {
        if !is_stdout(path) {
            return Ok(Self::File(Rc::new(RefCell::new(whole_file::create(path)?))));
        }
        match io::stdout().is_terminal() {
            true => {
                Err(refused(path, "a terminal shows no video; send it to a program, or to a file"))
            }
            false => Ok(Self::Stdout),
        }
    }

    /// Ends what the film was written to.
    fn finish(self) -> Result<(), Failure> {
        let Self::File(file) = self else { return Ok(()) };
        let file = Rc::into_inner(file).expect("the film has given it back").into_inner();
        let path = file.path().to_owned();
        file.finish().map_err(|error| whole_file::unwritten("the film", &path, &error))
    }

    /// Whether it could not be written to because nobody reads standard output any more.
    fn is_closed(&self, error: &PictureError) -> bool {
        matches!((self, error), (Self::Stdout, PictureError::Io(error))
            if error.kind() == io::ErrorKind::BrokenPipe)
    }

    fn failed(&self, error: PictureError) -> Failure {
        match (error, self) {
            (PictureError::Io(error), Self::File(file)) => {
                whole_file::unwritten("the film", file.borrow().path(), &error)
            }
            (PictureError::Io(error), Self::Stdout) => error.into(),
            (error, _) => Failure::usage(error.to_string()),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.borrow_mut().write(bytes),
            Self::Stdout => io::stdout().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.borrow_mut().flush(),
            Self::Stdout => io::stdout().flush(),
        }
    }
}

/// Tells that a film has lost its reader. Who wants more of a run than its film gets the rest.
fn unwatched() -> Option<(Film<Sink>, Sink)> {
    report::note("nobody reads the film any more; the run goes on without it");
    None
}

fn refused(path: &Path, reason: &str) -> Failure {
    Failure::usage(format!("cannot film to {}: {reason}", path.display()))
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}
