//! Which path answers what.

use std::net::IpAddr;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;

use super::page;
use super::page_data::PageSource;
use crate::telemetry::metrics::{self, Exposition};

pub(super) type Answer = Response<Full<Bytes>>;

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

/// What every answer carries: it is for now, it is what it says it is, it loads
/// nothing, no other site may have it, and none hears of it.
const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// All that the server can be asked.
pub(super) struct Routes {
    pub page: PageSource,
    pub exposition: Exposition,
    /// Whether only programs of this machine can ask, over TCP: then a browser
    /// is one of them, and what it shows may be anybody's.
    pub loopback: bool,
}

impl Routes {
    /// The answer to `request`, whose body nobody looks at. For HEAD the server
    /// leaves the answer's body away.
    pub fn answer<B>(&self, request: &Request<B>) -> Answer {
        let Some(route) = Route::of(request.uri().path()) else {
            return answer(StatusCode::NOT_FOUND, TEXT, "not found\n".to_owned());
        };
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let refusal = "only GET and HEAD are answered\n".to_owned();
            let mut refused = answer(StatusCode::METHOD_NOT_ALLOWED, TEXT, refusal);
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refused;
        }
        if self.loopback && route.names_clients() && !is_for_us(request.headers().get(HOST)) {
            let refusal = "open this page by the machine's own address, or as localhost\n";
            return answer(StatusCode::MISDIRECTED_REQUEST, TEXT, refusal.to_owned());
        }
        self.route(route, request.uri().query())
    }

    fn route(&self, route: Route, query: Option<&str>) -> Answer {
        const OK: StatusCode = StatusCode::OK;
        match route {
            Route::Page => self.page(),
            Route::PageData => json(&self.page.since(query), serde_json::to_string),
            Route::Metrics => answer(OK, metrics::CONTENT_TYPE, self.exposition.render()),
            Route::Live => answer(OK, TEXT, "live\n".to_owned()),
            Route::Ready => self.ready(),
            Route::Status => json(&self.page.view.status(), serde_json::to_string_pretty),
        }
    }

    fn page(&self) -> Answer {
        let text = page::render(&self.page.now(), &self.page.history);
        let mut page = answer(StatusCode::OK, HTML, text);
        // It is of letters and marks that a header may have.
        if let Ok(policy) = HeaderValue::from_str(&page::POLICY) {
            page.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
        page
    }

    fn ready(&self) -> Answer {
        let readiness = self.page.view.ready();
        if readiness.is_ready() {
            return answer(StatusCode::OK, TEXT, "ready\n".to_owned());
        }
        let reasons = readiness.reasons.join("\n") + "\n";
        answer(StatusCode::SERVICE_UNAVAILABLE, TEXT, reasons)
    }
}

#[derive(Debug, Clone, Copy)]
enum Route {
    Page,
    PageData,
    Metrics,
    Live,
    Ready,
    Status,
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/" => Self::Page,
            "/page.json" => Self::PageData,
            "/metrics" => Self::Metrics,
            "/livez" => Self::Live,
            "/readyz" => Self::Ready,
            "/status" => Self::Status,
            _ => return None,
        })
    }

    const fn names_clients(self) -> bool {
        matches!(self, Self::Page | Self::PageData)
    }
}

/// Whether a request's `Host` is one that only this machine has. A name could
/// be another site's, which has it point here so that its script, in a browser
/// on this machine, may read our answers (DNS rebinding).
fn is_for_us(host: Option<&HeaderValue>) -> bool {
    // No browser leaves it out.
    let Some(host) = host else { return true };
    let Some(authority) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else {
        return false;
    };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

fn json<T: Serialize>(value: &T, write: fn(&T) -> serde_json::Result<String>) -> Answer {
    match write(value) {
        Ok(json) => answer(StatusCode::OK, JSON, json + "\n"),
        Err(error) => answer(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("{error}\n")),
    }
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::from(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.extend(ALWAYS);
    answer
}
