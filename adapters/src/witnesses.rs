//! The witnesses of what stands on TON that we know. **To add one: implement [`ChainWitness`] in its folder, and add it below.**

use std::sync::Arc;

use domain::ports::ChainWitness;

use crate::{
    settings::{Settings, SettingsFault},
    toncenter,
};

/// A witness that can be built.
pub struct WitnessRegistration {
    /// Its id; where it is a source of the registry too, the same, with the same settings.
    pub id: &'static str,
    /// Builds it. Sends nothing.
    pub build: fn(&Settings<'_>) -> Result<Arc<dyn ChainWitness>, SettingsFault>,
}

/// Every witness, the one to ask first in front.
pub static WITNESSES: &[WitnessRegistration] =
    &[WitnessRegistration { id: "toncenter", build: |settings| Ok(Arc::new(toncenter::witness(settings)?)) }];
