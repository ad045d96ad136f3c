//! Names as people write them, and those that are near a misspelled one.

/// The most names that are suggested.
const SUGGESTIONS: usize = 5;

/// The longest name that is looked at, in bytes: no known name is this long, and distances take
/// time.
const LONGEST: usize = 100;

/// What counts in a name: `Day & Night`, `day-night` and `DayNight` are the same, and so are `2x2` and
/// `2×2`. Control characters count, so no name has any.
pub fn letters(name: &str) -> String {
    let counts = |c: &char| c.is_alphanumeric() || c.is_control();
    name.replace('×', "x").chars().filter(counts).flat_map(char::to_lowercase).collect()
}

/// The names that differ from `wanted` by a few slips of the pen, the likeliest first; failing that,
/// names that contain its letters in this order. At most five.
///
/// ```
/// use lifelab_core::nearest::nearest;
///
/// assert_eq!(nearest("glidre", ["glider", "toad", "gosper-glider-gun"]), ["glider"]);
/// assert_eq!(nearest("gun", ["glider", "toad", "gosper-glider-gun"]), ["gosper-glider-gun"]);
/// ```
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if wanted.len() > LONGEST {
        return vec![];
    }
    let wanted = letters(wanted);
    let slips = 1 + wanted.chars().count() / 4;
    let distance = |name: &str| strsim::osa_distance(&wanted, &letters(name));
    let mut names: Vec<_> = names.into_iter().map(|name| (distance(name), name)).collect();
    if names.iter().any(|(distance, _)| *distance <= slips) {
        names.retain(|(distance, _)| *distance <= slips);
    } else {
        names.retain(|(_, name)| wanted.len() > 2 && is_subsequence(&wanted, &letters(name)));
    }
    names.sort_unstable();
    names.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
}

/// Whether the letters of `part` stand in `whole`, in this order.
fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|wanted| rest.any(|letter| letter == wanted))
}
