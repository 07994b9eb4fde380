//! A new migration is a reason to build again; cargo does not see that by itself.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
