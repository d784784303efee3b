//! What dialects share in reading octets: functions that a dialect may call, and nothing to inherit from.

pub(crate) mod base64;
pub(crate) mod charset;
pub(crate) mod form;
pub(crate) mod frequency;
pub(crate) mod json;
pub(crate) mod local_time;
pub(crate) mod multipart;
pub(crate) mod php;
pub(crate) mod room;
pub(crate) mod xml;
