//! Turns handlers into routes, each behind its operation's guard and with its part of the API description.

use crate::app::App;
use crate::guard::{Guard, guard};
use crate::openapi;
use axum::Router;
use axum::middleware::from_fn_with_state;
use domain::access::Operation;
use domain::code::Code;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// A handler, its operation, and the codes it may return.
struct Entry {
    operation: Operation,
    codes: &'static [Code],
    route: UtoipaMethodRouter<App>,
    view: View,
}

/// The API a route belongs to, which determines the status of a wrong state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// The operator's API (document 000): 400.
    Operator,
    /// All other APIs: 409.
    Other,
}

/// The routes of a part of the API.
#[derive(Default)]
pub(crate) struct Routes {
    entries: Vec<Entry>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a handler: `add(Operation::Me, routes!(me), &[Code::…])`. Every handler needs an operation.
    pub(crate) fn add(
        self,
        operation: Operation,
        route: UtoipaMethodRouter<App>,
        codes: &'static [Code],
    ) -> Self {
        self.add_to(View::Other, operation, route, codes)
    }

    /// Adds a handler to the given API.
    pub(crate) fn add_to(
        mut self,
        view: View,
        operation: Operation,
        route: UtoipaMethodRouter<App>,
        codes: &'static [Code],
    ) -> Self {
        self.entries.push(Entry { operation, codes, route, view });
        self
    }

    pub(crate) fn merge(mut self, mut other: Self) -> Self {
        self.entries.append(&mut other.entries);
        self
    }

    /// The router.
    pub(crate) fn into_router(self, app: &App) -> Router {
        let (router, _) = self.build(|route, operation, codes| {
            let state = Guard { app: app.clone(), operation, documented: codes };
            (route.0, route.1, route.2.layer(from_fn_with_state(state, guard)))
        });
        router.with_state(app.clone())
    }

    /// The API description alone.
    pub(crate) fn into_document(self) -> OpenApi {
        self.build(|route, _, _| route).1
    }

    fn build(
        self,
        wrap: impl Fn(UtoipaMethodRouter<App>, Operation, &'static [Code]) -> UtoipaMethodRouter<App>,
    ) -> (Router<App>, OpenApi) {
        let mut all = OpenApiRouter::with_openapi(openapi::base());
        for Entry { operation, codes, route: (schemas, mut paths, methods), view } in self.entries {
            openapi::complete(&mut paths, operation, codes, view);
            all = all.routes(wrap((schemas, paths, methods), operation, codes));
        }
        let (router, mut document) = all.split_for_parts();
        openapi::finish(&mut document);
        (router, document)
    }
}
