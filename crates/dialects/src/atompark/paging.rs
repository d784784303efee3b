//! Pages of lists: which one is asked for, and one of rows that are all at hand.

use std::num::NonZeroU32;

use gateway::search::Page;

use super::answer::{Cells, Reply};
use super::faults::Failure;
use super::request::Arguments;

impl Arguments<'_> {
    /// Reads which page of a list is asked for. The provider calls the number of rows `offset`, and 0 means all of them.
    pub(super) fn page(self) -> Result<Page, Failure> {
        let rows = Some(self.count("offset")?).filter(|&rows| rows > 0);
        let most = self.settings.page_rows.map(NonZeroU32::get);
        let limit = match (rows, most) {
            (Some(rows), Some(most)) => Some(rows.min(most)),
            (rows, most) => rows.or(most),
        };
        Ok(Page {
            from: self.count("from")? as usize,
            limit: limit.map(|limit| limit as usize),
        })
    }
}

/// Tells a page of rows with the number of all of them. No rows at all are an error in this API, a page beyond the last is not.
pub(super) fn table(
    fields: &'static [&'static str],
    rows: Vec<Cells>,
    page: Page,
) -> Result<Reply, Failure> {
    if rows.is_empty() {
        return Err(Failure::NoRows);
    }
    let count = rows.len() as u64;
    let rows = rows.into_iter().skip(page.from);
    let rows = rows.take(page.limit.unwrap_or(usize::MAX)).collect();
    Ok(Reply::table(count, fields, rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atompark::Settings;
    use crate::atompark::request::Parameters;
    use crate::wire::{form, php};

    #[test]
    fn a_page_has_a_beginning_and_a_number_of_rows() {
        let page = |query: &str, page_rows: Option<u32>| {
            let settings = Settings {
                page_rows: page_rows.and_then(NonZeroU32::new),
                ..Settings::default()
            };
            let parameters = Parameters::of(php::fold(form::pairs(query.as_bytes())).unwrap());
            let page = Arguments::new(&parameters, &settings).page().ok()?;
            Some((page.from, page.limit))
        };
        assert_eq!(page("", None), Some((0, None)));
        assert_eq!(page("from=3&offset=2", None), Some((3, Some(2))));
        assert_eq!(page("from=&offset=0", None), Some((0, None)));
        assert_eq!(page("offset=0", Some(100)), Some((0, Some(100))));
        assert_eq!(page("offset=500", Some(100)), Some((0, Some(100))));
        assert_eq!(page("offset=5", Some(100)), Some((0, Some(5))));
        assert_eq!(page("from=-1", None), None);
        assert_eq!(page("offset=many", None), None);
    }
}
