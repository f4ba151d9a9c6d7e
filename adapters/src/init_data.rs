//! The file of initData that a market's Mini App was opened with. What it holds leaves this process in a request alone.

use std::{path::PathBuf, time::SystemTime};

use domain::SourceFault;
use secrecy::SecretString;

use crate::settings::{SettingDoc, Settings, SettingsFault};

/// Longest initData taken from the file, in bytes; real ones have under 1,500.
const BYTES_MAX: u64 = 8_192;

/// Where initData is read, and whose it is.
pub(crate) struct InitDataFile {
    path: PathBuf,
    setting: &'static SettingDoc,
    /// The market's name, for messages.
    market: &'static str,
    /// Its bot with the at sign, for messages.
    bot: &'static str,
}

/// When a file was written and how long it is: another stamp is another content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
}

impl InitDataFile {
    /// The configured file; `None` when none was named. Reads nothing.
    pub(crate) fn from_settings(
        settings: &Settings<'_>,
        setting: &'static SettingDoc,
        market: &'static str,
        bot: &'static str,
    ) -> Option<Self> {
        let path = PathBuf::from(settings.text(setting)?);
        Some(Self { path, setting, market, bot })
    }

    /// What is wrong where a market cannot do without the file.
    pub(crate) fn missing(setting: &'static SettingDoc, bot: &str) -> SettingsFault {
        SettingsFault::Missing {
            variable: setting.variable,
            mend: format!("set it to a file with initData of {bot}"),
        }
    }

    /// What an operator does about a refusal.
    pub(crate) fn mend(&self) -> String {
        let Self { path, setting, market: _, bot } = self;
        format!(
            "put fresh initData of {bot} into {} ({}); it is read again by itself",
            path.display(),
            setting.variable
        )
    }

    /// The same where the file may be missing altogether.
    pub(crate) fn mend_of(file: Option<&Self>, setting: &SettingDoc, bot: &str) -> String {
        file.map_or_else(
            || format!("set {} to a file with initData of {bot} and restart", setting.variable),
            Self::mend,
        )
    }

    /// The file's stamp now.
    ///
    /// # Errors
    /// [`SourceFault::Refused`] when there is no such file or it is longer than any initData.
    pub(crate) async fn stamp(&self) -> Result<Stamp, SourceFault> {
        let metadata =
            tokio::fs::metadata(&self.path).await.map_err(|fault| self.unreadable(&fault.to_string()))?;
        if metadata.len() > BYTES_MAX {
            return Err(self.unreadable(&format!("more than {BYTES_MAX} bytes")));
        }
        Ok(Stamp { modified: metadata.modified().ok(), bytes: metadata.len() })
    }

    /// What it holds, without white space around it.
    ///
    /// # Errors
    /// [`SourceFault::Refused`] when it cannot be read, is longer than any initData, or holds nothing.
    pub(crate) async fn read(&self) -> Result<SecretString, SourceFault> {
        self.stamp().await?;
        let text = tokio::fs::read_to_string(&self.path)
            .await
            .map_err(|fault| self.unreadable(&fault.to_string()))?;
        match text.trim() {
            "" => Err(self.unreadable("the file is empty")),
            text => Ok(SecretString::from(text)),
        }
    }

    /// The fault of a file whose content cannot be used.
    pub(crate) fn unreadable(&self, why: &str) -> SourceFault {
        let Self { path: _, setting, market, bot: _ } = self;
        // The path is the operator's business and stands in what to do about it.
        SourceFault::Refused {
            why: format!("no initData for {market}: the file of {} cannot be used: {why}", setting.variable),
            mend: self.mend(),
        }
    }
}
