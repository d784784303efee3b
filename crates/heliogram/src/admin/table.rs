//! Prints rows in columns.

use crate::output;

/// Prints a heading and rows, each column as wide as its widest cell.
pub(super) fn print<const N: usize>(
    heading: [&str; N],
    rows: &[[String; N]],
) -> anyhow::Result<()> {
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let padded: Vec<_> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let lines = rows
        .iter()
        .map(|row| line(row.each_ref().map(String::as_str)));
    output::text(
        std::iter::once(line(heading))
            .chain(lines)
            .collect::<String>(),
    )
}
