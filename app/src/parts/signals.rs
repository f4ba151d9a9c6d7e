//! Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::exit::{Blame as _, Exit, Failure};
use crate::progress;

/// Exit code of a process that a second Ctrl-C has ended, as shells write it.
const INTERRUPTED: i32 = 130;

/// A token that the first signal cancels. From then on a second one ends the process where it stands: whatever was committed is
/// committed, and the private cluster is shut down by its parent's end.
///
/// # Errors
/// Exit code 3 when the system gives no signals.
pub fn stop_token() -> Result<CancellationToken, Failure> {
    let stop = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt()).blame(Exit::NotNow)?;
    let mut terminate = signal(SignalKind::terminate()).blame(Exit::NotNow)?;
    let token = stop.clone();
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        progress::say("Stopping. Once more stops at once.");
        token.cancel();
        either(&mut interrupt, &mut terminate).await;
        std::process::exit(INTERRUPTED);
    });
    Ok(stop)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
