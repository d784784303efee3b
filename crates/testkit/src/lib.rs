//! A world for tests: a clock that a test moves, one that stands still with the machine, an operator that does as it is told, and the golden-file runner.

pub mod clock;
pub mod golden;
pub mod loopback;
pub mod machine;
pub mod operator;
pub mod paced;

pub use clock::TestClock;
pub use machine::Machine;
