//! Texts as QR codes in SVG, for authenticator apps.

use qrcode::QrCode;
use qrcode::render::svg;
use service::{Error, StoreError};

/// The width of a module of a QR code, in the picture's units.
const MODULE: u32 = 4;

/// A text as a QR code: an SVG element, without the XML declaration, so that it can be put into a page.
pub(crate) fn picture(text: &str) -> Result<String, Error> {
    let code =
        QrCode::new(text).map_err(|error| StoreError::Corrupt(format!("no QR code of a URI: {error}")))?;
    let drawn = code.render::<svg::Color<'_>>().module_dimensions(MODULE, MODULE).build();
    let begin = drawn.find("<svg").unwrap_or_default();
    Ok(drawn.get(begin..).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_becomes_a_picture_that_runs_no_script_and_loads_nothing() {
        let uri =
            format!("otpauth://totp/Sluice:{}?secret={}&issuer=Sluice", "x".repeat(300), "A".repeat(32));
        let picture = picture(&uri).unwrap();
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"), "{picture}");
        assert!(!picture.contains("<script") && !picture.contains("href"));
        assert!(!picture.contains("AAAA"), "the text is drawn, not written");
    }
}
