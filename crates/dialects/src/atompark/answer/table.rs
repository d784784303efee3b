//! The form of most lists: how many rows there are, the names of the columns, the rows [atompark-en "To get the Address Book"].

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};

use super::{Pieces, Reply, Writer};

/// A row: as many texts as the table has fields.
pub(in crate::atompark) type Cells = Vec<String>;

/// Writes the rows as their portions come.
struct Table {
    count: u64,
    fields: &'static [&'static str],
    portions: BoxStream<'static, Result<Vec<Cells>, gateway::Error>>,
    begun: bool,
}

impl Reply {
    /// Makes a table of all its rows; `count` is how many there are on all pages of the list, not only on this one.
    pub(in crate::atompark) fn table(
        count: u64,
        fields: &'static [&'static str],
        rows: Vec<Cells>,
    ) -> Self {
        Self::long_table(count, fields, stream::once(async { Ok(rows) }))
    }

    /// Makes a table of rows that come in portions, each of which is read when the one before has been sent.
    pub(in crate::atompark) fn long_table(
        count: u64,
        fields: &'static [&'static str],
        portions: impl Stream<Item = Result<Vec<Cells>, gateway::Error>> + Send + 'static,
    ) -> Self {
        Self::in_pieces(Table {
            count,
            fields,
            portions: portions.boxed(),
            begun: false,
        })
    }
}

#[async_trait]
impl Pieces for Table {
    async fn write(&mut self, writer: &mut Writer) -> Result<bool, gateway::Error> {
        if !self.begun {
            writer.begin_object();
            writer.name("count");
            writer.value(&self.count);
            writer.name("fields");
            writer.value(self.fields);
            writer.name("data");
            writer.begin_array();
            self.begun = true;
        }
        let Some(rows) = self.portions.next().await.transpose()? else {
            writer.end();
            writer.end();
            return Ok(false);
        };
        for row in rows {
            writer.value(&row);
        }
        Ok(true)
    }
}
