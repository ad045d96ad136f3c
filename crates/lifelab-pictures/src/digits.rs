//! Digits made of points.

/// Rows of points of a digit.
pub(crate) const HEIGHT: u32 = 7;

/// Columns of points of a digit, and of the gap after it.
const WIDTH: u32 = 5;
const GAP: u32 = 1;

/// The digits and the minus, row by row.
const SHAPES: [(char, [&str; HEIGHT as usize]); 11] = [
    ('0', [" ### ", "#   #", "#   #", "#   #", "#   #", "#   #", " ### "]),
    ('1', ["  #  ", " ##  ", "# #  ", "  #  ", "  #  ", "  #  ", "#####"]),
    ('2', [" ### ", "#   #", "    #", "   # ", "  #  ", " #   ", "#####"]),
    ('3', [" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "]),
    ('4', ["   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "]),
    ('5', ["#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "]),
    ('6', [" ### ", "#    ", "#    ", "#### ", "#   #", "#   #", " ### "]),
    ('7', ["#####", "    #", "   # ", "   # ", "  #  ", "  #  ", "  #  "]),
    ('8', [" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "]),
    ('9', [" ### ", "#   #", "#   #", " ####", "    #", "    #", " ### "]),
    ('-', ["     ", "     ", "     ", " ### ", "     ", "     ", "     "]),
];

/// Columns of points of a number.
pub(crate) fn width(text: &str) -> u32 {
    (text.len() as u32 * (WIDTH + GAP)).saturating_sub(GAP)
}

/// The points of a number, as columns and rows from its corner.
pub(crate) fn points(text: &str) -> impl Iterator<Item = (u32, u32)> {
    text.chars().zip(0..).flat_map(|(character, place)| {
        let shape = SHAPES.iter().find(|(known, _)| *known == character);
        let rows = shape.into_iter().flat_map(|(_, rows)| rows.iter().zip(0..));
        rows.flat_map(move |(row, y)| {
            let points = row.bytes().zip(0..).filter(|(point, _)| *point == b'#');
            points.map(move |(_, x)| (place * (WIDTH + GAP) + x, y))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_another() {
        let mut shapes: Vec<Vec<_>> =
            "0123456789-".chars().map(|digit| points(&digit.to_string()).collect()).collect();
        assert!(shapes.iter().flatten().all(|&(x, y)| x < WIDTH && y < HEIGHT));
        shapes.sort();
        shapes.dedup();
        assert_eq!(shapes.len(), 11);
    }

    #[test]
    fn a_number_is_its_digits_one_after_the_other() {
        let alone = |digit: &str, right: u32| -> Vec<_> {
            points(digit).map(|(x, y)| (x + right, y)).collect()
        };
        let number: Vec<_> = points("-40").collect();
        assert_eq!(number, [alone("-", 0), alone("4", 6), alone("0", 12)].concat());
        assert_eq!(width("-40"), 17);
    }
}
