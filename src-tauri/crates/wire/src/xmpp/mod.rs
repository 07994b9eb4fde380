//! Stanzas, one file per extension.

pub mod ns;
