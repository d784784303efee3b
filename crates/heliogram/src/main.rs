//! The gateway as one program.

fn main() {}
