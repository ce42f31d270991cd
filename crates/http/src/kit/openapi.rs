//! The OpenAPI description: what utoipa collects from the handlers, plus what all operations share:
//! permissions, error codes, and the header that makes a POST idempotent.

mod share;

use crate::kit::operation::{ANY, Groups, REPEATABLE, RESTRICTED, Surface, WITH_BODY, WITH_QUERY, WRITING};
use crate::kit::problem::{ProblemView, operator_status};
use domain::access::{Audience, Operation, Reach};
use domain::code::{Code, Language};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{
    Operation as Described, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths,
};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required,
    ResponseBuilder, SchemaFormat, Type,
};
use utoipa::{PartialSchema, ToSchema};

/// The OpenAPI description of the whole API.
#[must_use]
pub fn document() -> Value {
    // A document that cannot be written as JSON would be a bug of the library's; the tests read it.
    let document = serde_json::to_value(crate::operations().into_document()).unwrap_or_default();
    share::share(document)
}

/// The description's general information.
pub(crate) fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Sluice")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("openapi.md")))
        .license(Some(
            utoipa::openapi::LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build(),
        ))
        .build();
    OpenApiBuilder::new().info(info).build()
}

/// Adds what all operations share to a route's operation.
pub(crate) fn complete(paths: &mut Paths, operation: Operation, codes: Groups, surface: Surface) {
    for item in paths.paths.values_mut() {
        for (is_post, described) in described(item) {
            // Login responses are never stored, and anonymous callers have no key space.
            let is_repeatable = is_post
                && matches!(operation.audience(), Audience::Granted { .. } | Audience::Identified)
                && operation != Operation::FileUpload;
            debug_assert_eq!(described.operation_id.as_deref(), Some(operation.name()));
            described.operation_id = Some(operation.name().to_owned());
            secure(described, operation);
            let all = all_codes(described, operation, codes, is_repeatable);
            answers(described, &all, surface);
            if is_repeatable {
                described.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
        }
    }
}

fn described(item: &mut PathItem) -> Vec<(bool, &mut Described)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let others = [get, put, delete, patch].into_iter().filter_map(Option::as_mut).map(|one| (false, one));
    others.chain(post.as_mut().map(|one| (true, one))).collect()
}

fn secure(described: &mut Described, operation: Operation) {
    let key = || SecurityRequirement::new("apiKey", Vec::<String>::new());
    let session = || SecurityRequirement::new("session", Vec::<String>::new());
    described.security = match operation.audience() {
        Audience::Everyone => None,
        Audience::SignedIn | Audience::Granted { scope: None, .. } => Some(vec![session()]),
        Audience::Identified | Audience::Granted { .. } => Some(vec![session(), key()]),
    };
    let who = match operation.audience() {
        Audience::Everyone => "No authentication required.".to_owned(),
        Audience::SignedIn => "For all signed-in users.".to_owned(),
        Audience::Identified => "For all signed-in users and all API keys.".to_owned(),
        Audience::Granted { roles, own, scope, key } => {
            let roles: Vec<_> = roles.iter().map(|role| role.name()).collect();
            let own: Vec<_> =
                own.iter().map(|role| format!("{} (only what they created)", role.name())).collect();
            let scope = scope.map_or(String::new(), |scope| {
                format!("; API keys with `{}`{}", scope.name(), reach_text(key))
            });
            format!("For {}{scope}.", [roles.join(", "), own.join(", ")].join(", ").trim_end_matches(", "))
        }
    };
    let text = described.description.take().unwrap_or_default();
    described.description = Some(format!("{text}\n\n{who}").trim().to_owned());
}

const fn reach_text(key: Reach) -> &'static str {
    match key {
        Reach::All => "",
        Reach::Own => " (only what they created)",
    }
}

/// An operation's codes, including those that follow from its shape.
fn all_codes(described: &Described, operation: Operation, codes: Groups, is_repeatable: bool) -> Vec<Code> {
    let mut parameters = described.parameters.iter().flatten();
    let is_query =
        |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query);
    let has_body = described.request_body.is_some();
    let by_shape = [
        (true, ANY),
        (operation.audience() != Audience::Everyone, RESTRICTED),
        (has_body, WITH_BODY),
        (has_body, WRITING),
        (is_repeatable, REPEATABLE),
        (parameters.any(is_query), WITH_QUERY),
    ];
    let by_shape = by_shape.into_iter().filter(|(applies, _)| *applies).map(|(_, group)| group);
    let mut all: Vec<Code> = by_shape.chain(codes.iter().copied()).flatten().copied().collect();
    all.sort_unstable_by_key(|code| code.number());
    all.dedup();
    all
}

/// One response per status, with one example per code.
fn answers(described: &mut Described, codes: &[Code], surface: Surface) {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        let status = if surface == Surface::Operator { operator_status(*code) } else { code.http() };
        by_status.entry(status).or_default().push(*code);
    }
    for (status, codes) in by_status {
        let lines: Vec<_> = codes
            .iter()
            .map(|code| format!("`{}`: {}", code.name(), code.message(Language::English)))
            .collect();
        let examples = codes.iter().map(|code| {
            let example =
                ExampleBuilder::new().summary(code.message(Language::English)).value(Some(example(*code)));
            (code.name(), RefOr::T(example.build()))
        });
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(ProblemView::name())))
            .examples_from_iter(examples)
            .build();
        let mut response =
            ResponseBuilder::new().description(lines.join("\n\n")).content("application/json", content);
        if matches!(status, 429 | 503) {
            response = response.header("Retry-After", retry_after());
        }
        let key = status.to_string();
        described.responses.responses.insert(key, RefOr::T(response.build()));
    }
}

fn retry_after() -> utoipa::openapi::Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
    let mut header = utoipa::openapi::Header::new(seconds);
    header.description = Some("Seconds to wait before retrying".to_owned());
    header
}

fn example(code: Code) -> Value {
    json!({
        "success": false,
        "message": code.message(Language::English),
        "error": { "code": code.name(), "details": null },
        "data": null,
    })
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("idempotency-key".to_owned())))
        .pattern(Some("^[!-~]{1,128}$"))
        .build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Makes the request idempotent: a repetition with the same key always returns the first response.",
        ))
        .schema(Some(text))
        .build()
}

/// Adds the shared schemas and security schemes.
pub(crate) fn finish(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let mut schemas = Vec::new();
    ProblemView::schemas(&mut schemas);
    schemas.push((ProblemView::name().into_owned(), ProblemView::schema()));
    components.schemas.extend(schemas);
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key: `Authorization: Bearer sluice_…`"))
        .build();
    components.add_security_scheme("apiKey", SecurityScheme::Http(key));
    let cookie = ApiKeyValue::with_description(
        "sluice_session",
        "The cookie set at login; under TLS its name is `__Host-sluice_session`",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
}
