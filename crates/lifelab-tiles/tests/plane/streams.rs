//! What repeats itself.

use super::*;

const GUN: [&str; 9] = [
    "........................O...........",
    "......................O.O...........",
    "............OO......OO............OO",
    "...........O...O....OO............OO",
    "OO........O.....O...OO..............",
    "OO........O...O.OO....O.O...........",
    "..........O.....O.......O...........",
    "...........O...O....................",
    "............OO......................",
];

fn gun() -> Cells {
    let rows = (0..).zip(GUN);
    let cells = rows.flat_map(|(y, row)| (0..).zip(row.chars()).map(move |(x, cell)| (x, y, cell)));
    cells.filter(|&(_, _, cell)| cell == 'O').map(|(x, y, _)| (x, y)).collect()
}

/// The gun has 36 cells, and 30 generations later a glider more.
#[test]
fn a_stream_of_gliders_sleeps() {
    let mut engine = make(Rule::LIFE, &gun());
    advance(&mut engine, 30_000);
    assert_eq!(engine.population(), 36 + 5 * 1000);
    assert!(engine.computed() < 60_000, "{} tiles were computed", engine.computed());
    for _ in 0..30 {
        advance(&mut engine, 1);
    }
    assert_eq!(engine.population(), 36 + 5 * 1001);
    advance(&mut engine, 330);
    assert_eq!(engine.population(), 36 + 5 * 1012);
    assert!(engine.computed() < 60_000, "{} tiles were computed", engine.computed());
}

#[test]
fn a_stream_that_is_disturbed_wakes() {
    let mut engine = make(Rule::LIFE, &gun());
    advance(&mut engine, 9_001);
    let at = |(x, y): (i64, i64)| (Place { x: x.into(), y: y.into() }, true);
    let obstacle: Vec<_> = soup(4, (30, 20), (500, 480)).into_iter().map(at).collect();
    engine.edit(&obstacle).expect("there is memory");
    let same = cells(&engine).into_iter().map(|(x, y)| Position { x, y });
    let same = TileEngine::new(Rule::LIFE, engine.generation(), same, options(1));
    let mut same = same.expect("there is memory");
    for hop in [100, 3_000, 7, 4_000, 3_333] {
        advance(&mut engine, hop);
        advance(&mut same, hop);
        assert_eq!(engine.fingerprint(), same.fingerprint(), "generation {}", same.generation());
    }
}

#[test]
fn what_repeats_goes_any_distance_at_once() {
    let mut blinker = make(Rule::LIFE, &[(47, 0), (48, 0), (49, 0)]);
    let odd = Count::power_of_two(80).checked_add(Count::ONE).expect("it is not too large");
    for _ in 0..100_000 {
        let rest = odd.saturating_sub(blinker.generation());
        if rest.is_zero() {
            break;
        }
        blinker.advance(rest, &CancellationToken::new()).expect("nothing stops it");
    }
    assert_eq!(blinker.generation(), odd);
    assert_eq!(cells(&blinker), [(48, -1), (48, 0), (48, 1)]);
}
