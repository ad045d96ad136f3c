use lifelab_core::{Rule, seeded};

use super::*;
use crate::geometry::{Cells, SIDE};
use crate::kernel::plain;
use crate::store::check_links;

fn world(rule: &str, states: usize, cells: &[(i64, i64)]) -> World {
    let law = Law::of(rule.parse::<Rule>().expect("a rule"));
    let mut world = World::new(law, false, states, u64::MAX).expect("no limit");
    for &(x, y) in cells {
        let cell = lifelab_core::Position { x, y };
        let id = world.obtain(Address::of(cell).expect("near")).expect("no limit");
        world.set(id, Address::within(cell), true);
    }
    world.settle();
    world
}

fn pool(threads: usize) -> Pool {
    Pool::new(threads.try_into().expect("not zero"))
}

/// All cells, in reading order.
fn cells(world: &World) -> Vec<(i64, i64)> {
    let mut cells = Vec::new();
    for id in world.store.ids() {
        let (origin, tile) = (world.store.addresses[id].origin(), &world.state().cells[id]);
        for (x, y) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))) {
            if tile.row(y) >> x & 1 == 1 {
                cells.push((origin.y + y as i64, origin.x + x as i64));
            }
        }
    }
    cells.sort_unstable();
    cells
}

/// A random soup of some width and height.
fn soup(seed: u64, width: i64, height: i64) -> Vec<(i64, i64)> {
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    all.filter(|&(x, y)| seeded::hash(&[seed, x as u64, y as u64]) % 5 < 2).collect()
}

/// What must be true between passes.
fn check(world: &World) {
    check_links(&world.store);
    let taken: Vec<Id> = world.store.ids().collect();
    for state in &world.store.states {
        for (slab, cells) in state.cells.slabs().iter().enumerate() {
            for (at, cells) in cells.iter().enumerate() {
                let id = (slab * crate::store::SLAB + at) as Id;
                assert_eq!(state.live[id], Marks::of(cells), "live marks of {id}");
                assert!(*cells == Cells::EMPTY || taken.binary_search(&id).is_ok(), "{id} is free");
            }
        }
    }
    if world.unknown > 0 {
        return;
    }
    for &id in &taken {
        if !world.awake.contains(id) {
            let near = world.store.tiles[id].near.map(|near| &world.state().cells[near]);
            let next = plain::advance(near, world.law.in_turn(world.odd), world.stride);
            let film = &world.store.states[world.next()].cells[id];
            assert_eq!(*film, next, "the film of {:?}, which sleeps", world.store.addresses[id]);
        }
    }
}

#[test]
fn tiles_that_sleep_are_right_by_themselves() {
    for (number, rule) in ["B3/S23", "B36/S23", "B3/S012345678", "B03/S23"].iter().enumerate() {
        for (stride, states) in [(8, 2), (8, 3), (6, 5), (5, 2), (2, 15)] {
            if *rule == "B03/S23" && stride % 2 == 1 {
                continue; // Two laws would take turns in a film.
            }
            let mut world = world(rule, states, &soup(number as u64, 70, 60));
            let mut pool = pool(1);
            for pass in 0..60 {
                world.advance(stride, &mut pool).expect("no limit");
                if pass % 5 == 0 || pass > 50 {
                    check(&world);
                }
            }
        }
    }
}

#[test]
fn solo_tiles_change_nothing_but_the_work() {
    let mut scenes: Vec<Vec<(i64, i64)>> = (0..4).map(|seed| soup(seed, 40, 50)).collect();
    // Ships that leave in all directions, through edges and corners, past each other.
    let glider = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)];
    for offset in (0..48).step_by(7) {
        let mut ships = Vec::new();
        for (dx, dy, fx, fy) in [(0, 0, 1, 1), (200, 5, -1, 1), (7, 190, 1, -1), (205, 199, -1, -1)]
        {
            ships.extend(glider.map(|(x, y)| (offset + dx + fx * x, dy + fy * y)));
        }
        scenes.push(ships);
    }
    for scene in scenes {
        let mut solo = world("B3/S23", 2, &scene);
        let mut crowd = world("B3/S23", 2, &scene);
        crowd.solo = false;
        let mut pool = pool(1);
        for pass in 0..100 {
            solo.advance(8, &mut pool).expect("no limit");
            crowd.advance(8, &mut pool).expect("no limit");
            if pass % 7 == 0 {
                assert_eq!(cells(&solo), cells(&crowd), "pass {pass}");
                check(&solo);
                check(&crowd);
            }
        }
        assert!(solo.computed <= crowd.computed);
    }
}

/// Ships of all kinds and directions on a loose lattice, most of which collide.
fn flotilla(seed: u64, side: i64) -> Vec<(i64, i64)> {
    let ships: [&[&str]; 4] = [
        &[".O.", "..O", "OOO"],
        &[".O..O", "O....", "O...O", "OOOO."],
        &["..O...", "O...O.", ".....O", "O....O", ".OOOOO"],
        &["..OO...", "O....O.", "......O", "O.....O", ".OOOOOO"],
    ];
    let mut cells = Vec::new();
    for (i, j) in (0..side).flat_map(|j| (0..side).map(move |i| (i, j))) {
        let number = |n: u64, most: u64| seeded::hash(&[seed, i as u64, j as u64, n]) % most;
        let (left, top) = (45 * i + number(0, 20) as i64, 45 * j + number(1, 20) as i64);
        let [turned, east, south] = [2, 3, 4].map(|n| number(n, 2) == 1);
        for (y, row) in (0..).zip(ships[number(5, 4) as usize]) {
            for (x, _) in (0..).zip(row.chars()).filter(|(_, cell)| *cell == 'O') {
                let (x, y) = if turned { (y, x) } else { (x, y) };
                let flip = |at: i64, flip: bool| if flip { 8 - at } else { at };
                cells.push((left + flip(x, east), top + flip(y, south)));
            }
        }
    }
    cells
}

#[test]
fn a_flotilla_collides_alike_with_solo_tiles_and_without() {
    for (seed, (stride, states)) in (0..).zip([(8, 2), (8, 2), (6, 5), (8, 3), (5, 2), (8, 2)]) {
        let scene = flotilla(seed, 12);
        let mut solo = world("B3/S23", states, &scene);
        let mut crowd = world("B3/S23", states, &scene);
        crowd.solo = false;
        let mut pool = pool(1);
        for pass in 0..150 {
            solo.advance(stride, &mut pool).expect("no limit");
            crowd.advance(stride, &mut pool).expect("no limit");
            assert!(cells(&solo) == cells(&crowd), "seed {seed}, pass {pass}");
            if pass % 10 == 0 {
                check(&solo);
            }
        }
    }
}

#[test]
fn what_repeats_sleeps_and_what_sleeps_costs_nothing() {
    // A block, a blinker across a border of tiles, and a pulsar, whose period is 3.
    let block = [(10, 10), (11, 10), (10, 11), (11, 11)];
    let blinker = [(47, 200), (48, 200), (49, 200)];
    let mut pulsar = Vec::new();
    for (x, y) in [
        (2, 0),
        (3, 0),
        (4, 0),
        (0, 2),
        (0, 3),
        (0, 4),
        (5, 2),
        (5, 3),
        (5, 4),
        (2, 5),
        (3, 5),
        (4, 5),
    ] {
        pulsar.extend(
            [(x, y), (12 - x, y), (x, 12 - y), (12 - x, 12 - y)].map(|(x, y)| (x + 300, y + 20)),
        );
    }
    let all: Vec<_> = block.into_iter().chain(blinker).chain(pulsar.iter().copied()).collect();
    for (stride, states, sleeps) in [(8, 2, false), (6, 5, true), (8, 3, true), (6, 2, true)] {
        let mut world = world("B3/S23", states, &all);
        let mut pool = pool(1);
        for _ in 0..3 * states {
            world.advance(stride, &mut pool).expect("no limit");
        }
        assert_eq!(world.is_asleep(), sleeps, "{stride} x {states}");
        let computed = world.computed;
        world.advance(stride, &mut pool).expect("no limit");
        assert!((world.computed == computed) == sleeps);
        check(&world);
        if sleeps {
            world.turn(states as u64 + 1);
            let mut other = self::world("B3/S23", states, &all);
            for _ in 0..4 * states + 2 {
                other.advance(stride, &mut pool).expect("no limit");
            }
            assert_eq!(cells(&world), cells(&other));
        }
    }
}

#[test]
fn threads_compute_the_same_bit_for_bit() {
    let scene = soup(1, 1300, 1300);
    let mut worlds = [1, 2, 3].map(|threads| (world("B3/S23", 2, &scene), pool(threads)));
    for _ in 0..12 {
        for (world, pool) in &mut worlds {
            world.advance(8, pool).expect("no limit");
        }
        let [(one, _), (two, _), (three, _)] = &worlds;
        for (state, other) in one.store.states.iter().zip(&two.store.states) {
            assert!(state.cells.slabs() == other.cells.slabs());
        }
        assert!(cells(one) == cells(three));
        assert_eq!(one.computed, two.computed);
    }
}

#[test]
fn memory_comes_back_when_all_has_died() {
    let mut world = world("B/S", 2, &soup(3, 900, 900));
    let mut pool = pool(1);
    assert!(world.store.slabs() > 1);
    for _ in 0..5 {
        world.advance(8, &mut pool).expect("no limit");
        check(&world);
    }
    world.shrink();
    assert_eq!((world.store.len(), world.store.slabs()), (0, 1));
    assert!(world.is_asleep());
}

#[test]
fn a_refusal_leaves_the_world_where_it_was() {
    let mut small = world("B3/S23", 2, &soup(5, 60, 60));
    small.store.limit = small.store.bytes();
    let mut free = world("B3/S23", 2, &soup(5, 60, 60));
    let mut pool = pool(1);
    let mut refusals = 0;
    for _ in 0..200 {
        let before = cells(&small);
        while let Err(Refusal::Memory { .. }) = small.advance(8, &mut pool) {
            assert_eq!(cells(&small), before);
            check(&small);
            refusals += 1;
            small.store.limit += 50_000;
        }
        free.advance(8, &mut pool).expect("no limit");
        assert_eq!(cells(&small), cells(&free));
    }
    assert!(refusals > 0, "no tile was made");
}
