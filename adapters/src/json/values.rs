//! The values that wire types are made of.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize as _,
    de::{DeserializeSeed, Deserializer, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{At, Text, Wire, check_length};

/// A field that must be there and may be null. That it is there tells that the shape is the one we know.
#[derive(Debug)]
pub(crate) struct Nullable<T>(pub(crate) Option<T>);

/// A number or an id that a source writes as text or as a whole number: its text.
#[derive(Debug)]
pub(crate) struct Loose<'a>(pub(crate) Text<'a>);

/// A JSON number as it is written. Whoever sent it may have computed in binary floating point; ours begins with the digits it sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number<'a>(pub(crate) &'a str);

/// Reads a value at a place.
pub(crate) struct Seed<'p, T> {
    at: &'p At<'p>,
    value: PhantomData<T>,
}

impl<'p, T> Seed<'p, T> {
    pub(crate) fn new(at: &'p At<'p>) -> Self {
        Self { at, value: PhantomData }
    }
}

impl<'a, T: Wire<'a>> DeserializeSeed<'a> for Seed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'a>>(self, source: D) -> Result<T, D::Error> {
        T::read(source, self.at)
    }
}

impl<'a> Wire<'a> for Text<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Letters;

        impl<'a> Visitor<'a> for Letters {
            type Value = Text<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E: serde::de::Error>(self, text: &'a str) -> Result<Text<'a>, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text<'a>, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }

        source.deserialize_str(Letters).map_err(|fault| at.note(fault))
    }
}

impl<'a> Wire<'a> for Loose<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Either;

        impl<'a> Visitor<'a> for Either {
            type Value = Loose<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a whole number")
            }

            fn visit_borrowed_str<E: serde::de::Error>(self, text: &'a str) -> Result<Loose<'a>, E> {
                Ok(Loose(Cow::Borrowed(text)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Loose<'a>, E> {
                Ok(Loose(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Loose<'a>, E> {
                Ok(Loose(Cow::Owned(number.to_string())))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Loose<'a>, E> {
                Ok(Loose(Cow::Owned(number.to_string())))
            }
        }

        source.deserialize_any(Either).map_err(|fault| at.note(fault))
    }
}

impl<'a> Wire<'a> for Number<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        let text = <&'a RawValue>::deserialize(source).map_err(|fault| at.note(fault))?.get();
        if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Ok(Self(text));
        }
        Err(at.refuse("a number", &crate::text::cut(text, 60)))
    }
}

impl<'a> Wire<'a> for bool {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Truth;

        impl Visitor<'_> for Truth {
            type Value = bool;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }

            fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<bool, E> {
                Ok(truth)
            }
        }

        source.deserialize_bool(Truth).map_err(|fault| at.note(fault))
    }
}

/// An integer, exactly: a number with a point or an exponent, or beyond 63 bits, is refused and never rounded.
impl<'a> Wire<'a> for i64 {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Whole;

        impl Visitor<'_> for Whole {
            type Value = i64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of at most 63 bits")
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<i64, E> {
                Ok(number)
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<i64, E> {
                i64::try_from(number)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self))
            }
        }

        source.deserialize_i64(Whole).map_err(|fault| at.note(fault))
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Option<T> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Maybe<'p, T> {
            at: &'p At<'p>,
            value: PhantomData<T>,
        }

        impl<'a, T: Wire<'a>> Visitor<'a> for Maybe<'_, T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }

            fn visit_none<E: serde::de::Error>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'a>>(self, source: D) -> Result<Option<T>, D::Error> {
                T::read(source, self.at).map(Some)
            }
        }

        source.deserialize_option(Maybe { at, value: PhantomData }).map_err(|fault| at.note(fault))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Nullable<T> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        Option::read(source, at).map(Self)
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Vec<T> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Entries<'p, T> {
            at: &'p At<'p>,
            value: PhantomData<T>,
        }

        impl<'a, T: Wire<'a>> Visitor<'a> for Entries<'_, T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element_seed(Seed::new(&self.at.index(entries.len())))? {
                    check_length::<A::Error>(entries.len(), self.at)?;
                    entries.push(entry);
                }
                Ok(entries)
            }
        }

        source.deserialize_seq(Entries { at, value: PhantomData }).map_err(|fault| at.note(fault))
    }
}
