//! Axes: which values a chart shows, where each stands, and which are written beside it.

/// Names an axis and says how its values are spread.
pub(super) struct Axis {
    /// What stands there, with its unit.
    pub(super) label: String,
    /// How.
    pub(super) scale: Scale,
}

/// Says how values are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// From nought, in equal steps: heights can be compared.
    Linear,
    /// In whole decades: ratios can be compared.
    Logarithmic,
}

/// Says from where to where an axis goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) from: f64,
    pub(super) to: f64,
    scale: Scale,
}

/// About how many steps an axis in equal steps has.
const STEPS: f64 = 5.0;

impl Axis {
    /// Finds the range that shows all the values it can show.
    pub(super) fn range(&self, values: impl Iterator<Item = f64>) -> Range {
        let whole = Range {
            from: f64::MIN_POSITIVE,
            to: f64::MAX,
            scale: self.scale,
        };
        let shown = values.filter(|&value| value == 0.0 || whole.holds(value));
        let shown = shown.filter(|&value| value > 0.0 || self.scale == Scale::Linear);
        let (least, most) = shown.fold((f64::MAX, 0.0_f64), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        if most == 0.0 {
            return Range {
                from: if self.scale == Scale::Linear {
                    0.0
                } else {
                    1.0
                },
                to: 10.0,
                scale: self.scale,
            };
        }
        match self.scale {
            Scale::Linear => {
                let step = step(most);
                Range {
                    from: 0.0,
                    to: (most / step).ceil() * step,
                    scale: self.scale,
                }
            }
            Scale::Logarithmic => {
                let lower = least.log10().floor();
                let upper = most.log10().ceil().max(lower + 1.0);
                Range {
                    from: 10_f64.powf(lower),
                    to: 10_f64.powf(upper),
                    scale: self.scale,
                }
            }
        }
    }
}

impl Range {
    /// Tells whether a value has a place on it.
    pub(super) fn holds(&self, value: f64) -> bool {
        value.is_finite() && value >= self.from && value <= self.to
    }

    /// Says how far along a value is: 0 at the beginning, 1 at the end.
    pub(super) fn share(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Logarithmic => (value / self.from).log10() / (self.to / self.from).log10(),
        }
    }

    /// Lists the values to be written beside it, with how they are written.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let next: Box<dyn Fn(f64) -> f64> = match self.scale {
            Scale::Linear => {
                let step = step(self.to);
                Box::new(move |value| value + step)
            }
            Scale::Logarithmic => Box::new(|value| value * 10.0),
        };
        // A little beyond the end: the sum of steps may miss it by the last digit.
        let end = self.to * 1.000_001;
        std::iter::successors(Some(self.from), |&value| Some(next(value)))
            .take_while(|&value| value <= end)
            .map(|value| (value, written(value)))
            .collect()
    }
}

/// Finds a round step (1, 2 or 5 and noughts) of which about [`STEPS`] make `most`.
fn step(most: f64) -> f64 {
    let rough = most / STEPS;
    let decade = 10_f64.powf(rough.log10().floor());
    let digits = [1.0, 2.0, 5.0, 10.0];
    let digit = digits.into_iter().find(|digit| digit * decade >= rough);
    digit.unwrap_or(10.0) * decade
}

/// Writes a number as short as it can be read: thousands as `k`, millions as `M`.
pub(super) fn written(value: f64) -> String {
    let (value, unit) = match value {
        value if value >= 1e6 => (value / 1e6, "M"),
        value if value >= 1e3 => (value / 1e3, "k"),
        value => (value, ""),
    };
    let decimals = match value {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        value if value >= 1.0 => 2,
        _ => 3,
    };
    let digits = format!("{value:.decimals$}");
    let short = if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        &digits
    };
    format!("{short}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(scale: Scale, values: &[f64]) -> Range {
        let label = String::new();
        Axis { label, scale }.range(values.iter().copied())
    }

    fn labels(scale: Scale, values: &[f64]) -> String {
        let ticks = range(scale, values).ticks();
        let labels: Vec<_> = ticks.into_iter().map(|(_, label)| label).collect();
        labels.join(" ")
    }

    #[test]
    fn equal_steps_begin_at_nought_and_are_round() {
        for (most, expected) in [
            (23.7, "0 5 10 15 20 25"),
            (58.0, "0 20 40 60"),
            (0.7, "0 0.2 0.4 0.6 0.8"),
            (22_000.0, "0 5k 10k 15k 20k 25k"),
        ] {
            assert_eq!(labels(Scale::Linear, &[most]), expected);
        }
    }

    #[test]
    fn decades_hold_every_value() {
        assert_eq!(
            labels(Scale::Logarithmic, &[1e4, 1e6, 1e7]),
            "10k 100k 1M 10M"
        );
        assert_eq!(labels(Scale::Logarithmic, &[0.4, 12.0]), "0.1 1 10 100");
        assert_eq!(labels(Scale::Logarithmic, &[10.0]), "10 100");
    }

    #[test]
    fn a_value_stands_where_its_share_says() {
        let linear = range(Scale::Linear, &[10.0]);
        assert!((linear.share(5.0) - 0.5).abs() < 1e-9);
        let decades = range(Scale::Logarithmic, &[1.0, 100.0]);
        assert!((decades.share(10.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn what_has_no_place_is_told_apart() {
        let decades = range(Scale::Logarithmic, &[0.0, f64::NAN, 3.0]);
        assert!(decades.holds(3.0));
        assert!(!decades.holds(0.0) && !decades.holds(f64::NAN));
        assert_eq!(labels(Scale::Linear, &[]), "0 2 4 6 8 10");
        assert_eq!(labels(Scale::Logarithmic, &[0.0]), "1 10");
    }

    #[test]
    fn numbers_are_written_short() {
        for (value, expected) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (7.5, "7.5"),
            (431.4, "431"),
            (1_250.0, "1.25k"),
            (10_000_000.0, "10M"),
        ] {
            assert_eq!(written(value), expected);
        }
    }
}
