//! The places where foreign bytes come in.

mod bags;
mod evidence;
mod metadata;
mod pages;
mod rates;
mod requests;
mod traces;
mod words;

/// A place where foreign bytes come in.
pub struct Surface {
    /// Its name, that of its target for cargo fuzz.
    pub name: &'static str,
    /// Takes any bytes. Panics where one of its promises does not hold.
    pub run: fn(&[u8]),
    /// Inputs that are right, made from the fixtures.
    pub corpus: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub static SURFACES: &[Surface] = &[
    Surface { name: "pages", run: pages::run, corpus: pages::corpus },
    Surface { name: "requests", run: requests::run, corpus: requests::corpus },
    Surface { name: "rates", run: rates::run, corpus: rates::corpus },
    Surface { name: "metadata", run: metadata::run, corpus: metadata::corpus },
    Surface { name: "traces", run: traces::run, corpus: traces::corpus },
    Surface { name: "bags", run: bags::run, corpus: bags::corpus },
    Surface { name: "evidence", run: evidence::run, corpus: evidence::corpus },
    Surface { name: "words", run: words::run, corpus: words::corpus },
];

/// A surface by its name.
///
/// # Panics
/// When there is none of that name.
#[must_use]
pub fn find(name: &str) -> &'static Surface {
    let known = || SURFACES.iter().map(|surface| surface.name).collect::<Vec<_>>().join(", ");
    SURFACES
        .iter()
        .find(|surface| surface.name == name)
        .unwrap_or_else(|| panic!("no surface is called `{name}`; there are {}", known()))
}
