//! What an answer is made of: something that writes itself in as many steps as it needs.

use async_trait::async_trait;
use serde::Serialize;

use super::Writer;

/// Writes one JSON value in steps.
///
/// The implementer's duties:
///
/// 1. All steps together write exactly one value; what one step begins a later one ends.
/// 2. One step keeps about a page of rows in memory and writes about as much.
/// 3. After the step that answered `false` there is no other.
#[async_trait]
pub(in crate::atompark) trait Pieces: Send {
    /// Writes the next step; tells whether another one follows.
    async fn write(&mut self, writer: &mut Writer) -> Result<bool, gateway::Error>;
}

/// Is a value that is written in one step.
pub(super) struct Whole<T>(pub(super) T);

#[async_trait]
impl<T: Serialize + Send + Sync> Pieces for Whole<T> {
    async fn write(&mut self, writer: &mut Writer) -> Result<bool, gateway::Error> {
        writer.value(&self.0);
        Ok(false)
    }
}
