//! The laws that all steppers obey, checked against independent facts.
