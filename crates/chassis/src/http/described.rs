use axum::http::Method;
use serde_json::Value;
use utoipa::Number;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::{
    Info, License, ObjectBuilder, OpenApi, PathItem, RefOr, Response as DescribedAnswer,
};

use crate::problem::{self, Problem};

/// How many wrong parameters one answer tells of.
const ERRORS_MAX: usize = 16;

/// Says once what all descriptions have in common: a title and our licence; errors are problems, and what can be 304
/// has a tag.
pub fn describe_common(description: &mut OpenApi, service: &str) {
    let mut licence = License::new("Apache-2.0");
    licence.identifier = Some("Apache-2.0".to_owned());
    description.info = Info::new(&*format!("HaaS {service}"), "v1");
    description.info.license = Some(licence);
    let operations = description.paths.paths.values_mut().flat_map(|item| {
        [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
        ]
    });
    for operation in operations.flatten() {
        let responses = &mut operation.responses.responses;
        let may_be_held = responses.contains_key("304");
        for (status, response) in responses {
            let RefOr::T(response) = response else {
                continue;
            };
            match status.as_str() {
                "default" => describe_problem(response),
                "200" | "304" if may_be_held => describe_tag(response),
                _ => {}
            }
        }
    }
}

fn describe_problem(response: &mut DescribedAnswer) {
    "What went wrong".clone_into(&mut response.description);
    if let Some(content) = response.content.shift_remove("application/json") {
        let kind = problem::CONTENT_TYPE.to_owned();
        response.content.insert(kind, content);
    }
    describe_header(
        response,
        "retry-after",
        Type::Integer,
        "With 429 and 503: the seconds to wait before the next try.",
    );
}

fn describe_tag(response: &mut DescribedAnswer) {
    describe_header(
        response,
        "etag",
        Type::String,
        "Names this answer; send it back in `If-None-Match`.",
    );
    describe_header(
        response,
        "cache-control",
        Type::String,
        "How long a cache may answer for us.",
    );
}

fn describe_header(response: &mut DescribedAnswer, name: &str, kind: Type, description: &str) {
    let schema = ObjectBuilder::new().schema_type(SchemaType::Type(kind));
    let header = HeaderBuilder::new()
        .schema(Some(schema.build()))
        .description(Some(description));
    response
        .headers
        .insert(name.to_owned(), RefOr::T(header.build()));
}

/// What the operations of one path take.
#[derive(Debug)]
pub(super) struct Operations(Vec<(Method, Vec<Accepted>)>);

impl Operations {
    pub(super) fn of(item: &PathItem) -> Self {
        let operations = [
            (Method::GET, &item.get),
            (Method::PUT, &item.put),
            (Method::POST, &item.post),
            (Method::DELETE, &item.delete),
        ];
        let described = operations.into_iter().filter_map(|(method, operation)| {
            let accepted = operation.as_ref().map(accepted_by)?;
            Some((method, accepted))
        });
        Self(described.collect())
    }

    /// Why a query is refused that is not described: a misspelt filter must not answer with everything. So a description
    /// cannot leave a parameter out, or nobody could use it.
    pub(super) fn refusal(&self, method: &str, query: Option<&str>) -> Option<Problem> {
        let query = query.filter(|query| !query.is_empty())?;
        let accepted = self.accepted(method)?;
        let errors = errors(accepted, query);
        if errors.is_empty() {
            return None;
        }
        let problem = Problem::invalid(detail(accepted, &errors));
        let told = errors.into_iter().take(ERRORS_MAX);
        Some(told.fold(problem, |problem, (name, wrong)| problem.field(name, wrong)))
    }

    /// HEAD is answered by GET; what is not described is refused by the router.
    fn accepted(&self, method: &str) -> Option<&[Accepted]> {
        let method = if method == "HEAD" { "GET" } else { method };
        let found = self.0.iter().find(|(known, _)| known == method);
        found.map(|(_, accepted)| accepted.as_slice())
    }
}

fn accepted_by(operation: &Operation) -> Vec<Accepted> {
    operation
        .parameters
        .iter()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .filter(|parameter| parameter.parameter_in == ParameterIn::Query)
        .map(Accepted::of)
        .collect()
}

/// A parameter of a query and what it may be.
#[derive(Debug)]
struct Accepted {
    name: String,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Any,
    Whole { min: i64, max: i64 },
    OneOf(Vec<String>),
}

impl Accepted {
    fn of(parameter: &Parameter) -> Self {
        Self {
            name: parameter.name.clone(),
            values: Values::of(parameter.schema.as_ref()),
        }
    }

    /// What is wrong with a value, in words that say what is accepted.
    fn refuse(&self, value: &str) -> Option<String> {
        match &self.values {
            Values::Any => None,
            Values::Whole { min, max } => {
                let is_accepted = value
                    .parse()
                    .is_ok_and(|number| (*min..=*max).contains(&number));
                (!is_accepted).then(|| match *max {
                    i64::MAX => format!("must be a whole number from {min}"),
                    max => format!("must be a whole number from {min} to {max}"),
                })
            }
            Values::OneOf(names) => {
                let is_accepted = names.iter().any(|name| name == value);
                (!is_accepted).then(|| format!("must be one of {}", names.join(", ")))
            }
        }
    }
}

impl Values {
    fn of(schema: Option<&RefOr<Schema>>) -> Self {
        let Some(RefOr::T(Schema::Object(object))) = schema else {
            return Self::Any;
        };
        if let Some(values) = &object.enum_values {
            let names = values.iter().filter_map(Value::as_str);
            return Self::OneOf(names.map(str::to_owned).collect());
        }
        match &object.schema_type {
            SchemaType::Type(Type::Integer) => Self::Whole {
                min: object.minimum.as_ref().map_or(i64::MIN, whole),
                max: object.maximum.as_ref().map_or(i64::MAX, whole),
            },
            _ => Self::Any,
        }
    }
}

/// A bound of whole numbers; descriptions write that of an unsigned type as `0.0`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a bound beyond 64 bits bounds nothing: the nearest number does"
)]
fn whole(number: &Number) -> i64 {
    match *number {
        Number::Int(number) => i64::try_from(number).unwrap_or(i64::MIN),
        Number::UInt(number) => i64::try_from(number).unwrap_or(i64::MAX),
        Number::Float(number) => number as i64,
    }
}

/// What to do about a query: which names there are, or what is wrong with the first value.
fn detail(accepted: &[Accepted], errors: &[(String, String)]) -> String {
    let names: Vec<_> = accepted.iter().map(|known| known.name.as_str()).collect();
    match errors {
        _ if names.is_empty() => "this address takes no query".to_owned(),
        [(name, wrong), ..]
            if errors
                .iter()
                .all(|(name, _)| names.contains(&name.as_str())) =>
        {
            format!("{name} {wrong}")
        }
        _ => format!("this address takes the parameters {}", names.join(", ")),
    }
}

fn errors(accepted: &[Accepted], query: &str) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    let pairs = form_urlencoded::parse(query.as_bytes());
    let errors = pairs.filter_map(|(name, value)| {
        let Some(known) = accepted.iter().find(|known| known.name == name) else {
            return Some((name.into_owned(), "is not taken here".to_owned()));
        };
        if seen.contains(&known.name.as_str()) {
            return Some((name.into_owned(), "must be given once".to_owned()));
        }
        seen.push(known.name.as_str());
        Some((name.into_owned(), known.refuse(&value)?))
    });
    errors.collect()
}
