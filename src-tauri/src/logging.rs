//! What Kith tells on standard error. No body, token or name is ever in it,
//! whatever the level: the libraries that would show what passes over the wire
//! are never heard below their errors.

use tracing::Level;
use tracing_subscriber::EnvFilter;

/// These write down stanzas or headers when they may.
const TALKATIVE: [&str; 6] = ["tokio_xmpp", "xso", "h2", "hyper", "reqwest", "rustls"];

/// Starts the log; `KITH_LOG` sets how much it tells.
pub(crate) fn start() {
    let wish = std::env::var("KITH_LOG").unwrap_or_default();
    let filter = EnvFilter::new(directives(&wish));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// A level is meant for Kith; others get a word in only with warnings.
/// Anything else is taken as it is, in the words of `tracing`.
fn directives(wish: &str) -> String {
    let mut directives = match (wish.trim(), wish.trim().parse::<Level>()) {
        ("", _) => "warn".to_owned(),
        ("off", _) => return "off".to_owned(),
        (_, Ok(level)) => format!("warn,kith={level}"),
        (wish, Err(_)) => wish.to_owned(),
    };
    for name in TALKATIVE {
        directives.push_str(&format!(",{name}=error"));
    }
    directives
}

#[cfg(test)]
mod tests {
    use super::directives;

    #[test]
    fn a_level_is_kith_s_and_the_wire_is_never_written_down() {
        assert!(directives("").starts_with("warn,tokio_xmpp=error"));
        assert!(directives("debug").starts_with("warn,kith=DEBUG,"));
        assert!(directives("kith_engine=trace").starts_with("kith_engine=trace,"));
        assert!(directives("trace").contains(",h2=error"));
        assert_eq!(directives("off"), "off");
    }
}
