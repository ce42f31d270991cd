//! The files of the web page, inside the program: what `cargo xtask web` had left in `web/dist` when this crate was
//! compiled. A crate of its own, so that a new page compiles little else.

use rust_embed::Embed;
use std::borrow::Cow;

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// Every file with its path, such as `assets/index-1a2b3c.js`; none if no page was built.
pub fn files() -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, [u8]>)> {
    Built::iter().filter_map(|path| Built::get(&path).map(|file| (path, file.data)))
}
