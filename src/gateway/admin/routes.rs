//! Which path answers what.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::header::{HeaderName, X_CONTENT_TYPE_OPTIONS};
use hyper::{Method, Request, Response, StatusCode};

use super::{AdminView, page};
use crate::telemetry::metrics::{self, Exposition};

pub(super) type Answer = Response<Full<Bytes>>;

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

/// What every answer carries: it is for now, it is what it says it is, and the
/// page loads nothing from anywhere.
const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    ),
];

/// All that the server can be asked.
pub(super) struct Routes {
    pub view: Arc<dyn AdminView>,
    pub exposition: Exposition,
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
        self.route(route)
    }

    fn route(&self, route: Route) -> Answer {
        const OK: StatusCode = StatusCode::OK;
        match route {
            Route::Page => answer(OK, HTML, page::render(&self.view.status())),
            Route::Metrics => answer(OK, metrics::CONTENT_TYPE, self.exposition.render()),
            Route::Live => answer(OK, TEXT, "live\n".to_owned()),
            Route::Ready => self.ready(),
            Route::Status => match serde_json::to_string_pretty(&self.view.status()) {
                Ok(json) => answer(OK, JSON, json + "\n"),
                Err(error) => answer(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("{error}\n")),
            },
        }
    }

    fn ready(&self) -> Answer {
        let readiness = self.view.ready();
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
    Metrics,
    Live,
    Ready,
    Status,
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/" => Self::Page,
            "/metrics" => Self::Metrics,
            "/livez" => Self::Live,
            "/readyz" => Self::Ready,
            "/status" => Self::Status,
            _ => return None,
        })
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
