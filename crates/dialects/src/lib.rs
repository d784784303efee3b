//! Five providers' APIs, one folder each: parse, answer, faults, states.
