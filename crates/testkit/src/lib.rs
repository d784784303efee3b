//! A world for tests: a clock that stands still, and the golden-file runner.
