//! Secrets for authenticator apps, as texts and as QR codes in SVG.

use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;
use service::{Error, Secret, StoreError};
use utoipa::ToSchema;

/// The width of a module of a QR code, in the picture's units.
const MODULE: u32 = 4;

/// A new secret for an authenticator app. It is shown only once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TotpSecretView {
    /// The secret in base 32, for typing.
    #[schema(value_type = String, example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: Secret,
    /// The secret as an `otpauth` URI.
    #[schema(value_type = String, example = "otpauth://totp/Sluice:fang.wang?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sluice")]
    uri: Secret,
    /// The URI as a QR code: an SVG image.
    #[schema(value_type = String, example = "<svg …></svg>")]
    qr: Secret,
}

impl TotpSecretView {
    pub(crate) fn of(base32: &str, uri: &str) -> Result<Self, Error> {
        let qr = Secret::new(picture(uri)?);
        Ok(Self { secret: Secret::new(base32), uri: Secret::new(uri), qr })
    }
}

/// A text as a QR code: an SVG element, without the XML declaration, so that it can be put into a page.
fn picture(text: &str) -> Result<String, Error> {
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
