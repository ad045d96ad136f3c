use super::*;
use crate::geometry::{
    ALL, AROUND, Address, DIRECTIONS, GROUP, HERE, OWN, SIDE, TILE_GROUPS, WINDOW_GROUPS,
};
use crate::law::Law;
use crate::marks::window_groups;
use crate::store::Store;
use lifelab_core::seeded;

/// The instruction sets of this processor.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub(crate) fn levels() -> Vec<Level> {
    let best = Level::new();
    let levels = [
        best.as_sse2().map(Level::Sse2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_avx2().map(Level::Avx2),
        best.as_avx512().map(Level::Avx512),
    ];
    levels.into_iter().flatten().collect()
}

/// Elsewhere there is one.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
pub(crate) fn levels() -> Vec<Level> {
    vec![Level::new()]
}

const RULES: [&str; 7] =
    ["B3/S23", "B36/S23", "B2/S", "B1357/S1357", "B3678/S34678", "B0/S8", "B03/S23"];

/// A tile of random cells, dense in some of its groups and empty in others.
fn random_tile(seed: u64) -> Cells {
    let mut cells = Cells::EMPTY;
    for (group, rows) in cells.0.iter_mut().enumerate() {
        let density = seeded::hash(&[seed, group as u64]) % 4;
        for (row, out) in rows.iter_mut().enumerate() {
            let word = |n: u64| seeded::hash(&[seed, group as u64, row as u64, n]);
            *out = match density {
                0 => 0,
                1 => word(0) & word(1) & word(2) & word(3) & word(4),
                _ => word(0) & word(1),
            } & crate::geometry::COLUMNS;
        }
    }
    cells
}

/// Tiles in a square of which the inner ones have all neighbors, and their numbers.
fn square(side: i64, now: impl Fn(Address) -> Cells) -> (Store, Vec<(Address, Id)>) {
    let mut store = Store::new(2, u64::MAX).expect("no limit");
    let addresses = (0..side).flat_map(|y| (0..side).map(move |x| Address { y, x }));
    let tiles: Vec<_> = addresses
        .map(|address| (address, store.obtain(address).expect("there is memory")))
        .collect();
    for &(address, id) in &tiles {
        store.states[0].cells[id] = now(address);
        store.states[0].live[id] = Marks::of(&store.states[0].cells[id]);
        store.states[1].cells[id] = random_tile(id.into());
        store.states[1].live[id] = Marks::of(&store.states[1].cells[id]);
    }
    (store, tiles)
}

fn around(store: &Store, id: Id) -> [&Cells; DIRECTIONS] {
    store.tiles[id].near.map(|near| &store.states[0].cells[near])
}

/// Computes jobs of the first slab.
fn run(
    level: Level,
    store: &mut Store,
    generations: usize,
    law: Law,
    odd: bool,
    jobs: &mut [Job],
) -> Vec<Spill> {
    let (first, second) = store.states.split_at_mut(1);
    let next = &mut second[0];
    let mut spills = Vec::new();
    let task =
        Task { tiles: &store.tiles, now: &first[0], generations, circuits: law.circuits(odd) };
    let mut output = Output {
        cells: &mut next.cells.slabs_mut()[0],
        live: &mut next.live.slabs_mut()[0],
        spills: &mut spills,
    };
    compute(level, task, jobs, &mut output, &mut Scratch::default());
    spills
}

/// Jobs of all inner tiles, each of which wants other groups.
fn crowded_jobs(store: &Store, tiles: &[(Address, Id)], side: i64, seed: u64) -> Vec<Job> {
    let is_inner = |at: i64| (1..side - 1).contains(&at);
    let inner = tiles.iter().filter(|(at, _)| is_inner(at.x) && is_inner(at.y));
    let jobs = inner.filter_map(|&(_, tile)| {
        let live = window_groups(store.tiles[tile].near.map(|near| store.states[0].live[near]));
        let (a, b) =
            (seeded::hash(&[seed, tile.into(), 0]) % 6, seeded::hash(&[seed, tile.into(), 1]) % 6);
        let (first, last) = (a.min(b) as u8 + 2, a.max(b) as u8 + 2);
        let changed = Marks::NONE;
        (live != 0).then_some(Job { tile, live, first, last, solo: false, changed })
    });
    jobs.collect()
}

#[test]
fn wanted_groups_are_those_of_the_plain_kernel() {
    for (seed, level) in levels().into_iter().enumerate() {
        for (number, rule) in RULES.iter().enumerate() {
            let law = Law::of(rule.parse().expect("a rule"));
            for generations in 1..=8 {
                let odd = generations % 3 == 0;
                let seed = (100 * seed + 10 * number + generations) as u64;
                let (mut store, tiles) =
                    square(5, |at| random_tile(seeded::hash(&[seed, at.x as u64, at.y as u64])));
                let before = store.states[1].clone();
                let mut jobs = crowded_jobs(&store, &tiles, 5, seed);
                run(level, &mut store, generations, law, odd, &mut jobs);
                for job in &jobs {
                    check_job(&store, &before, job, law.in_turn(odd), generations);
                }
            }
        }
    }
}

fn check_job(
    store: &Store,
    before: &State,
    job: &Job,
    laws: [lifelab_core::Rule; 2],
    generations: usize,
) {
    let whole = plain::advance(around(store, job.tile), laws, generations);
    let (mut expected, mut difference) = (before.cells[job.tile], Cells::EMPTY);
    for group in usize::from(job.first) - 2..=usize::from(job.last) - 2 {
        for row in 0..GROUP {
            difference.0[group][row] = expected.0[group][row] ^ whole.0[group][row];
        }
        expected.0[group] = whole.0[group];
    }
    assert_eq!(store.states[1].cells[job.tile], expected, "{job:?}");
    assert_eq!(store.states[1].live[job.tile], Marks::of(&expected), "{job:?}");
    assert_eq!(job.changed, Marks::of(&difference).narrow(), "{job:?}");
}

#[test]
fn a_solo_window_shows_what_leaves_the_tile() {
    for level in levels() {
        for seed in 0..40 {
            let middle = Address { y: 1, x: 1 };
            let (mut store, tiles) =
                square(3, |at| if at == middle { random_tile(seed) } else { Cells::EMPTY });
            let tile = tiles[HERE].1;
            let live = store.states[0].live[tile].groups();
            if live == 0 {
                continue;
            }
            let (first, last) = (1, 8);
            let mut jobs = [Job { tile, live, first, last, solo: true, changed: Marks::NONE }];
            let generations = seed as usize % 8 + 1;
            let spills = run(
                level,
                &mut store,
                generations,
                Law::of(lifelab_core::Rule::LIFE),
                false,
                &mut jobs,
            );
            let laws = [lifelab_core::Rule::LIFE; 2];
            let expected = plain::advance(around(&store, tile), laws, generations);
            assert_eq!(store.states[1].cells[tile], expected);
            let mut left = false;
            for direction in AROUND {
                let mut nine = [&Cells::EMPTY; DIRECTIONS];
                nine[8 - direction] = &store.states[0].cells[tile];
                let there = plain::advance(nine, laws, generations);
                left |= there != Cells::EMPTY;
                let found =
                    spills.first().and_then(|spill| crate::world::part(&spill.rows, direction));
                assert_eq!(found.unwrap_or(Cells::EMPTY), there, "seed {seed}, {direction}");
            }
            assert_eq!(spills.len(), usize::from(left), "seed {seed}");
        }
    }
}

#[test]
fn a_batch_may_have_windows_of_all_kinds() {
    // Two worlds in one slab: one that is crowded, and a tile far away that is alone.
    for level in levels() {
        for seed in 0..20 {
            let (mut store, tiles) =
                square(4, |at| random_tile(seeded::hash(&[seed, at.x as u64, at.y as u64])));
            let far = store.obtain(Address { y: 50, x: -70 }).expect("there is memory");
            store.states[0].cells[far] = random_tile(seed);
            store.states[0].live[far] = Marks::of(&store.states[0].cells[far]);
            let mut jobs = crowded_jobs(&store, &tiles, 4, seed);
            let live = store.states[0].live[far].groups();
            if live == 0 {
                continue;
            }
            jobs.insert(
                0,
                Job { tile: far, live, first: 1, last: 8, solo: true, changed: Marks::NONE },
            );
            let law = Law::of(lifelab_core::Rule::LIFE);
            run(level, &mut store, 8, law, false, &mut jobs);
            for job in &jobs {
                let whole = plain::advance(around(&store, job.tile), law.in_turn(false), 8);
                for group in usize::from(job.first.max(2)) - 2..=usize::from(job.last.min(7)) - 2 {
                    assert_eq!(store.states[1].cells[job.tile].0[group], whole.0[group], "{job:?}");
                }
            }
        }
    }
}

const _: () =
    assert!(ALL == OWN | 1 << 1 | 1 << 8 && SIDE == TILE_GROUPS * GROUP && WINDOW_GROUPS == 10);
