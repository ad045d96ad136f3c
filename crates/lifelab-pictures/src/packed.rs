//! Points in a quarter of a byte each, as PNG has them.

/// Packs rows of points, each row beginning with a new byte.
pub(crate) fn pack(points: &[u8], width: usize) -> Vec<u8> {
    let rows = points.chunks(width);
    let byte = |four: &[u8]| {
        let packed = four.iter().fold(0, |packed, point| packed << 2 | point);
        packed << (2 * (4 - four.len()))
    };
    rows.flat_map(|row| row.chunks(4).map(byte)).collect()
}
