//! Percent-encoding read as the JavaScript SDK reads it: a `+` stays a plus,
//! and what is no code stays as it is (`protocol/rest.md` §8.1).

/// The text that `text` stands for.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|two| {
            std::str::from_utf8(two)
                .ok()
                .and_then(|two| u8::from_str_radix(two, 16).ok())
        });
        match (*first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (byte, _) => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
