//! Progress for whoever watches a start: bars on a terminal, else one line per step. Log lines pass above the bars.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Before and after it is known how much there is to do.
const WITHOUT_END: &str = "  {prefix:24} {spinner} {msg}";
const WITH_END: &str = "  {prefix:24} {bar:30} {pos:>7}/{len:<7} {msg}";

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The bars of this process; drawn to standard error when that is a terminal, else nowhere.
fn bars() -> &'static MultiProgress {
    static BARS: OnceLock<MultiProgress> = OnceLock::new();
    BARS.get_or_init(|| {
        let target = if is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        MultiProgress::with_draw_target(target)
    })
}

fn is_terminal() -> bool {
    static IS_TERMINAL: OnceLock<bool> = OnceLock::new();
    *IS_TERMINAL.get_or_init(|| io::stderr().is_terminal())
}

/// Does something that writes to the terminal, with the bars out of its way.
pub fn above<T>(work: impl FnOnce() -> T) -> T {
    bars().suspend(work)
}

/// One line to standard error, past the log's filter: what a person who starts Ribbon wants to read.
pub fn say(text: &str) {
    let _ = LogWriter::new().write_all(format!("{text}\n").as_bytes());
}

/// Writes to standard error without tearing the bars.
#[derive(Debug)]
pub struct LogWriter(());

impl LogWriter {
    /// A writer.
    #[must_use]
    pub fn new() -> Self {
        Self(())
    }
}

impl Default for LogWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        above(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// How far one part of a start has come.
#[derive(Debug)]
pub struct Step {
    name: String,
    bar: ProgressBar,
    /// Tenths told so far, where there is no terminal.
    told: Mutex<u64>,
}

impl Step {
    /// A part that begins now.
    #[must_use]
    pub fn begin(name: &str) -> Self {
        let bar = bars().add(ProgressBar::new(0));
        bar.set_style(style(WITHOUT_END));
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { name: name.to_owned(), bar, told: Mutex::new(0) }
    }

    /// So much of so much is done.
    pub fn at(&self, done: u64, total: u64, note: &str) {
        if total > 0 && self.bar.length() == Some(0) {
            self.bar.set_style(style(WITH_END));
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(note.to_owned());
        if is_terminal() || total == 0 {
            return;
        }
        // Without a terminal a line at each quarter is enough.
        let quarter = (done * 4 / total).min(4);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if quarter > *told && quarter < 4 {
            *told = quarter;
            say(&format!("{}: {done} of {total} {note}", self.name));
        }
    }

    /// It is done; the text says what came out.
    pub fn end(self, text: &str) {
        let line = format!("{}: {text}", self.name);
        drop(self);
        say(&line);
    }
}

/// A step that failed, or had nothing to do, leaves no bar behind.
impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        bars().remove(&self.bar);
    }
}
