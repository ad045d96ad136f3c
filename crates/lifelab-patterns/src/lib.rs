//! Life patterns and the file formats they travel in
