//! The options of a stepper or an engine as they were written: names and values, in order.

use std::fmt;

use ron::value::RawValue;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::notation::{self, Mistake};

/// Options by name, each value in RON.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Options(Vec<(String, String)>);

impl Options {
    /// Reads `(name: value, ...)`.
    pub(crate) fn read(text: &str) -> Result<Self, Mistake> {
        notation::read(text)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, option: &str) -> bool {
        self.get(option).is_some()
    }

    /// All options and their values, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// An option's value.
    pub(crate) fn get(&self, option: &str) -> Option<&str> {
        let named = |(name, _): &&(String, String)| name == option;
        self.0.iter().find(named).map(|(_, value)| value.as_str())
    }

    /// Replaces an option's value, or adds the option.
    pub(crate) fn set(&mut self, option: &str, value: String) {
        match self.0.iter_mut().find(|(name, _)| name == option) {
            Some((_, old)) => *old = value,
            None => self.0.push((option.to_owned(), value)),
        }
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.0.iter().map(|(name, value)| format!("{name}: {value}"));
        write!(f, "({})", options.collect::<Vec<_>>().join(", "))
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("", &[], Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Options;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("options as in (name: value)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Options, A::Error> {
        let mut options = Vec::new();
        while let Some((name, value)) = map.next_entry::<Name, Box<RawValue>>()? {
            options.push((name.0, value.get_ron().trim().to_owned()));
        }
        Ok(Options(options))
    }
}

/// A field's name, of which RON knows that it is no string.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Identifier;
        impl Visitor<'_> for Identifier {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an option's name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.to_owned()))
            }
        }
        deserializer.deserialize_identifier(Identifier)
    }
}
