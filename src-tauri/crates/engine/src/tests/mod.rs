//! The engine's tests: events in, rows and changes out.
