//! How fast pages are read: file to sightings, on one core.

use std::time::Instant;

use anyhow::Context as _;
use serde_json::Value;

use crate::{
    benches::Context,
    book::{self, Book, Shown},
    figure::{Bound, Budget, Outcome, rate, spread, whole},
};

/// Runs it.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(100_000, 2_000);
    let rounds = context.rounds(7);
    let folder = context.folder.join("pages");
    let book = Book::write(&folder, gifts).await?;
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let began = Instant::now();
        let mut shown = Shown::default();
        for file in book.files() {
            shown.add(&book::open(file)?.0.page);
        }
        ours.push(rate(book.shown.pages, began.elapsed()));
        anyhow::ensure!(shown == book.shown, "{shown:?} was read, {:?} was written", book.shown);

        let began = Instant::now();
        let mut values = 0;
        for file in book.files() {
            let value: Value = serde_json::from_slice(&book::load(file)?.body)?;
            values += usize::from(value.is_object() || value.is_array());
        }
        raw.push(rate(values, began.elapsed()));
    }
    std::fs::remove_dir_all(&folder).context("the pages are removed")?;
    let Shown { pages, listings, happenings } = book.shown;
    let per_page = whole(listings + happenings) / whole(pages);
    let kib = whole(book.body_bytes) / whole(pages) / 1_024.0;
    Ok(Outcome {
        figures: vec![
            format!("{} pages/s per core", spread(&ours)),
            format!("serde_json to its own Value {} pages/s", spread(&raw)),
            format!("{pages} pages of {kib:.0} KiB with {per_page:.0} listings or happenings"),
        ],
        budgets: vec![Budget {
            name: "ratio",
            rounds: ours.iter().zip(&raw).map(|(ours, raw)| ours / raw).collect(),
            bound: Bound::None,
        }],
        notes: vec![
            format!(
                "Every market of a sandbox with {gifts} gifts is walked by its adapter and written to disk first, each answer one file. \
                 Then one thread reads each file and gives what stands on it in Ribbon's words: every field checked, unknown ones counted, \
                 prices as integers."
            ),
            "The peer reads the same files and lets serde_json make its own Value of each body, which checks nothing.".into(),
        ],
    })
}
