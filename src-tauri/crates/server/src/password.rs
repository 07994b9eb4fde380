//! Passwords, kept as argon2id.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::RngCore;

/// 12 MiB and three passes: one of the settings OWASP recommends, about 20 ms a
/// login, so that six sample people are made in no time.
fn argon() -> Argon2<'static> {
    let params = Params::new(12 * 1024, 3, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password, off the async threads. An empty text means it could not be done.
pub(crate) async fn hash(password: String) -> Result<String, String> {
    let work = move || {
        let mut salt = [0u8; 16];
        rand::rng().fill_bytes(&mut salt);
        let salt = SaltString::encode_b64(&salt).map_err(|error| error.to_string())?;
        argon()
            .hash_password(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| error.to_string())
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| error.to_string())?
}

/// Whether a password fits a stored hash.
pub(crate) async fn fits(password: String, hash: String) -> bool {
    let work = move || {
        PasswordHash::new(&hash)
            .is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok())
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(false)
}
