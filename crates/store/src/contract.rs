//! The promises as tests; a backend runs them all with a few lines.
