//! Files up and down.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use anyhow::{Context, Result};
use kith_client::{ClientError, NewFile, Progress, Rest, StoredFile, TransferError};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use crate::house::*;

/// Bytes that nobody holds in memory: each is made when it is read.
struct Bytes {
    at: u64,
    size: u64,
}

fn byte(at: u64) -> u8 {
    u8::try_from((at * 7 + at / 251) % 256).unwrap_or_default()
}

impl AsyncRead for Bytes {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n = (self.size - self.at).min(to.remaining() as u64);
        let piece: Vec<u8> = (self.at..self.at + n).map(byte).collect();
        to.put_slice(&piece);
        self.at += n;
        Poll::Ready(Ok(()))
    }
}

fn new(name: &str, size: u64) -> NewFile {
    NewFile {
        name: name.to_owned(),
        content_type: "application/x-test".to_owned(),
        size,
        is_public: false,
    }
}

async fn up(rest: &Rest, size: u64) -> Result<StoredFile> {
    Ok(rest
        .upload(
            &new("a b.bin", size),
            Bytes { at: 0, size },
            &Progress::new(),
        )
        .await?)
}

fn is_right(path: &Path, size: u64) -> Result<bool> {
    let found = std::fs::read(path)?;
    Ok(found.len() as u64 == size && (0..).zip(&found).all(|(at, found)| byte(at) == *found))
}

#[tokio::test]
async fn a_file_goes_up_and_comes_down_again() -> Result<()> {
    let house = House::open().await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let size = 5_000_000;
    let progress = Progress::new();
    let stored = ada
        .upload(&new("a b.bin", size), Bytes { at: 0, size }, &progress)
        .await?;
    assert_eq!(progress.bytes(), (size, Some(size)));
    assert_eq!((stored.size, stored.is_public), (Some(size), false));

    let path = house.folder.path().join("down.bin");
    let progress = Progress::new();
    assert_eq!(
        bob.download_file(&stored.uid, &path, &progress).await?,
        size
    );
    assert_eq!(progress.bytes(), (size, Some(size)));
    assert!(is_right(&path, size)?);
    let mut sink = tokio::io::sink();
    assert_eq!(
        bob.download(&stored.uid, &mut sink, &Progress::new())
            .await?,
        size
    );

    let info = bob.file_info(&stored.uid).await?;
    assert_eq!((info.name.as_str(), info.size), ("a b.bin", Some(size)));
    assert_eq!(ada.file_info_by_id(stored.id).await?.uid, stored.uid);
    ada.rename_file(stored.id, "c.bin").await?;
    assert_eq!(ada.own_files(1).await?[0].name, "c.bin");
    assert_eq!(
        bob.rename_file(stored.id, "mine").await,
        Err(ClientError::NotAllowed)
    );
    assert_eq!(
        bob.delete_file(stored.id).await,
        Err(ClientError::NotAllowed)
    );
    ada.delete_file(stored.id).await?;
    assert_eq!(
        bob.download(&stored.uid, &mut sink, &Progress::new()).await,
        Err(ClientError::Gone.into())
    );
    for bad in ["../session", "x?token=1", ""] {
        let answer = bob.download(bad, &mut sink, &Progress::new()).await;
        assert_eq!(answer, Err(ClientError::Gone.into()), "{bad}");
    }
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_download_that_broke_off_is_gone_on_with() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let size = 300_000;
    let stored = up(&rest, size).await?;
    let path = house.folder.path().join("x.bin");
    let part = house.folder.path().join("x.bin.part");
    let first: Vec<u8> = (0..100_000).map(byte).collect();
    std::fs::write(&part, &first)?;
    let progress = Progress::new();
    let mut watched = progress.watch();
    watched.mark_unchanged();
    assert_eq!(
        rest.download_file(&stored.uid, &path, &progress).await?,
        size
    );
    assert!(is_right(&path, size)?);
    assert!(!part.exists());
    // What is longer than the file cannot be its beginning.
    std::fs::write(&part, vec![0; 400_000])?;
    assert_eq!(
        rest.download_file(&stored.uid, &path, &Progress::new())
            .await?,
        size
    );
    assert!(is_right(&path, size)?);
    // A session that ran out in between is renewed.
    house.server.faults().expire_tokens().await?;
    let mut sink = tokio::io::sink();
    assert_eq!(
        rest.download(&stored.uid, &mut sink, &Progress::new())
            .await?,
        size
    );
    house.server.faults().expire_tokens().await?;
    up(&rest, 10).await?;
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_transfer_is_called_off_and_leaves_nothing() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let progress = Progress::new();
    let mut watched = progress.watch();
    let (rest_too, progress_too) = (rest.clone(), progress.clone());
    // A source that gives a little and then nothing more.
    let body = Bytes {
        at: 0,
        size: 100_000,
    }
    .chain(Endless);
    let going = tokio::spawn(async move {
        rest_too
            .upload(&new("never", 1_000_000), body, &progress_too)
            .await
    });
    watched.wait_for(|(done, _)| *done >= 100_000).await?;
    progress.cancel();
    assert_eq!(going.await?, Err(TransferError::Cancelled));
    wait_until("the begun file is taken back", || async {
        Ok(rest.own_files(1).await?.is_empty())
    })
    .await?;
    // Dropping is calling off.
    let progress = Progress::new();
    let mut watched = progress.watch();
    let body = Bytes {
        at: 0,
        size: 100_000,
    }
    .chain(Endless);
    let (rest_too, progress_too) = (rest.clone(), progress.clone());
    let going = tokio::spawn(async move {
        rest_too
            .upload(&new("never", 1_000_000), body, &progress_too)
            .await
    });
    watched.wait_for(|(done, _)| *done >= 100_000).await?;
    going.abort();
    wait_until("the begun file is taken back", || async {
        Ok(rest.own_files(1).await?.is_empty())
    })
    .await?;
    let shorter = rest
        .upload(
            &new("short", 200),
            Bytes { at: 0, size: 100 },
            &Progress::new(),
        )
        .await;
    assert_eq!(shorter, Err(TransferError::Changed));
    let longer = rest
        .upload(
            &new("long", 50),
            Bytes { at: 0, size: 100 },
            &Progress::new(),
        )
        .await;
    assert_eq!(longer, Err(TransferError::Changed));
    let missing = rest
        .upload_file(
            Path::new("/no/such/file"),
            "text/plain",
            false,
            &Progress::new(),
        )
        .await;
    assert_eq!(missing, Err(TransferError::Disk(io::ErrorKind::NotFound)));
    house.server.stop().await;
    Ok(())
}

/// A source that has more and does not give it.
struct Endless;

impl AsyncRead for Endless {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn addresses_open_files_to_who_may() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let here = house.folder.path().join("picture.png");
    std::fs::write(&here, b"not really")?;
    let public = rest
        .upload_file(&here, "image/png", true, &Progress::new())
        .await?;
    assert_eq!(
        (public.name.as_str(), public.is_public),
        ("picture.png", true)
    );
    let private = up(&rest, 10).await?;
    let web = house.web()?;
    let get = |address: String| {
        let web = web.clone();
        async move {
            web.get(address)
                .send()
                .await
                .map(|answer| answer.status().as_u16())
        }
    };
    assert_eq!(get(rest.public_address(&public.uid)?).await?, 200);
    assert_eq!(get(rest.public_address(&private.uid)?).await?, 401);
    assert_eq!(get(rest.private_address(&private.uid).await?).await?, 200);
    assert_eq!(get(rest.lent_address(&private.uid).await?).await?, 200);
    assert!(rest.public_address("../x").is_err());
    let gone = rest
        .lent_address("0011223344556677889900aabbccddee99")
        .await;
    gone.err().context("no such file")?;
    house.server.stop().await;
    Ok(())
}
