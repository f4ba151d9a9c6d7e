//! What signs a request for sales or statistics: initData from a file, where there is one. It goes into the body that is sent and nowhere else.

use std::path::PathBuf;

use domain::SourceFault;
use secrecy::SecretString;

use super::INIT_DATA_FILE;

/// Longest initData taken from the file, in bytes; real ones have under 1,500.
const INIT_DATA_BYTES_MAX: u64 = 8_192;

/// The file, if one is configured.
pub(super) struct Auth {
    path: Option<PathBuf>,
}

impl Auth {
    pub(super) fn new(path: Option<String>) -> Self {
        Self { path: path.map(PathBuf::from) }
    }

    /// The initData as the file has it now; empty without a file.
    pub(super) async fn init_data(&self) -> Result<SecretString, SourceFault> {
        let Some(path) = &self.path else { return Ok(SecretString::from("")) };
        let unreadable = |why: &str| SourceFault::Refused {
            why: format!("no initData for Tonnel: the file of {} cannot be used: {why}", INIT_DATA_FILE.variable),
            mend: self.mend(),
        };
        let metadata = tokio::fs::metadata(path).await.map_err(|fault| unreadable(&fault.to_string()))?;
        if metadata.len() > INIT_DATA_BYTES_MAX {
            return Err(unreadable(&format!("more than {INIT_DATA_BYTES_MAX} bytes")));
        }
        let text = tokio::fs::read_to_string(path).await.map_err(|fault| unreadable(&fault.to_string()))?;
        match text.trim() {
            "" => Err(unreadable("the file is empty")),
            text => Ok(SecretString::from(text)),
        }
    }

    /// What an operator does about a refusal.
    pub(super) fn mend(&self) -> String {
        let variable = INIT_DATA_FILE.variable;
        match &self.path {
            Some(path) => {
                format!(
                    "put fresh initData of @tonnel_network_bot into {} ({variable}); it is read again by itself",
                    path.display()
                )
            }
            None => format!("set {variable} to a file with initData of @tonnel_network_bot and restart"),
        }
    }
}
