//! Reading foreign JSON in one pass: unknown fields are counted by path, the first fault is located, text is borrowed.
//!
//! A wire type is declared with [`wire!`]: every field by its JSON name, and by name what is known and not used. The happy path
//! allocates nothing for paths: a place is a chain of references that becomes a pointer only when there is something to say.

mod values;

use std::{borrow::Cow, cell::RefCell, collections::BTreeMap, fmt};

use domain::{Malformed, MarketId};
use serde::de::{Deserializer, Visitor};

pub(crate) use values::{Loose, Nullable, Number, Seed};

/// Text, borrowed from the body where it has no escapes.
pub(crate) type Text<'a> = Cow<'a, str>;

/// Different unknown paths counted on one page; the rest is counted together under [`OVERFLOW`].
const UNKNOWN_MAX: usize = 64;

/// Where unknown fields beyond [`UNKNOWN_MAX`] paths are counted.
const OVERFLOW: &str = "/*";

/// Longest key or value that enters a path, in characters.
const STEP_CHARACTERS_MAX: usize = 40;

/// A value that knows how to be read at a place.
pub(crate) trait Wire<'a>: Sized {
    /// Reads it; a fault is noted at the place where it is.
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error>;

    /// What it is when its field is not there; `None` when the field is required.
    fn absent() -> Option<Self> {
        None
    }
}

/// What is noted while a page is read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    unknown: RefCell<BTreeMap<String, u32>>,
    fault: RefCell<Option<Fault>>,
}

#[derive(Debug)]
struct Fault {
    path: String,
    expected: String,
    found: String,
}

impl Notes {
    /// Counts something unknown once; `path` has `*` for indexes.
    pub(crate) fn count(&self, path: String) {
        let mut unknown = self.unknown.borrow_mut();
        let has_room = unknown.len() < UNKNOWN_MAX || unknown.contains_key(&path);
        let count = unknown.entry(if has_room { path } else { OVERFLOW.into() }).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts an unknown word of an open set, as in `/items/*/kind=NewKind`.
    pub(crate) fn count_word(&self, path: &str, word: &str) {
        self.count(format!("{path}={}", crate::text::cut(word, STEP_CHARACTERS_MAX)));
    }

    /// What was counted, sorted by path.
    pub(crate) fn into_unknown(self) -> Vec<(String, u32)> {
        self.unknown.into_inner().into_iter().collect()
    }
}

/// A place in the document, as a chain up to its top.
#[derive(Clone, Copy)]
pub(crate) struct At<'p> {
    notes: &'p Notes,
    parent: Option<&'p At<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Top,
    Key(&'p str),
    Index(usize),
}

impl<'p> At<'p> {
    fn top(notes: &'p Notes) -> Self {
        Self { notes, parent: None, step: Step::Top }
    }

    /// The place of a field.
    pub(crate) fn key(&'p self, key: &'p str) -> Self {
        Self { notes: self.notes, parent: Some(self), step: Step::Key(key) }
    }

    /// The place of a list's entry.
    pub(crate) fn index(&'p self, index: usize) -> Self {
        Self { notes: self.notes, parent: Some(self), step: Step::Index(index) }
    }

    /// Counts a field that nobody declared.
    pub(crate) fn unknown(&self, key: &str) {
        self.notes.count(self.key(key).pointer(true));
    }

    /// Notes the fault here, if it is the first, and gives it back: the innermost place is noted first.
    pub(crate) fn note<E: fmt::Display>(&self, fault: E) -> E {
        let mut noted = self.notes.fault.borrow_mut();
        if noted.is_none() {
            let (expected, found) = expected_and_found(&fault.to_string());
            *noted = Some(Fault { path: self.pointer(false), expected, found });
        }
        fault
    }

    /// A fault of our own making, noted here.
    pub(crate) fn refuse<E: serde::de::Error>(&self, expected: &str, found: &str) -> E {
        let mut noted = self.notes.fault.borrow_mut();
        if noted.is_none() {
            *noted =
                Some(Fault { path: self.pointer(false), expected: expected.into(), found: found.into() });
        }
        E::custom("refused")
    }

    fn pointer(&self, is_starred: bool) -> String {
        let mut text = match self.parent {
            Some(parent) => parent.pointer(is_starred),
            None => return String::new(),
        };
        text.push('/');
        match self.step {
            Step::Top => {}
            Step::Key(key) => {
                let key = crate::text::cut(key, STEP_CHARACTERS_MAX);
                text.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Step::Index(_) if is_starred => text.push('*'),
            Step::Index(index) => text.push_str(&index.to_string()),
        }
        text
    }
}

/// The two halves of serde's `invalid type: null, expected text at line 1 column 5`; anything else is no JSON at all.
fn expected_and_found(message: &str) -> (String, String) {
    let message = message.rsplit_once(" at line ").map_or(message, |(head, _)| head);
    let halves = ["invalid type: ", "invalid value: ", "invalid length "]
        .into_iter()
        .find_map(|start| message.strip_prefix(start)?.rsplit_once(", expected "));
    match halves {
        Some((found, expected)) => (expected.into(), crate::text::cut(found, 60)),
        None => ("well-formed JSON".into(), crate::text::cut(message, 60)),
    }
}

/// The body behind a byte order mark, which RFC 8259 lets a reader pass over.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Reads a whole document.
///
/// # Errors
/// [`Malformed`] at the innermost place that could not be read.
pub(crate) fn read_document<'a, T: Wire<'a>>(
    body: &'a [u8],
    market: &MarketId,
) -> Result<(T, Notes), Malformed> {
    let notes = Notes::default();
    let mut source = serde_json::Deserializer::from_slice(without_mark(body));
    let top = At::top(&notes);
    let read = T::read(&mut source, &top)
        .and_then(|value| source.end().map_err(|fault| top.note(fault)).map(|()| value));
    match read {
        Ok(value) => Ok((value, notes)),
        Err(fault) => {
            let Fault { path, expected, found } = notes.fault.into_inner().unwrap_or_else(|| Fault {
                path: String::new(),
                expected: "well-formed JSON".into(),
                found: crate::text::cut(&fault.to_string(), 60),
            });
            Err(Malformed { market: market.clone(), path, expected, found })
        }
    }
}

/// A key of an object.
pub(crate) struct Key;

impl<'a> serde::de::DeserializeSeed<'a> for Key {
    type Value = Text<'a>;

    fn deserialize<D: Deserializer<'a>>(self, source: D) -> Result<Text<'a>, D::Error> {
        source.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Key {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'a str) -> Result<Text<'a>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text<'a>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// A field's value, read once: a second one under the same name is a document that two readers would read differently.
pub(crate) fn read_field<'a, T: Wire<'a>, A: serde::de::MapAccess<'a>>(
    map: &mut A,
    at: &At<'_>,
    slot: &mut Option<T>,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(at.refuse("this field once", "it twice"));
    }
    *slot = Some(map.next_value_seed(Seed::new(at))?);
    Ok(())
}

/// A field's value after the object ended: what was read, or what its absence means.
pub(crate) fn take_field<'a, T: Wire<'a>, E: serde::de::Error>(slot: Option<T>, at: &At<'_>) -> Result<T, E> {
    slot.or_else(T::absent).ok_or_else(|| at.refuse("a value", "no such field"))
}

/// Too long a list is refused before it fills the memory.
pub(crate) fn check_length<E: serde::de::Error>(length: usize, at: &At<'_>) -> Result<(), E> {
    /// Entries of one list; the longest page known has 111.
    const LIST_MAX: usize = 10_000;
    if length < LIST_MAX { Ok(()) } else { Err(E::custom(at.refuse::<E>("at most 10000 entries", "more"))) }
}

/// Declares a wire type: `Name<'a> { field: Type = "jsonName", ... } unused ["known", ...]`. A field of type `Option` may be missing
/// or null, of type [`Nullable`] must be there and may be null, any other must be there with a value of its type.
macro_rules! wire {
    (
        $(#[$meta:meta])*
        $name:ident<$life:lifetime> { $($field:ident: $kind:ty = $key:literal),* $(,)? }
        unused [$($unused:literal),* $(,)?]
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub(super) struct $name<$life> { $(pub(super) $field: $kind),* }

        impl<$life> $crate::json::Wire<$life> for $name<$life> {
            fn read<D: serde::Deserializer<$life>>(source: D, at: &$crate::json::At<'_>) -> Result<Self, D::Error> {
                struct Fields<'p>(&'p $crate::json::At<'p>);

                impl<$life> serde::de::Visitor<$life> for Fields<'_> {
                    type Value = $name<$life>;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<$life>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let at = self.0;
                        $(let mut $field: Option<$kind> = None;)*
                        while let Some(key) = map.next_key_seed($crate::json::Key)? {
                            match &*key {
                                $($key => $crate::json::read_field(&mut map, &at.key($key), &mut $field)?,)*
                                $($unused => { map.next_value::<serde::de::IgnoredAny>()?; })*
                                unknown => {
                                    at.unknown(unknown);
                                    map.next_value::<serde::de::IgnoredAny>()?;
                                }
                            }
                        }
                        Ok($name { $($field: $crate::json::take_field($field, &at.key($key))?),* })
                    }
                }

                source.deserialize_map(Fields(at)).map_err(|fault| at.note(fault))
            }
        }
    };
}

#[cfg(test)]
mod tests;
