//! The language of a request's messages: English or Chinese by `Accept-Language`, else the configured one.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use domain::code::Language;

tokio::task_local! {
    static CURRENT: Language;
}

/// Runs a request with its language.
pub(crate) async fn scope<F: Future>(language: Language, request: F) -> F::Output {
    CURRENT.scope(language, request).await
}

/// The current request's language.
pub(crate) fn current() -> Language {
    CURRENT.try_with(|language| *language).unwrap_or_default()
}

/// The supported language that the headers prefer.
pub(crate) fn of(headers: &HeaderMap, configured: Language) -> Language {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best: Option<(u32, Language)> = None;
    for part in header.split(',').take(20) {
        let mut words = part.split(';');
        let tag = words.next().unwrap_or_default().trim().to_ascii_lowercase();
        let language = match tag.split('-').next() {
            Some("zh") => Language::Chinese,
            Some("en") => Language::English,
            _ => continue,
        };
        let quality = words.find_map(|word| word.trim().strip_prefix("q=").map(thousandths)).unwrap_or(1_000);
        if quality > 0 && best.is_none_or(|(most, _)| quality > most) {
            best = Some((quality, language));
        }
    }
    best.map_or(configured, |(_, language)| language)
}

/// `0.8` as 800; a malformed value counts as 0.
fn thousandths(text: &str) -> u32 {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), digits.parse::<u32>()) {
        (Ok(whole), Ok(part)) => whole.saturating_mul(1_000).saturating_add(part).min(1_000),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_supported_language_wins() {
        let cases = [
            ("", "en"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
            ("en;q=0.8,zh;q=0.9", "zh"),
            ("fr,de;q=0.9", "en"),
            ("zh;q=0,en;q=0.1", "en"),
            ("zh;q=x", "en"),
            ("ZH-hant-TW", "zh"),
        ];
        for (header, expected) in cases {
            let mut headers = HeaderMap::new();
            if !header.is_empty() {
                headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
            }
            let language = of(&headers, Language::English);
            let expected = if expected == "zh" { Language::Chinese } else { Language::English };
            assert_eq!(language, expected, "{header}");
        }
    }
}
