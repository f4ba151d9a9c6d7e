//! A place for routes that can be exchanged while the server runs: it answers from the first moment, and with more as more is there.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::Request;
use tower::ServiceExt as _;

/// The routes that hold now.
#[derive(Debug, Clone)]
pub struct Slot(Arc<ArcSwap<Router>>);

impl Slot {
    /// A slot with its first routes.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(router)))
    }

    /// Puts other routes in; requests under way keep the ones they began with.
    pub fn put(&self, router: Router) {
        self.0.store(Arc::new(router));
    }

    /// Answers with whatever is in the slot when a request comes.
    pub fn router(&self) -> Router {
        let slot = self.0.clone();
        Router::new().fallback(move |request: Request| {
            let router = Router::clone(&slot.load());
            router.oneshot(request)
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    #[tokio::test]
    async fn later_routes_take_the_place_of_earlier_ones() {
        let slot = Slot::new(Router::new().fallback(|| async { StatusCode::SERVICE_UNAVAILABLE }));
        let router = slot.router();
        let ask = async || {
            let request = Request::get("/a").body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap().status()
        };
        assert_eq!(ask().await, StatusCode::SERVICE_UNAVAILABLE);
        slot.put(Router::new().route("/a", get(|| async { "a" })));
        assert_eq!(ask().await, StatusCode::OK);
    }
}
