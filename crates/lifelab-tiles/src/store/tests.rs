use std::collections::BTreeMap;

use super::*;
use lifelab_core::seeded;

/// Links are mutual, and say what the map says.
pub(crate) fn check_links(store: &Store) {
    let mut tiles = 0;
    for id in store.ids() {
        tiles += 1;
        let address = store.addresses[id];
        assert_eq!(store.find(address), Some(id));
        assert_eq!(store.tiles[id].near[HERE], id);
        for direction in AROUND {
            let near = address.toward(direction).and_then(|address| store.find(address));
            assert_eq!(store.tiles[id].near[direction], near.unwrap_or(NOWHERE));
        }
    }
    assert_eq!(tiles, store.len());
}

#[test]
fn tiles_come_and_go_and_memory_with_them() {
    let mut store = Store::new(2, u64::MAX).expect("no limit");
    let start = store.bytes();
    let mut known = BTreeMap::new();
    for step in 0..3000_u64 {
        let number = |n: u64, most: u64| (seeded::hash(&[step, n]) % most) as i64 - most as i64 / 2;
        let address = Address { y: number(0, 40), x: number(1, 40) };
        match known.remove(&address) {
            Some(id) => store.remove(id),
            None => {
                known.insert(address, store.obtain(address).expect("no limit"));
            }
        }
        if step % 500 == 0 {
            check_links(&store);
        }
    }
    check_links(&store);
    assert!(store.slabs() > 2);
    known.into_values().for_each(|id| store.remove(id));
    store.shrink();
    check_links(&store);
    assert_eq!(store.slabs(), 1);
    assert!(store.bytes() < start + 100_000, "{} of {start}", store.bytes());
}

#[test]
fn a_limit_is_kept_and_leaves_all_as_it_was() {
    let limit = 1_000_000;
    let mut store = Store::new(2, limit).expect("room for a slab");
    let tiles = (0..).map_while(|x| store.obtain(Address { y: 0, x }).ok()).count();
    assert!(tiles > SLAB && store.bytes() <= limit);
    check_links(&store);
    let refusal = store.obtain(Address { y: 9, x: 9 }).expect_err("there is no room");
    assert!(matches!(refusal, Refusal::Memory { bytes, .. } if bytes > limit));
    store.remove(store.find(Address { y: 0, x: 5 }).expect("it was made"));
    store.obtain(Address { y: 9, x: 9 }).expect("there is room again");
    check_links(&store);
}

#[test]
fn a_fork_is_the_same_in_one_state() {
    let mut store = Store::new(3, u64::MAX).expect("no limit");
    for x in 0..300 {
        let id = store.obtain(Address { y: x % 7, x }).expect("no limit");
        store.states[1].cells[id].set(x as usize % 48, 5, true);
    }
    let fork = store.fork(1, 2, u64::MAX).expect("no limit");
    check_links(&fork);
    for id in store.ids() {
        assert_eq!(fork.states[0].cells[id], store.states[1].cells[id]);
        assert_eq!(fork.states[1].cells[id], Cells::EMPTY);
    }
    assert!(fork.bytes() < store.bytes());
    store.fork(1, 2, 10_000).expect_err("no room");
}
