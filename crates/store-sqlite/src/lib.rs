//! The default backend: one SQLite file, one writer with group commit.
