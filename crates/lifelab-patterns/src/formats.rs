//! The formats, a file each, and the table of them.

pub mod apgcode;
mod comments;
mod drawing;
pub(crate) mod life_105;
pub(crate) mod life_106;
pub mod macrocell;
pub(crate) mod mcell;
pub(crate) mod plaintext;
pub(crate) mod rle;
pub(crate) mod ron;
mod rule;

use crate::codec::Codec;
use crate::format::Format;

/// What reads and writes a format.
pub(crate) const fn codec(format: Format) -> &'static Codec {
    match format {
        Format::Rle => &rle::CODEC,
        Format::Plaintext => &plaintext::CODEC,
        Format::Life105 => &life_105::CODEC,
        Format::Life106 => &life_106::CODEC,
        Format::Macrocell => &macrocell::CODEC,
        Format::Mcell => &mcell::CODEC,
        Format::Apgcode => &apgcode::CODEC,
        Format::Ron => &ron::CODEC,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_written_if_it_says_so() {
        for format in Format::ALL {
            assert_eq!(codec(format).write.is_some(), format.is_written(), "{format}");
        }
    }
}
