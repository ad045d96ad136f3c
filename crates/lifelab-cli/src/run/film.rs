//! `--film`: a picture of every Nth generation of a run, as it goes.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lifelab::core::Raster;
use lifelab::patterns::WholeFile;
use lifelab::{Count, GenerationEvent, Observer, Simulation};
use lifelab_pictures::{Film, Format, Layout, PictureError};

use crate::failure::Failure;
use crate::pictures::PictureArgs;
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

/// A film that is being made.
pub(crate) struct Camera {
    film: Film<Sink>,
    sink: Sink,
    layout: Layout,
    start: Count,
    every: Count,
    /// The generation of which there is a picture.
    seen: Option<Count>,
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

    /// Begins the film of a run that goes as many generations from here, if it has an end.
    pub(crate) fn start(
        &self,
        simulation: &Simulation,
        ahead: Option<Count>,
        args: &PictureArgs,
    ) -> Result<Option<Camera>, Failure> {
        let Some(path) = self.film.as_deref() else { return Ok(None) };
        let format = match self.is_printed() {
            true => Some(Format::Y4m),
            false => Format::of_path(path).filter(|format| format.is_film()),
        };
        let format = format.ok_or_else(|| refused(path, "a film is a .gif, an .apng or a .y4m"))?;
        let every = Count::from(self.film_every.get());
        let pictures = ahead.and_then(|ahead| ahead.checked_div(every)?.to_u64());
        let pictures = pictures.and_then(|pictures| u32::try_from(pictures).ok()?.checked_add(1));
        let pictures = match (format, pictures) {
            (Format::Apng, None) => {
                return Err(refused(
                    path,
                    "an APNG says first how many pictures it has; take a .gif",
                ));
            }
            (_, pictures) => pictures.unwrap_or(1),
        };
        let layout = args.layout_of(args.shown(simulation.universe(), MARGIN))?;
        let sink = Sink::open(path)?;
        let film = Film::new(format, layout, args.theme(), pictures, self.film_delay, sink.clone());
        let film = film.map_err(|error| sink.failed(error))?;
        let start = simulation.generation();
        let mut camera = Camera { film, sink, layout, start, every, seen: None, failure: None };
        camera.look(simulation);
        Ok(Some(camera))
    }
}

impl Camera {
    /// Ends the film of a run that has ended.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let ended = match self.failure {
            Some(error) => Err(error),
            None => self.film.finish(),
        };
        ended.map_err(|error| self.sink.failed(error))?;
        self.sink.finish()
    }

    fn look(&mut self, simulation: &Simulation) {
        let mut raster = Raster::default();
        simulation.universe().read(self.layout.view(), &mut raster);
        self.seen = Some(simulation.generation());
        self.failure = self.film.push(&raster).err();
    }
}

impl Observer for Camera {
    fn due(&self, _: Count) -> Option<Count> {
        self.seen.unwrap_or(self.start).checked_add(self.every)
    }

    fn observe(&mut self, event: &GenerationEvent<'_>) -> ControlFlow<()> {
        if self.due(Count::ZERO) == Some(event.simulation.generation()) {
            self.look(event.simulation);
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

fn refused(path: &Path, reason: &str) -> Failure {
    Failure::usage(format!("cannot film to {}: {reason}", path.display()))
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}
