//! What a photo tells besides the picture: where and when it was taken, with
//! which camera, by which program. None of it leaves this computer.
//!
//! A photo is taken apart into the pieces of its format, and only those that
//! are needed to draw it are put together again: what is not known is left out,
//! so that a new kind of note is no leak. The picture itself is not decoded and
//! loses nothing. How it is to be turned stays, in a note of our own that says
//! nothing else. What stands behind the end of a photo (further pictures, a
//! short film) goes, because it has notes of its own.

use bytes::{BufMut, Bytes, BytesMut};
use img_parts::ImageEXIF;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::WebP;

/// Before the note about a JPEG, in its segment.
const EXIF: &[u8] = b"Exif\0\0";
/// The tag that says how a picture is to be turned (EXIF 2.3 §4.6.4).
const ORIENTATION: u16 = 0x0112;
/// Chunks of a PNG that are needed to draw it (PNG 3 §11, and those of moving ones).
const PNG_KEPT: [&[u8; 4]; 17] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"bKGD", b"pHYs", b"mDCV", b"acTL", b"fcTL", b"fdAT",
];

/// A photo without its notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bare {
    /// The file.
    pub(crate) bytes: Bytes,
    /// Pixels, as it is shown.
    pub(crate) width: u32,
    /// Pixels, as it is shown.
    pub(crate) height: u32,
}

/// What a file is, by its first bytes, when it is a picture that can be shown.
pub(crate) fn media_type(begin: &[u8]) -> Option<&'static str> {
    match begin {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

/// A photo without its notes; `None` when it cannot be taken apart, so that
/// nobody knows what is in it.
pub(crate) fn bare(bytes: Bytes) -> Option<Bare> {
    match media_type(&bytes)? {
        "image/jpeg" => jpeg(bytes),
        "image/png" => png(bytes),
        "image/webp" => webp(bytes),
        _ => gif(bytes),
    }
}

fn jpeg(bytes: Bytes) -> Option<Bare> {
    let mut image = Jpeg::from_bytes(bytes).ok()?;
    let turn = image.exif().as_deref().and_then(orientation);
    let (width, height) = image.dimensions()?;
    let segments = image.segments_mut();
    segments.retain(|segment| match segment.marker() {
        // JFIF, colour profiles and how Adobe means the colours.
        markers::APP0 => segment.contents().starts_with(b"JFIF\0"),
        markers::APP2 => segment.contents().starts_with(b"ICC_PROFILE\0"),
        markers::APP14 => segment.contents().starts_with(b"Adobe"),
        markers::APP1..=markers::APP15 | markers::COM => false,
        _ => true,
    });
    // The head of the first scan, and behind it everything to the end of the file.
    let last = segments.pop().filter(JpegSegment::has_entropy)?;
    let (marker, head) = (last.marker(), last.contents().clone());
    let whole = last.encoder().bytes();
    let data = whole.slice(4 + head.len()..);
    let end = end_of_picture(&data)?;
    let data = data.slice(..end + 2);
    segments.push(JpegSegment::new_with_entropy(marker, head, data));
    if let Some(turn) = turn {
        let mut note = BytesMut::from(EXIF);
        note.put_slice(&turned(turn));
        let at = usize::from(segments.first()?.marker() == markers::APP0);
        let note = JpegSegment::new_with_contents(markers::APP1, note.freeze());
        segments.insert(at, note);
    }
    let (width, height) = shown(u32::from(width), u32::from(height), turn);
    Some(Bare {
        bytes: image.encoder().bytes(),
        width,
        height,
    })
}

/// Where the picture ends in what follows the head of its first scan (ITU T.81
/// §B.1.1.2): a marker that is neither a stuffed byte nor a restart. Further
/// scans with their tables belong to it.
fn end_of_picture(data: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += data.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match *data.get(at + 1)? {
            markers::EOI => return Some(at),
            0x00 | 0x01 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => {
                let length = [*data.get(at + 2)?, *data.get(at + 3)?];
                at += 2 + usize::from(u16::from_be_bytes(length));
            }
        }
    }
}

fn png(bytes: Bytes) -> Option<Bare> {
    let mut image = Png::from_bytes(bytes).ok()?;
    let turn = image.exif().as_deref().and_then(orientation);
    let (width, height) = image.dimensions()?;
    let chunks = image.chunks_mut();
    chunks.retain(|chunk| PNG_KEPT.contains(&&chunk.kind()));
    if let Some(turn) = turn {
        // Before the picture itself, as the format wants it.
        let at = chunks.iter().position(|chunk| chunk.kind() == *b"IDAT")?;
        chunks.insert(at, PngChunk::new(*b"eXIf", turned(turn)));
    }
    let (width, height) = shown(width, height, turn);
    Some(Bare {
        bytes: image.encoder().bytes(),
        width,
        height,
    })
}

fn webp(bytes: Bytes) -> Option<Bare> {
    const KEPT: [&[u8; 4]; 7] = [
        b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
    ];
    let mut image = WebP::from_bytes(bytes).ok()?;
    let exif = image.exif();
    let turn = exif
        .as_deref()
        .and_then(|note| orientation(note.strip_prefix(EXIF).unwrap_or(note)));
    let (width, height) = image.dimensions()?;
    image.set_exif(None);
    image
        .chunks_mut()
        .retain(|chunk| KEPT.contains(&&chunk.id()));
    tell_no_notes(image.chunks_mut());
    if let Some(turn) = turn {
        image.set_exif(Some(turned(turn)));
    }
    let (width, height) = shown(width, height, turn);
    Some(Bare {
        bytes: image.encoder().bytes(),
        width,
        height,
    })
}

/// The head of a WebP says which notes it has.
fn tell_no_notes(chunks: &mut [RiffChunk]) {
    const EXIF_AND_XMP: u8 = 0b0000_1100;
    for chunk in chunks.iter_mut().filter(|chunk| chunk.id() == *b"VP8X") {
        if let RiffContent::Data(data) = chunk.content_mut() {
            let mut head = BytesMut::from(&data[..]);
            if let Some(flags) = head.first_mut() {
                *flags &= !EXIF_AND_XMP;
            }
            *data = head.freeze();
        }
    }
}

/// A GIF has no place for where and when; it stays as it is.
fn gif(bytes: Bytes) -> Option<Bare> {
    let number = |at: usize| {
        let two = bytes.get(at..at + 2)?;
        Some(u32::from(u16::from_le_bytes([two[0], two[1]])))
    };
    let (width, height) = (number(6)?, number(8)?);
    Some(Bare {
        width,
        height,
        bytes,
    })
}

/// How a picture is to be turned, out of a note about it: 2 to 8, and nothing
/// when it stands upright (TIFF 6 §2).
fn orientation(note: &[u8]) -> Option<u16> {
    let is_little = match note.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let two = note.get(at..at.checked_add(2)?)?;
        let two = [two[0], two[1]];
        Some(if is_little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let long = |at: usize| {
        let (a, b) = (short(at)?, short(at + 2)?);
        let (low, high) = if is_little { (a, b) } else { (b, a) };
        usize::try_from(u32::from(high) << 16 | u32::from(low)).ok()
    };
    let table = long(4)?;
    let entries = usize::from(short(table)?);
    (0..entries)
        .map_while(|n| table.checked_add(2 + 12 * n))
        .find(|at| short(*at) == Some(ORIENTATION))
        .and_then(|at| short(at.checked_add(8)?))
        .filter(|turn| (2..=8).contains(turn))
}

/// A note that says how a picture is to be turned, and nothing else.
fn turned(turn: u16) -> Bytes {
    let mut note = BytesMut::from(&b"MM\0\x2a\0\0\0\x08"[..]);
    note.put_u16(1); // entries
    note.put_u16(ORIENTATION);
    note.put_u16(3); // a short
    note.put_u32(1); // of them
    note.put_u16(turn);
    note.put_u16(0); // the rest of the value
    note.put_u32(0); // no further table
    note.freeze()
}

/// Width and height as they are shown: a quarter turn changes them round.
const fn shown(width: u32, height: u32, turn: Option<u16>) -> (u32, u32) {
    match turn {
        Some(5..=8) => (height, width),
        _ => (width, height),
    }
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
