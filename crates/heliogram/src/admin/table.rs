//! Prints rows in columns.

use crate::output;

/// Prints a heading and rows, each column as wide as its widest cell. What accounts have written is shown harmless: no control
/// character reaches the terminal.
pub(super) fn print<const N: usize>(
    heading: [&str; N],
    rows: &[[String; N]],
) -> anyhow::Result<()> {
    let seen = |cell: &String| cell.replace(char::is_control, "\u{fffd}");
    let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(seen)).collect();
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in &rows {
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
