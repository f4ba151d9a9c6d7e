//! What stands between the network and the markets: the listener, the limits, and the gate where faults strike.

pub(crate) mod door;
pub(crate) mod gate;
pub(crate) mod limit;
pub(crate) mod list;
