//! Faces, drawn in code: a few shapes each, so that a list of people looks like
//! a list of people without a single file or request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How hair is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hair {
    Short,
    Bob,
    Crop,
    Scarf,
    Long,
    Curls,
    /// No face at all but a picture for a group.
    Leaf,
    Hammer,
    Ball,
}

/// What makes a face somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extra {
    None,
    Freckles,
    Beard,
    Glasses,
    Moustache,
}

/// A face.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Face {
    ground: &'static str,
    skin: &'static str,
    hair_colour: &'static str,
    hair: Hair,
    extra: Extra,
}

impl Face {
    /// A face of these colours.
    pub(crate) const fn new(
        ground: &'static str,
        skin: &'static str,
        hair_colour: &'static str,
        hair: Hair,
        extra: Extra,
    ) -> Self {
        Self {
            ground,
            skin,
            hair_colour,
            hair,
            extra,
        }
    }

    /// A group's picture: a sign on a ground.
    pub(crate) const fn sign(ground: &'static str, colour: &'static str, sign: Hair) -> Self {
        Self::new(ground, colour, colour, sign, Extra::None)
    }
}

/// The picture as a URL that needs no network.
pub(crate) fn data_url(face: &Face) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg(face)))
}

fn svg(face: &Face) -> String {
    let Face {
        ground,
        skin,
        hair_colour: hair,
        ..
    } = face;
    let start = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\">\
         <rect width=\"96\" height=\"96\" fill=\"{ground}\"/>"
    );
    let sign = match face.hair {
        Hair::Leaf => Some(format!(
            "<path d=\"M48 78V48\" stroke=\"{skin}\" stroke-width=\"5\" stroke-linecap=\"round\"/>\
             <path d=\"M48 54C24 54 20 34 20 24c20 0 28 10 28 30z\" fill=\"{skin}\"/>\
             <path d=\"M48 46c0-20 12-28 28-28 0 18-8 28-28 28z\" fill=\"{skin}\" opacity=\".8\"/>"
        )),
        Hair::Hammer => Some(format!(
            "<g fill=\"{skin}\" transform=\"rotate(-40 48 48)\"><rect x=\"44\" y=\"30\" width=\"9\" height=\"50\" rx=\"4\"/>\
             <path d=\"M28 20h30c6 0 10 4 12 10H28z\"/></g>"
        )),
        Hair::Ball => Some(format!(
            "<circle cx=\"48\" cy=\"48\" r=\"28\" fill=\"{skin}\"/>\
             <path d=\"M48 36l12 9-5 14H41l-5-14z\" fill=\"{ground}\"/>\
             <path d=\"M48 36V21M60 45l14-5M55 59l9 12M41 59l-9 12M36 45l-14-5\" stroke=\"{ground}\" stroke-width=\"3\"/>"
        )),
        _ => None,
    };
    if let Some(sign) = sign {
        return format!("{start}{sign}</svg>");
    }
    let behind = match face.hair {
        Hair::Long => format!("<path d=\"M24 82V44a24 26 0 0 1 48 0v38z\" fill=\"{hair}\"/>"),
        Hair::Bob => format!(
            "<path d=\"M24 64V42a24 25 0 0 1 48 0v22q0 4-4 4H28q-4 0-4-4z\" fill=\"{hair}\"/>"
        ),
        Hair::Scarf => format!("<path d=\"M20 96V46a28 30 0 0 1 56 0v50z\" fill=\"{hair}\"/>"),
        Hair::Curls => [
            (28, 34),
            (38, 24),
            (50, 22),
            (62, 26),
            (69, 36),
            (26, 46),
            (71, 47),
        ]
        .map(|(x, y)| format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"10\" fill=\"{hair}\"/>"))
        .concat(),
        _ => String::new(),
    };
    let shirt = "<path d=\"M16 96c0-16 14-24 32-24s32 8 32 24z\" fill=\"#fff\" opacity=\".9\"/>";
    let head = format!(
        "<rect x=\"41\" y=\"62\" width=\"14\" height=\"16\" rx=\"6\" fill=\"{skin}\"/>\
         <ellipse cx=\"48\" cy=\"48\" rx=\"19\" ry=\"22\" fill=\"{skin}\"/>"
    );
    let front = match face.hair {
        Hair::Short => format!(
            "<path d=\"M28 46c-2-20 10-26 20-26s24 6 20 26c-3-8-7-11-11-12-8 4-18 3-24 1-3 2-4 6-5 11z\" fill=\"{hair}\"/>"
        ),
        Hair::Crop => format!(
            "<path d=\"M29 44c0-16 9-21 19-21s19 5 19 21c-3-7-6-10-10-10H39c-4 0-7 3-10 10z\" fill=\"{hair}\"/>"
        ),
        Hair::Bob | Hair::Long => format!(
            "<path d=\"M28 44c2-16 12-21 20-21s18 5 20 21c-8-1-14-5-17-10-5 6-13 9-23 10z\" fill=\"{hair}\"/>"
        ),
        Hair::Scarf => format!(
            "<path d=\"M28 46c0-16 10-23 20-23s20 7 20 23c-3-8-10-12-20-12s-17 4-20 12z\" fill=\"{hair}\"/>\
             <path d=\"M29 58c4 10 10 14 19 14s15-4 19-14v16H29zM38 66h20v12H38z\" fill=\"{hair}\"/>"
        ),
        Hair::Curls => format!(
            "<path d=\"M29 42c1-14 9-19 19-19s18 5 19 19c-6-5-12-6-19-6s-13 1-19 6z\" fill=\"{hair}\"/>"
        ),
        Hair::Leaf | Hair::Hammer | Hair::Ball => String::new(),
    };
    let features = "<circle cx=\"41\" cy=\"48\" r=\"2.4\" fill=\"#2a1c16\"/>\
         <circle cx=\"55\" cy=\"48\" r=\"2.4\" fill=\"#2a1c16\"/>\
         <path d=\"M41 57q7 6 14 0\" fill=\"none\" stroke=\"#2a1c16\" stroke-width=\"2.2\" stroke-linecap=\"round\"/>";
    let extra = match face.extra {
        Extra::None => String::new(),
        Extra::Freckles => [(37, 53), (40, 54), (59, 53), (56, 54)]
            .map(|(x, y)| format!("<circle cx=\"{x}\" cy=\"{y}\" r=\".9\" fill=\"#b5651d\"/>"))
            .concat(),
        Extra::Beard => format!("<path d=\"M29 50c1 14 8 22 19 22s18-8 19-22c-3 5-6 5-9 4-4-2-16-2-20 0-3 1-6 1-9-4z\" fill=\"{hair}\" opacity=\".92\"/>\
             <path d=\"M42 59q6 4 12 0\" fill=\"none\" stroke=\"#f3e3d3\" stroke-width=\"2.2\" stroke-linecap=\"round\"/>"),
        Extra::Glasses => "<g fill=\"none\" stroke=\"#20191b\" stroke-width=\"1.8\"><circle cx=\"41\" cy=\"48\" r=\"6\"/>\
             <circle cx=\"55\" cy=\"48\" r=\"6\"/><path d=\"M47 47q1-1 2 0\"/></g>".to_owned(),
        Extra::Moustache => format!("<path d=\"M39 55c3-3 7-3 9-1 2-2 6-2 9 1-3 2-7 2-9 0-2 2-6 2-9 0z\" fill=\"{hair}\"/>"),
    };
    let beard_below = if face.extra == Extra::Beard {
        (extra.as_str(), "")
    } else {
        ("", extra.as_str())
    };
    let (under, over) = beard_below;
    format!("{start}{behind}{shirt}{head}{under}{front}{features}{over}</svg>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::people::CAST;

    #[test]
    fn faces_are_small_distinct_and_xml() {
        let mut seen = std::collections::BTreeSet::new();
        for actor in &CAST {
            let url = data_url(&actor.face);
            assert!(url.len() < 4096, "{} has {} bytes", actor.login, url.len());
            let drawn = svg(&actor.face);
            let tree = kith_wire::xml::Element::parse(&drawn).expect("well-formed");
            assert_eq!(tree.local(), "svg");
            assert!(
                seen.insert(drawn),
                "{} looks like somebody else",
                actor.login
            );
        }
    }
}
