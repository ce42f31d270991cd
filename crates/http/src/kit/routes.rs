//! Turns handlers into routes, each behind its operation's guard and with its part of the API description.

use crate::app::App;
use crate::kit::guard::{Guard, guard};
use crate::kit::openapi;
use crate::kit::operation::{Groups, Surface};
use axum::Router;
use axum::middleware::from_fn_with_state;
use domain::access::Operation;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// A handler, its operation, and the codes it may return.
struct Entry {
    operation: Operation,
    codes: Groups,
    route: UtoipaMethodRouter<App>,
    surface: Surface,
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

    /// Adds a handler: `add(Operation::Me, routes!(me), &[&[Code::…], groups::…])`. Every handler needs an
    /// operation. `codes` are those that follow from what it does; [`crate::kit::operation`] has the others.
    pub(crate) fn add(self, operation: Operation, route: UtoipaMethodRouter<App>, codes: Groups) -> Self {
        self.add_to(Surface::Other, operation, route, codes)
    }

    /// Adds a handler to the operator's API.
    pub(crate) fn add_operator(
        self,
        operation: Operation,
        route: UtoipaMethodRouter<App>,
        codes: Groups,
    ) -> Self {
        self.add_to(Surface::Operator, operation, route, codes)
    }

    fn add_to(
        mut self,
        surface: Surface,
        operation: Operation,
        route: UtoipaMethodRouter<App>,
        codes: Groups,
    ) -> Self {
        self.entries.push(Entry { operation, codes, route, surface });
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
        wrap: impl Fn(UtoipaMethodRouter<App>, Operation, Groups) -> UtoipaMethodRouter<App>,
    ) -> (Router<App>, OpenApi) {
        let mut all = OpenApiRouter::with_openapi(openapi::base());
        for Entry { operation, codes, route: (schemas, mut paths, methods), surface } in self.entries {
            openapi::complete(&mut paths, operation, codes, surface);
            all = all.routes(wrap((schemas, paths, methods), operation, codes));
        }
        let (router, mut document) = all.split_for_parts();
        openapi::finish(&mut document);
        (router, document)
    }
}
