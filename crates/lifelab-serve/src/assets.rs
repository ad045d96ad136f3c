//! The files of the page, which are part of the program.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// A file of the page.
struct Asset {
    path: &'static str,
    kind: &'static str,
    text: &'static str,
}

macro_rules! assets {
    ($($name:literal: $kind:expr,)*) => {
        &[$(Asset {
            path: concat!("/", $name),
            kind: $kind,
            text: include_str!(concat!("../page/", $name)),
        }),*]
    };
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const ASSETS: &[Asset] = assets![
    "index.html": HTML,
    "style.css": CSS,
    "icon.svg": SVG,
    "main.js": SCRIPT,
    "address.js": SCRIPT,
    "camera.js": SCRIPT,
    "chart.js": SCRIPT,
    "colors.js": SCRIPT,
    "controls.js": SCRIPT,
    "figures.js": SCRIPT,
    "keys.js": SCRIPT,
    "lights.js": SCRIPT,
    "link.js": SCRIPT,
    "panel.js": SCRIPT,
    "pointer.js": SCRIPT,
    "timeline.js": SCRIPT,
    "wire.js": SCRIPT,
];

/// The page runs its own scripts and talks to its own server; nothing else is loaded, nothing is sent
/// elsewhere, and no other page may show it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // The next server on this port may be of another version.
    (CACHE_CONTROL, "no-store"),
];

/// Answers with a file of the page, if it is one.
pub(crate) async fn answer(method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, HEADERS, "only files are here: GET\n")
            .into_response();
    }
    let path = if uri.path() == "/" { "/index.html" } else { uri.path() };
    match ASSETS.iter().find(|asset| asset.path == path) {
        Some(asset) => (HEADERS, [(CONTENT_TYPE, asset.kind)], asset.text).into_response(),
        None => (StatusCode::NOT_FOUND, HEADERS, "there is no such file: the page is /\n")
            .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn all_files_of_the_page_are_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        let files = fs::read_dir(folder).unwrap();
        let mut files: Vec<_> =
            files.map(|file| format!("/{}", file.unwrap().file_name().display())).collect();
        let mut served: Vec<_> = ASSETS.iter().map(|asset| asset.path.to_owned()).collect();
        files.sort();
        served.sort();
        assert_eq!(served, files);
    }
}
