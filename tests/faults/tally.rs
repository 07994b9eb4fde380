//! What went wrong, counted.

use serde_json::{Value, json};

/// What went wrong, counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    pub(crate) misordered: usize,
    pub(crate) false_reads: usize,
    /// What devices do not agree on: texts, reactions, states, numbers; and what
    /// one shows that it must not.
    pub(crate) disagreed: usize,
    /// In words, for whoever looks into it.
    pub(crate) found: Vec<String>,
}

impl Tally {
    /// Counts another one in.
    pub(crate) fn add(&mut self, other: &Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.misordered += other.misordered;
        self.false_reads += other.false_reads;
        self.disagreed += other.disagreed;
    }

    /// Devices do not agree, or one shows what it must not.
    pub(crate) fn disagree(&mut self, found: String) {
        self.disagreed += 1;
        self.found.push(found);
    }

    /// Whether nothing went wrong.
    pub(crate) fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.misordered + self.false_reads + self.disagreed == 0
    }

    /// As it is printed.
    pub(crate) fn json(&self) -> Value {
        json!({
            "lost": self.lost,
            "doubled": self.doubled,
            "misordered": self.misordered,
            "false_reads": self.false_reads,
            "disagreed": self.disagreed,
        })
    }
}
