//! What signs a request for sales or statistics: initData from a file, where there is one. It goes into the body that is sent and nowhere else.

use domain::SourceFault;
use secrecy::SecretString;

use super::{BOT, INIT_DATA_FILE};
use crate::init_data::InitDataFile;

/// The file, if one is configured.
pub(super) struct Auth {
    file: Option<InitDataFile>,
}

impl Auth {
    pub(super) fn new(file: Option<InitDataFile>) -> Self {
        Self { file }
    }

    /// Whether a file is configured.
    pub(super) fn is_given(&self) -> bool {
        self.file.is_some()
    }

    /// The initData as the file has it now; empty without a file.
    pub(super) async fn init_data(&self) -> Result<SecretString, SourceFault> {
        match &self.file {
            Some(file) => file.read().await,
            None => Ok(SecretString::from("")),
        }
    }

    /// What an operator does about a refusal.
    pub(super) fn mend(&self) -> String {
        InitDataFile::mend_of(self.file.as_ref(), &INIT_DATA_FILE, BOT)
    }
}
