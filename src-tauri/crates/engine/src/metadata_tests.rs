//! Photos as cameras and programs write them, looked at by a reader that is not
//! ours (`kamadak-exif`), before and after.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};

use super::*;

/// What a phone writes about a photo.
fn notes(turn: u16) -> Vec<u8> {
    let field = |tag, value| Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    };
    let fields = [
        field(Tag::Make, Value::Ascii(vec![b"Camera".to_vec()])),
        field(Tag::Orientation, Value::Short(vec![turn])),
        field(
            Tag::GPSLatitude,
            Value::Rational(vec![Rational { num: 52, denom: 1 }; 3]),
        ),
        field(
            Tag::DateTimeOriginal,
            Value::Ascii(vec![b"2026:01:02 03:04:05".to_vec()]),
        ),
    ];
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, true).expect("written");
    out.into_inner()
}

fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2).expect("short");
    [&[0xff, marker], &length.to_be_bytes()[..], contents].concat()
}

/// A photo of 4 by 3 pixels as a phone makes it: notes of every kind, two
/// scans, and a second picture with notes of its own behind the first.
fn photo(turn: u16) -> Vec<u8> {
    let exif = [b"Exif\0\0", &notes(turn)[..]].concat();
    let scan = [
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56],
    ]
    .concat();
    let picture = [
        segment(0xdb, &[0; 65]),
        segment(0xc2, &[8, 0, 3, 0, 4, 1, 1, 0x11, 0]),
        scan.clone(),
        segment(0xc4, &[0x10, 0]),
        scan,
        vec![0xff, 0xd9],
    ]
    .concat();
    let begin = [
        vec![0xff, 0xd8],
        segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        segment(0xe1, &exif),
        segment(
            0xe1,
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>secret</x:xmpmeta>",
        ),
        segment(0xe2, b"ICC_PROFILE\0\x01\x01colours"),
        segment(0xe2, b"MPF\0secret"),
        segment(0xed, b"Photoshop 3.0\0secret"),
        segment(0xfe, b"secret"),
    ]
    .concat();
    [&begin[..], &picture, &begin, &picture, b"secret"].concat()
}

fn is_found(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// What a reader that is not ours finds: tags and their values.
fn told(bytes: &[u8]) -> Vec<(Tag, u32)> {
    match exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) {
        Ok(notes) => notes
            .fields()
            .map(|field| (field.tag, field.value.get_uint(0).unwrap_or_default()))
            .collect(),
        Err(exif::Error::NotFound(_)) => Vec::new(),
        Err(error) => panic!("the notes cannot be read: {error}"),
    }
}

fn chunk(kind: &[u8; 4], contents: &[u8]) -> PngChunk {
    PngChunk::new(*kind, Bytes::copy_from_slice(contents))
}

#[test]
fn a_photo_keeps_its_picture_and_how_it_is_turned_and_nothing_else() {
    let before = photo(6);
    assert_eq!(told(&before).len(), 4, "the reader finds what is there");
    let bare = bare(before.into()).expect("a photo");
    assert_eq!(told(&bare.bytes), [(Tag::Orientation, 6)]);
    for word in [b"secret".as_slice(), b"Camera", b"2026", b"xmp", b"MPF"] {
        assert!(!is_found(&bare.bytes, word), "{word:?}");
    }
    assert!(is_found(&bare.bytes, b"ICC_PROFILE\0\x01\x01colours"));
    assert_eq!((bare.width, bare.height), (3, 4), "it stands on its side");
    assert_eq!(
        bare.bytes
            .windows(4)
            .filter(|w| *w == [0x12, 0xff, 0, 0x34])
            .count(),
        2,
        "both scans of the first picture, none of the second"
    );
    assert!(bare.bytes.ends_with(&[0xff, 0xd9]));
    // Once more it is the same.
    assert_eq!(super::bare(bare.bytes.clone()), Some(bare));
}

#[test]
fn a_photo_that_stands_upright_has_no_notes_at_all() {
    let bare = bare(photo(1).into()).expect("a photo");
    assert_eq!(told(&bare.bytes), []);
    assert_eq!((bare.width, bare.height), (4, 3));
}

#[test]
fn a_png_keeps_what_draws_it() {
    let head = [
        &4_u32.to_be_bytes()[..],
        &3_u32.to_be_bytes(),
        &[8, 6, 0, 0, 0],
    ]
    .concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for chunk in [
        chunk(b"IHDR", &head),
        chunk(b"gAMA", &[0, 0, 1, 0]),
        chunk(b"tEXt", b"Author\0secret"),
        chunk(b"zTXt", b"Author\0\0secret"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0secret"),
        chunk(b"tIME", &[7; 7]),
        chunk(b"eXIf", &notes(8)),
        chunk(b"unKn", b"secret"),
        chunk(b"IDAT", b"picture"),
        chunk(b"IEND", b""),
    ] {
        bytes.extend_from_slice(&chunk.encoder().bytes());
    }
    bytes.extend_from_slice(b"secret");
    assert_eq!(told(&bytes).len(), 4);
    let bare = bare(bytes.into()).expect("a picture");
    assert_eq!(told(&bare.bytes), [(Tag::Orientation, 8)]);
    let image = Png::from_bytes(bare.bytes.clone()).expect("a PNG");
    let kinds: Vec<_> = image.chunks().iter().map(PngChunk::kind).collect();
    assert_eq!(kinds, [*b"IHDR", *b"gAMA", *b"eXIf", *b"IDAT", *b"IEND"]);
    assert!(!is_found(&bare.bytes, b"secret"));
    assert_eq!((bare.width, bare.height), (3, 4));
}

#[test]
fn a_webp_keeps_what_draws_it() {
    let data = |id: &[u8; 4], bytes: &[u8]| {
        RiffChunk::new(*id, RiffContent::Data(Bytes::copy_from_slice(bytes)))
    };
    // Colours, notes and more notes, 4 by 3 pixels.
    let head = [0b0010_1100, 0, 0, 0, 3, 0, 0, 2, 0, 0];
    let webp = RiffChunk::new(
        *b"RIFF",
        RiffContent::List {
            kind: Some(*b"WEBP"),
            subchunks: vec![
                data(b"VP8X", &head),
                data(b"ICCP", b"colours!"),
                data(b"VP8L", b"\x2f\x03\x80\0\0picture"),
                data(b"EXIF", &notes(6)),
                data(b"XMP ", b"secret"),
                data(b"unKn", b"secret"),
            ],
        },
    );
    let bytes = webp.encoder().bytes();
    assert_eq!(told(&bytes).len(), 4);
    let bare = bare(bytes).expect("a picture");
    assert_eq!(told(&bare.bytes), [(Tag::Orientation, 6)]);
    for word in [b"secret".as_slice(), b"Camera"] {
        assert!(!is_found(&bare.bytes, word), "{word:?}");
    }
    assert!(is_found(&bare.bytes, b"colours!"));
    assert_eq!((bare.width, bare.height), (3, 4));
    let flags = bare.bytes[20];
    assert_eq!(flags, 0b0010_1000, "the head says which notes there are");
}

#[test]
fn what_cannot_be_taken_apart_is_no_photo() {
    for end in [10, 40, 200] {
        assert_eq!(bare(photo(6)[..end].to_vec().into()), None, "{end}");
    }
    assert_eq!(bare(Bytes::from_static(b"\xff\xd8\xff")), None);
    assert_eq!(bare(Bytes::from_static(b"\x89PNG")), None);
    assert_eq!(bare(Bytes::from_static(b"RIFF1234WEBP")), None);
    assert_eq!(bare(Bytes::from_static(b"GIF89a")), None);
    assert_eq!(bare(Bytes::from_static(b"%PDF")), None);
}
