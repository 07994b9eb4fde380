//! Whom to trust.
