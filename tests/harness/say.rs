//! What a test that passes has to say: its seed, a figure.

use std::io::Write as _;

/// Says a line that is seen although the test passes; what `println!` says is shown for failed tests only. It stands on a line of its own
/// behind a mark, apart from the runner's lines.
pub fn say(text: &str) {
    let said = format!("\n  | {text}\n");
    // Written at once, so that no other test's line comes in between. Nobody to hear it is no reason to fail.
    let _ = std::io::stdout().lock().write_all(said.as_bytes());
}
