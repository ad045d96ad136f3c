//! All kernels compute what the plain one does, and that one what the cells say.

use super::*;
use crate::band::Band;
use crate::testing::{oracle, soup_of_states, topologies};
use crate::{Cell, Grid, Topology};

/// Every class of rule: the one with a circuit of its own, others, births from nothing, all, none.
const RULES: [&str; 8] = [
    "B3/S23",
    "B36/S23",
    "B3678/S34678",
    "B0/S8",
    "B01245678/S0145678",
    "B1357/S02468",
    "B/S",
    "B012345678/S012345678",
];

fn rules() -> impl Iterator<Item = Rule> {
    RULES.into_iter().map(|rule| rule.parse().unwrap())
}

fn soup(width: u32, height: u32, topology: Topology) -> Grid {
    let mut grid = Grid::new(width, height).unwrap();
    for y in 0..height {
        for x in 0..width {
            let hash = crate::seeded::hash(&[width.into(), x.into(), y.into()]);
            grid.set(Cell::new(x, y), hash % 5 < 2);
        }
    }
    grid.fill_halo(topology);
    grid
}

/// The next generation, computed in bands of so many rows.
fn step(kernel: Kernel, rule: Rule, now: &Grid, rows: u32) -> Grid {
    let mut next = Grid::new(now.width(), now.height()).unwrap();
    for mut band in next.bands_mut(rows) {
        kernel.advance(rule, now.band(band.rows()), &mut band);
    }
    next
}

#[test]
fn the_plain_kernel_agrees_with_the_cells() {
    let plain = Kernel::all()[0];
    for width in [1, 2, 3, 5, 63, 64, 65, 127, 128, 130, 200] {
        for (height, rows) in [(1, 1), (2, 1), (7, 3), (16, 16)] {
            let now = soup(width, height, Topology::Torus);
            for rule in rules() {
                let mut expected = Grid::new(width, height).unwrap();
                for job in now.band(0..height).jobs() {
                    expected.set_state(job.at, job.next(&rule));
                }
                assert_eq!(step(plain, rule, &now, rows), expected, "{rule} {width} x {height}");
            }
        }
    }
}

/// Widths to beyond the widest register and its neighbors, heights beyond a strip's.
#[test]
fn all_kernels_agree_with_the_plain_one() {
    let kernels = Kernel::all();
    let sides =
        (1..=200).map(|width| (width, 5)).chain([511, 512, 513, 640, 1000, 1100].map(|w| (w, 67)));
    for (width, height) in sides {
        for topology in topologies(width, height) {
            let now = soup(width, height, topology);
            for rule in rules() {
                let expected = step(kernels[0], rule, &now, height);
                for &kernel in &kernels[1..] {
                    for rows in [height, 3] {
                        let next = step(kernel, rule, &now, rows);
                        assert_eq!(next, expected, "{kernel} {rule} {width} x {height} {topology}");
                    }
                }
            }
        }
    }
}

/// What worker processes do: rows without padding, wherever in memory they begin.
#[test]
fn all_kernels_compute_packed_rows_of_any_alignment() {
    for width in [1, 64, 100, 129, 300, 511, 577, 1025] {
        let now = soup(width, 9, Topology::Torus);
        for rule in rules() {
            let expected = step(Kernel::all()[0], rule, &now, 9);
            for offset in 0..8 {
                let framed = now.band(0..9).framed_words().flatten().copied();
                let words: Vec<u64> = std::iter::repeat_n(0, offset).chain(framed).collect();
                let packed = BandRef::from_framed(0..9, width, &words[offset..]).unwrap();
                for kernel in Kernel::all() {
                    let mut band = Band::new(0..9, width);
                    kernel.advance(rule, packed, &mut band.as_mut());
                    let mut next = Grid::new(width, 9).unwrap();
                    next.write_band(&band);
                    assert_eq!(next, expected, "{kernel} {rule} {width}, offset {offset}");
                }
            }
        }
    }
}

/// Nothing but cells is written: neither the halo nor the bits that are to be zero.
#[test]
fn kernels_leave_the_bits_beyond_the_width_zero() {
    let everywhere: Rule = "B012345678/S012345678".parse().unwrap();
    for kernel in Kernel::all() {
        for width in [1, 63, 65, 130, 300, 600] {
            let now = soup(width, 3, Topology::Torus);
            let mut band = Band::new(0..3, width);
            kernel.advance(everywhere, now.band(0..3), &mut band.as_mut());
            let live: u32 = band.words().iter().map(|word| word.count_ones()).sum();
            assert_eq!(live, 3 * width, "{kernel} {width}");
        }
    }
}

#[test]
fn a_hop_is_as_many_steps() {
    // Parts of a word, one, several; of a group of columns, one, several; fewer rows than are lost.
    let sizes = [
        (1, 1),
        (3, 5),
        (70, 70),
        (200, 200),
        (64, 9),
        (65, 30),
        (200, 40),
        (1000, 77),
        (1024, 64),
        (4096, 50),
    ];
    for size in sizes {
        for (rule, generations) in rules().zip([1, 2, 3, 7, 12, 16, 31, 63]) {
            check_hop(size, rule, generations);
        }
    }
}

#[test]
fn a_hop_is_as_many_steps_on_grids_of_every_width() {
    for (width, rule) in (1..=300).zip(rules().collect::<Vec<_>>().into_iter().cycle()) {
        check_hop((width, 7), rule, 3);
        check_hop((width, 7), Rule::LIFE, 5);
    }
}

/// One to five groups of registers with two, four and eight words, and a column more or less.
#[test]
fn a_hop_is_as_many_steps_for_every_number_of_groups() {
    let high_life = "B36/S23".parse().unwrap();
    for width in (1..=5).flat_map(|groups| [1024, 2048, 4096].map(|group| groups * group)) {
        check_hop((width, 20), Rule::LIFE, 17);
        check_hop((width, 20), high_life, 2);
        check_hop((width - 1, 6), Rule::LIFE, 4);
        check_hop((width + 1, 6), Rule::LIFE, 4);
    }
}

/// Tiles of several blocks, and tiles one above the other.
#[test]
fn a_hop_is_as_many_steps_on_high_grids() {
    check_hop((4096, 300), Rule::LIFE, 24);
    check_hop((130, 2100), Rule::LIFE, 24);
    check_hop((12_288, 150), "B36/S23".parse().unwrap(), 24);
}

/// Compares what all kernels make of a soup with what the plain one does, step by step.
fn check_hop((width, height): (u32, u32), rule: Rule, generations: u32) {
    let [plain, rest @ ..] = &Kernel::all()[..] else { panic!("there is a plain kernel") };
    for topology in topologies(width, height) {
        let now = soup(width, height, topology);
        let mut expected = Grid::new(width, height).unwrap();
        plain.hop(rule, topology, generations, &now, &mut expected);
        for kernel in rest {
            let mut next = Grid::new(width, height).unwrap();
            kernel.hop(rule, topology, generations, &now, &mut next);
            let what = format!("{kernel} {rule} {topology} {width} x {height} {generations}");
            assert!(next == expected, "{what}");
        }
    }
}

/// Rules whose cells take time to die, with as many states as fill their planes and one more.
#[test]
fn cells_that_take_time_to_die_agree_with_the_oracle() {
    let base = ["B2/S", "B2/S345", "B3/S23", "B2/S34H", "B2-a/S12", "B03/S23"];
    for (index, width) in [1, 63, 64, 65, 130, 513, 700].into_iter().enumerate() {
        for (states, text) in [3, 4, 5, 6, 9, 256].into_iter().zip(base.iter().cycle().skip(index))
        {
            let rule = text.parse::<Rule>().unwrap().with_states(states).expect("states");
            let mut now = soup_of_states(width, 7, rule, states.into());
            let expected = oracle(&now, rule, Topology::Torus);
            now.fill_halo(Topology::Torus);
            for kernel in Kernel::all() {
                let mut next = soup_of_states(width, 7, rule, 99); // What is there does not matter.
                for mut band in next.bands_mut(3) {
                    kernel.advance(rule, now.band(band.rows()), &mut band);
                }
                assert_eq!(next, expected, "{kernel} {rule} {width}");
            }
            let framed: Vec<u64> = now.band(2..7).framed_words().flatten().copied().collect();
            let planes = rule.planes();
            let packed = BandRef::from_framed_planes(2..7, width, planes, &framed).unwrap();
            let mut band = Band::with_planes(2..7, width, planes);
            packed.advance_into(&mut band.as_mut(), rule);
            let mut next = expected.clone();
            next.write_band(&band);
            assert_eq!(next, expected, "packed {rule} {width}");
        }
    }
}
