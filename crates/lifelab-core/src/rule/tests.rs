//! Rule strings, one line per case.

use super::*;
use crate::seeded;

#[track_caller]
fn reads(text: &str, canonical: &str) {
    match text.parse::<RuleSpec>() {
        Ok(spec) => assert_eq!(spec.to_string(), canonical, "{text}"),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The error's span and message.
#[track_caller]
fn rejects(text: &str, span: std::ops::Range<usize>, message: &str) {
    let error = text.parse::<RuleSpec>().expect_err(text);
    assert_eq!((error.span.clone(), error.to_string().contains(message)), (span, true), "{error}");
}

#[test]
fn every_spelling_means_its_canonical_form() {
    reads("B3/S23", "B3/S23");
    reads("b3/s23", "B3/S23");
    reads("B3/S23 \t", "B3/S23");
    reads("b3s23", "B3/S23");
    reads("B3S32", "B3/S23");
    reads("b3_s23", "B3/S23");
    reads("S23/B3", "B3/S23");
    reads("s23b3", "B3/S23");
    reads("S23_B3", "B3/S23");
    reads("23/3", "B3/S23");
    reads("32/63", "B36/S23");
    reads("/2", "B2/S");
    reads("23/", "B/S23");
    reads("/", "B/S");
    reads("B2/S", "B2/S");
    reads("B/S2", "B/S2");
    reads("B/S", "B/S");
    reads("BS", "B/S");
    reads("SB", "B/S");
    reads("B2", "B2/S");
    reads("b234/", "B234/S");
    reads("B2_", "B2/S");
    reads("S23", "B/S23");
    reads("s23/", "B/S23");
    reads("B/", "B/S");
    reads("S/", "B/S");
    reads("B2:T20", "B2/S:T20,20");
    reads("B33/S2323", "B3/S23");
    reads("B0/S8", "B0/S8");
    reads("876543210/876543210", "B012345678/S012345678");
}

#[test]
fn names_are_matched_without_case_space_and_punctuation() {
    reads("life", "B3/S23");
    reads("Conway's LIFE", "B3/S23");
    reads("conways-life", "B3/S23");
    reads("Day & Night", "B3678/S34678");
    reads("daynight", "B3678/S34678");
    reads("day_and_night", "B3678/S34678");
    reads("2x2", "B36/S125");
    reads("2×2", "B36/S125");
    reads("34 life", "B34/S34");
    reads("3-4-life", "B34/S34");
    reads("Conway", "B3/S23");
    reads("Conway’s Life", "B3/S23");
    reads("honey life", "B38/S238");
    reads("LOWDEATH", "B368/S238");
    reads("flock", "B3/S12");
    reads("Pedestrian-Life", "B38/S23");
    reads("Move/Morley", "B368/S245");
    reads("iceballs", "B25678/S5678");
    reads("seeds:t20", "B2/S:T20,20");
}

#[test]
fn every_name_is_found_and_is_not_another_spelling() {
    for (name, rule) in Rule::NAMED {
        assert_eq!(name.parse(), Ok(*rule), "{name}");
        assert!(parse::rule(name).is_err(), "{name}");
        assert!(rule.name().is_some(), "{name}");
    }
    assert_eq!(Rule::LIFE.name(), Some("Life"));
    assert_eq!(Rule::new(0, 0).and_then(Rule::name), None);
}

#[test]
fn a_misspelled_name_is_answered_with_near_ones() {
    rejects("HihgLife", 0..8, "no rule is called `HihgLife`; did you mean HighLife");
    rejects("Day & Nigth", 0..11, "did you mean Day & Night");
    rejects("Pedestrian", 0..10, "did you mean Pedestrian Life, Pedestrian Flock");
    let long = "x".repeat(1_000_000);
    rejects(&long, 0..1_000_000, "is not supported yet");
}

#[test]
fn malformed_rules_are_placed() {
    rejects("", 0..0, "found the end, expected a rule");
    rejects("B9/S23", 1..2, "found '9', expected a neighbor count");
    rejects("B3/S29", 5..6, "found '9'");
    rejects("29/3", 1..2, "found '9'");
    rejects("23/9", 3..4, "found '9'");
    rejects("23", 2..2, "`/` and the births");
    rejects("B", 1..1, "`/S` and the survivals");
    rejects("S", 1..1, "`/B` and the births");
    rejects("B3/23", 3..4, "found '2', expected `S`");
    rejects("B3/B3", 3..4, "found 'B', expected `S`");
    rejects("3/S23", 2..3, "found 'S'");
    rejects("23_3", 2..3, "found '_'");
    rejects("B3//S23", 3..4, "found '/'");
    rejects(" B3/S23", 0..1, "found ' '");
    rejects("-23/3", 0..1, "found '-'");
    rejects("B3/S23!", 6..7, "found '!'");
    rejects("B3/S23é", 6..8, "found 'é'");
    rejects("Wire\u{7f}World", 4..5, "expected the name of a rule");
}

#[test]
fn families_to_come_are_named() {
    rejects("R5,C0,M1,S34..58,B34..45,NM", 0..27, "Larger than Life");
    rejects("R5,C0,M1,S34..58,B34..45,NM", 0..27, "take one that looks at the eight neighbors");
    rejects("WireWorld", 0..9, "the rule `WireWorld` is not supported yet: it is a table");
    rejects(
        "LifeHistory",
        0..11,
        "the rule `LifeHistory` is not supported yet: it is Life with marks",
    );
}

#[test]
fn rules_with_more_than_two_states_are_read() {
    reads("/2/3", "/2/3");
    reads("345/2/4", "345/2/4");
    reads("543/2/4", "345/2/4");
    reads("B2/S345/256", "345/2/256");
    reads("B2/S/C3", "/2/3");
    reads("b2/s/c3", "/2/3");
    reads("B2/S345/G4", "345/2/4");
    reads("S345/B2/4", "345/2/4");
    reads("B2S345G4", "345/2/4");
    reads("b2sg3", "/2/3");
    reads("b2_s_c3", "/2/3");
    reads("G3B2S", "/2/3");
    reads("c3/b2/s", "/2/3");
    reads("g4_b2_s345", "345/2/4");
    reads("/2/3V", "/2/3V");
    reads("B2/S013/4v", "013/2/4V");
    reads("B2/S34/C3H", "34/2/3H");
    reads("B2-a/S12/C5", "12/2-a/5");
    reads("12/2ceikn/5", "12/2-a/5");
    reads("23/3/2", "B3/S23");
    reads("B3/S23/C2", "B3/S23");
    reads("/2/3:T48,32", "/2/3:T48,32");
    reads("B0/S/C3", "/0/3");
    reads("Brian's Brain", "/2/3");
    reads("brians brain", "/2/3");
    reads("Star Wars:T20", "345/2/4:T20,20");
    reads("living on the edge", "345/3/6");
    assert_eq!("/2/3".parse::<Rule>().map(Rule::name), Ok(Some("Brian's Brain")));
    assert_ne!("/2/3".parse::<Rule>(), "/2/4".parse());
}

#[test]
fn tables_with_more_than_two_states_survive_printing() {
    let shift = Rule::from_table([0xaaaa_aaaa_aaaa_aaaa; 8]);
    for states in [2, 3, 10, 256] {
        let rule = shift.with_states(states).expect("a number of states");
        assert_eq!(rule.to_string().parse(), Ok(rule));
        assert_eq!(rule.to_string().ends_with(&format!("/{states}")), states > 2);
    }
    reads("MAPgAAAAA/3", &"MAPgAAAAA".parse::<Rule>().unwrap().with_states(3).unwrap().to_string());
    rejects("MAPgAAAAA/1", 3..11, "found 8 digits");
    rejects("MAPgAAAAA/257", 3..13, "found 10 digits");
}

#[test]
fn every_named_rule_survives_printing() {
    for (name, rule) in Rule::named() {
        assert_eq!(rule.to_string().parse(), Ok(rule), "{name}");
        assert_eq!(name.parse(), Ok(rule), "{name}");
        assert!(parse::rule(name).is_err(), "{name}");
    }
}

#[test]
fn smaller_neighborhoods_and_arrangements_are_read() {
    reads("B2/S013V", "B2/S013V");
    reads("013/2v", "B2/S013V");
    reads("B245/S3H", "B245/S3H");
    reads("B2V", "B2/SV");
    reads("S3/H", "B/S3H");
    reads("B01234/S01234V", "B012345678/S012345678");
    reads("B2-a/S12", "B2-a/S12");
    reads("B2ceikn/S12", "B2-a/S12");
    reads("b3_s2-i34q", "B3/S2-i34q");
    reads("B3/S2aceikn", "B3/S2");
    reads("B2c2e/S", "B2ce/S");
    reads("B2n/S1c:T20", "B2n/S1c:T20,20");
    reads("B3/S4-ceaiknj", "B3/S4qrtwyz");
    reads("just friends", "B2-a/S12");
    reads("tLife", "B3/S2-i34q");
}

#[test]
fn tables_in_base64_are_read_and_written() {
    let life =
        "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA";
    reads(life, "B3/S23");
    reads(&format!("{life}=="), "B3/S23");
    reads(&format!("map{}:T20", &life[3..]), "B3/S23:T20,20");
    // A cell lives next if its north-western neighbor does now: half of the table.
    let mut shift = Rule::from_table([0xaaaa_aaaa_aaaa_aaaa; 8]);
    assert!(shift.next(Neighborhood::from_rows(1, 0, 0)));
    assert!(!shift.next(Neighborhood::from_rows(0b110, 7, 7)));
    for _ in 0..3 {
        let text = shift.to_string();
        assert!(text.starts_with("MAP") && text.len() == 89, "{text}");
        assert_eq!(text.parse(), Ok(shift));
        shift = Rule::from_table(shift.table().map(|word| word ^ word >> 7));
    }
    rejects("MAP", 3..3, "found 0 digits");
    rejects("MAPAAAAA", 3..8, "found 5 digits");
    rejects("MAPAA-AAA", 5..6, "digit of base64");
}

/// By the definition of the notation, bit by bit.
#[test]
fn short_tables_are_those_of_smaller_neighborhoods() {
    for (digits, order, seen) in [
        (6, &[1_u16, 3, 4, 5, 7][..], "V"), // North, west, the cell, east, south.
        (22, &[7, 8, 3, 4, 5, 0, 1][..], "H"),
    ] {
        for bit in 0..1_usize << order.len() {
            let mut text: Vec<u8> = vec![b'A'; digits];
            text[bit / 6] = b"gQIECB"[bit % 6]; // A single bit, the highest first.
            let text = format!("MAP{}", String::from_utf8(text).unwrap());
            let rule: Rule = text.parse().unwrap();
            for neighborhood in 0..512_u16 {
                let number =
                    order.iter().fold(0, |n, cell| n << 1 | usize::from(neighborhood >> cell & 1));
                let rows = [neighborhood & 7, neighborhood >> 3 & 7, neighborhood >> 6];
                let alive = rule.next(Neighborhood::from_rows(rows[0], rows[1], rows[2]));
                assert_eq!(alive, number == bit, "{text} {seen} {neighborhood:09b}");
            }
        }
    }
}

#[test]
fn slips_in_other_families_are_slips() {
    rejects("B5/S013V", 1..2, "count from 0 to 4");
    rejects("B245/S7H", 6..7, "count from 0 to 6");
    rejects("B2-/S12", 3..4, "letter for an arrangement");
    rejects("B2a-i/S12", 3..4, "found '-'");
    rejects("B2-ij/S12", 4..5, "found 'j'");
    rejects("B0c/S12", 2..3, "found 'c'");
    rejects("B2a/S12V", 7..8, "found 'V'");
    rejects("/2/1", 3..4, "found 1, expected a number of states from 2 to 256");
    rejects("/2/257", 3..6, "states");
    rejects("/2/", 3..3, "states");
    rejects("23/3VH", 5..6, "found 'H'");
    rejects("B2/S/C", 6..6, "a number of states from 2 to 256");
    rejects("B2/S/C1", 6..7, "states");
    rejects("G3", 2..2, "`B` and the births");
    rejects("G3B2/S/3", 6..7, "found '/'");
    rejects("G257B2/S", 1..4, "states");
    rejects("/2/3/4", 4..5, "found '/'");
}

#[test]
fn bits_above_eight_make_no_rule() {
    assert_eq!(Rule::new(1 << 3, 1 << 2 | 1 << 3), Some(Rule::LIFE));
    assert_eq!(Rule::new(1 << 9, 0), None);
    assert_eq!(Rule::new(0, 1 << 15), None);
}

#[test]
fn every_rule_survives_printing() {
    for births in 0..=ALL_COUNTS {
        for survivals in [0, 1, births, births ^ ALL_COUNTS, ALL_COUNTS] {
            let rule = Rule::new(births, survivals).expect("nine bits");
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
    }
}

#[test]
fn every_list_of_letters_survives_printing() {
    for seed in 0..2000_u64 {
        let picks = |n: usize| seeded::hash(&[seed, n as u64]) as u16;
        let rule: Rule = Table::of(|neighborhood| {
            let (count, number) = arrangement::of(neighborhood);
            picks(count + if neighborhood & table::CENTER == 0 { 0 } else { 9 }) >> number & 1 == 1
        })
        .into();
        let text = rule.to_string();
        assert!(text.starts_with('B'), "{text}");
        assert_eq!(text.parse(), Ok(rule), "{text}");
        assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
    }
}

#[test]
fn what_is_observed_decides() {
    for text in ["B3/S23", "B0/S8", "B2-a/S12", "B2/S34H"] {
        let rule: Rule = text.parse().unwrap();
        for bits in 0..512_u16 {
            let block = Neighborhood::from_rows(bits & 7, bits >> 3 & 7, bits >> 6);
            let seen = rule.observe(block);
            assert!(rule.can_observe(seen));
            let next = rule.apply(block.is_alive().into(), seen);
            assert_eq!(next, rule.next(block).into(), "{text} {bits:09b}");
        }
    }
}

#[test]
fn a_cell_that_does_not_survive_goes_through_all_states() {
    let rule = Rule::LIFE.with_states(5).expect("a number of states");
    let lonely = rule.observe(Neighborhood::from_rows(0, 0b010, 0));
    let crowded = rule.observe(Neighborhood::from_rows(7, 0, 0));
    let after = |state: u8, seen| rule.apply(CellState::new(state), seen).number();
    assert_eq!([0, 1, 2, 3, 4].map(|state| after(state, lonely)), [0, 2, 3, 4, 0]);
    assert_eq!([0, 1, 2, 3, 4].map(|state| after(state, crowded)), [1, 1, 3, 4, 0]);
    assert_eq!(rule.counts(), None, "more than a count decides");
    assert_eq!(rule.live_counts(), Rule::LIFE.counts());
    assert_ne!(rule, Rule::LIFE);
    assert!([0, 1, 257].iter().all(|states| Rule::LIFE.with_states(*states).is_none()));
}
