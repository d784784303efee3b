//! Configuration files with gaps: `@NAME@` stands for what only the run knows.

use anyhow::ensure;

/// Fills every gap of a template; a gap that nothing fills is an error, and so is a value that has no gap.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> anyhow::Result<String> {
    let mut filled = template.to_owned();
    for (name, value) in values {
        let gap = format!("@{name}@");
        ensure!(filled.contains(&gap), "the template has no {gap}");
        filled = filled.replace(&gap, value);
    }
    let left = filled.split('@').skip(1).step_by(2).next();
    ensure!(
        left.is_none(),
        "nothing fills @{}@",
        left.unwrap_or_default()
    );
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_everywhere() {
        let filled = fill(
            "port = @PORT@\nalso = @PORT@ in @PLACE@",
            &[("PORT", "1"), ("PLACE", "x")],
        );
        assert_eq!(filled.unwrap(), "port = 1\nalso = 1 in x");
    }

    #[test]
    fn a_gap_without_a_value_and_a_value_without_a_gap_are_errors() {
        let unfilled = fill("@PORT@ @PLACE@", &[("PORT", "1")]).unwrap_err();
        assert_eq!(unfilled.to_string(), "nothing fills @PLACE@");
        let unused = fill("@PORT@", &[("PORT", "1"), ("PLACE", "x")]).unwrap_err();
        assert_eq!(unused.to_string(), "the template has no @PLACE@");
    }
}
