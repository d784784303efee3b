//! What an operator may set of this dialect.

use serde::Deserialize;

/// Holds the settings; the defaults are what the notes on the document choose.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {}
