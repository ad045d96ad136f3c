//! Options as they are read.

use lifelab_hashlife::Options;

#[test]
fn a_limit_is_a_number_of_bytes() {
    let read =
        |text: &str| serde_json::from_str::<Options>(text).map(|options| options.memory.get());
    assert_eq!(read("{}").unwrap(), 4 << 30);
    assert_eq!(read(r#"{"memory": "512MiB"}"#).unwrap(), 512 << 20);
    assert_eq!(read(r#"{"memory": 1000000}"#).unwrap(), 1_000_000);
    for text in [r#"{"memory": 0}"#, r#"{"memory": "much"}"#, r#"{"batch": 1}"#] {
        read(text).expect_err(text);
    }
    let written = serde_json::to_string(&Options::default()).unwrap();
    assert_eq!(serde_json::from_str::<Options>(&written).unwrap(), Options::default());
}
