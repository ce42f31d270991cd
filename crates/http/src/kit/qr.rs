//! QR codes as SVG, for the secrets of one-time codes.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// The width in pixels at which it is drawn at least; an SVG scales to any other.
const WIDTH: u32 = 240;

/// The QR code of a text; none if the text is too long for one.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(WIDTH, WIDTH).build();
    // Without the XML declaration, so that it can be put into a page.
    let begin = drawn.find("<svg").unwrap_or_default();
    drawn.get(begin..).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_an_svg_and_one_that_is_too_long_becomes_none() {
        let drawn = svg("otpauth://totp/Sluice:PAYROLL-1?secret=GEZDGNBV").unwrap();
        assert!(drawn.starts_with("<svg") && drawn.ends_with("</svg>"), "{drawn}");
        assert!(!drawn.contains("GEZDGNBV"), "the text is drawn, not written");
        assert_eq!(svg(&"x".repeat(10_000)), None);
    }
}
