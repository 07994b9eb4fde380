//! Signatures of session requests (`protocol/rest.md` §3.1). Today's SDKs send
//! none; where an old one does, it must be right.

use hmac::{Hmac, Mac};
use serde_json::{Map, Value};
use sha1::Sha1;
use sha2::Sha256;

use crate::rest::params;

/// Whether a request has no signature, or the right one: over all other parameters as
/// `key=value`, sorted and joined with `&`, by SHA-1 or by SHA-256.
pub(crate) fn fits(params: &Map<String, Value>, secret: &str) -> bool {
    let Some(signature) = params.get("signature").and_then(params::text) else {
        return true;
    };
    let Ok(signature) = hex::decode(signature.trim()) else {
        return false;
    };
    let mut pairs = Vec::new();
    for (key, value) in params.iter().filter(|(key, _)| *key != "signature") {
        collect(key, value, &mut pairs);
    }
    pairs.sort();
    let text = pairs.join("&");
    let (text, secret) = (text.as_bytes(), secret.as_bytes());
    let by_sha1 = Hmac::<Sha1>::new_from_slice(secret)
        .is_ok_and(|mac| mac.chain_update(text).verify_slice(&signature).is_ok());
    by_sha1
        || Hmac::<Sha256>::new_from_slice(secret)
            .is_ok_and(|mac| mac.chain_update(text).verify_slice(&signature).is_ok())
}

fn collect(key: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (inner, value) in map {
                collect(&format!("{key}[{inner}]"), value, pairs);
            }
        }
        Value::Null => {}
        other => pairs.push(format!("{key}={}", params::text(other).unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_signature_is_checked_where_there_is_one() {
        let request = |signature: Option<&str>| -> Map<String, Value> {
            let mut request = json!({
                "application_id": 100, "auth_key": "KEY", "nonce": 7, "timestamp": "1767323045",
                "user": {"login": "u", "password": "p q"},
            });
            if let Some(signature) = signature {
                request["signature"] = json!(signature);
            }
            request.as_object().cloned().unwrap_or_default()
        };
        assert!(fits(&request(None), "secret"), "nobody has to sign");
        // printf 'application_id=100&auth_key=KEY&nonce=7&timestamp=1767323045&user[login]=u&user[password]=p q' \
        //   | openssl dgst -sha1 -hmac secret
        let sha1 = "d0fd4d30d67f0bbd198e4732e52d10dc15f8a53d";
        let sha256 = "3ea86c7a83925fc30403cb4952b415d576b0185ad5ff86ed691bb69846c88ed6";
        assert!(fits(&request(Some(sha1)), "secret"));
        assert!(fits(&request(Some(sha256)), "secret"));
        assert!(!fits(&request(Some(sha1)), "another secret"));
        for nonsense in ["", "zz", "00"] {
            assert!(!fits(&request(Some(nonsense)), "secret"), "{nonsense}");
        }
    }
}
