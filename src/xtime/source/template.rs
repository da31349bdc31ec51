//! Templates of code sources: what is filled in is escaped for the place it goes to, and an unknown name is an error, at the start.

use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use crate::domain::text::{escape_html, is_invisible, one_line};
use crate::xtime::redact::percent;
use crate::xtime::{SetupError, SourceRequest};

/// Where a value goes, and so how it is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EscapeContext {
    Json,
    /// In an address or a form: percent-encoded.
    Percent,
    /// In XML text or an attribute.
    Xml,
    /// In a header: one line without anything invisible.
    Header,
    /// As one argument of a program, or a plain body: as it is.
    Plain,
}

impl EscapeContext {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Json, "json"),
        (Self::Percent, "percent"),
        (Self::Xml, "xml"),
        (Self::Header, "header"),
        (Self::Plain, "plain"),
    ];

    fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(place, _)| *place == self).map_or("json", |(_, name)| *name)
    }

    fn escape(self, text: &str) -> String {
        match self {
            // The encoder's own quotes are the template's.
            Self::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
            }
            Self::Percent => percent(text),
            Self::Xml => escape_html(&text.replace(is_invisible, " ")),
            Self::Header => one_line(text, 200).replace('\u{fffd}', ""),
            Self::Plain => text.to_owned(),
        }
    }
}

/// What can be filled in.
#[derive(Debug, Clone)]
pub(super) struct Values {
    pub dealer_code: String,
    pub dealership: String,
    pub name: String,
    pub intent: String,
}

impl Values {
    pub(super) fn of(request: &SourceRequest) -> Self {
        Self {
            dealer_code: request.dealer_code.clone(),
            dealership: request.dealership.clone(),
            name: request.name.clone(),
            intent: request.intent.to_string(),
        }
    }

    fn context(&self) -> Value {
        let Self { dealer_code, dealership, name, intent } = self;
        let known = [("dealer_code", dealer_code), ("dealership", dealership), ("name", name), ("intent", intent)];
        Value::from_pairs(known.map(|(key, value)| (key, value.as_str())))
    }

    /// Two samples to try templates with: a harmless one, and one that breaks whatever is not escaped.
    pub(super) fn samples() -> [Self; 2] {
        let all = |text: &str| Self {
            dealer_code: text.to_owned(),
            dealership: text.to_owned(),
            name: text.to_owned(),
            intent: text.to_owned(),
        };
        [all("sample"), all("a\"b\\c, d: e/f?g&h=i#j é")]
    }
}

/// The templates of one source, compiled.
#[derive(Debug)]
pub(super) struct RequestTemplates(Environment<'static>);

impl RequestTemplates {
    pub(super) fn new() -> Self {
        let mut env = Environment::empty();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|name| {
            // The part before the colon is the place: see `name_of`.
            AutoEscape::Custom(name.split(':').next().unwrap_or_default().to_owned().into())
        });
        env.set_formatter(escape);
        Self(env)
    }

    /// Compiles a template and tries it; `field` is its name in the configuration.
    pub(super) fn add(&mut self, field: &str, place: EscapeContext, source: &str) -> Result<(), SetupError> {
        let added = self.0.add_template_owned(name_of(field, place), source.to_owned());
        added.map_err(|error| SetupError::bad(field, explain(&error)))?;
        for values in Values::samples() {
            self.fill(field, place, &values).map_err(|why| SetupError::bad(field, why))?;
        }
        Ok(())
    }

    /// Fills a template in. The error names no value.
    pub(super) fn fill(&self, field: &str, place: EscapeContext, values: &Values) -> Result<String, String> {
        let template = self.0.get_template(&name_of(field, place)).map_err(|error| explain(&error))?;
        template.render(values.context()).map_err(|error| explain(&error))
    }
}

fn name_of(field: &str, place: EscapeContext) -> String {
    format!("{}:{field}", place.as_str())
}

/// Writes a value, escaped for the place of its template. What a template declares `safe` is escaped all the same.
fn escape(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let AutoEscape::Custom(name) = state.auto_escape() else {
        return Err(Error::new(ErrorKind::InvalidOperation, "a template cannot choose its own escaping"));
    };
    let place =
        EscapeContext::ALL.iter().find(|(_, known)| known == name).map_or(EscapeContext::Json, |(place, _)| *place);
    out.write_str(&place.escape(&value.to_string())).map_err(Error::from)
}

fn explain(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::UndefinedError => {
            "a name that is not known; there are dealer_code, dealership, name and intent".to_owned()
        }
        kind => error.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
    };
    let line = error.line().map(|line| format!(" (line {line})")).unwrap_or_default();
    one_line(&format!("{what}{line}"), 200)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(name: &str) -> Values {
        Values { dealer_code: "xts1".into(), dealership: "d1".into(), name: name.into(), intent: "n1".into() }
    }

    fn fill(place: EscapeContext, source: &str, name: &str) -> String {
        let mut templates = RequestTemplates::new();
        templates.add("body", place, source).unwrap();
        templates.fill("body", place, &values(name)).unwrap()
    }

    #[test]
    fn unknown_names_and_bad_syntax_are_found_at_the_start() {
        for bad in ["{{ dealer }}", "{{ name.first }}", "{{ name", "{% if %}", "{{ env('X') }}", "{% include 'x' %}"] {
            assert!(RequestTemplates::new().add("body", EscapeContext::Json, bad).is_err(), "{bad}");
        }
        let error = RequestTemplates::new().add("url", EscapeContext::Json, "x\n{{ dealer }}").unwrap_err().to_string();
        assert!(error.starts_with("`url`: ") && error.contains("dealer_code") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn values_are_escaped_for_their_place() {
        let name = "A \"&<\u{1b}\r\n'é/";
        assert_eq!(fill(EscapeContext::Percent, "/{{ name }}?x", name), "/A%20%22%26%3C%1B%0D%0A%27%C3%A9%2F?x");
        assert_eq!(fill(EscapeContext::Xml, "<a>{{ name }}</a>", name), "<a>A &quot;&amp;&lt;   &#39;é/</a>");
        assert_eq!(fill(EscapeContext::Header, "n={{ name }}", name), "n=A \"&< 'é/");
        assert_eq!(fill(EscapeContext::Plain, "{{ name }}", name), name);
        // A template cannot switch the escaping off.
        let json = r#"{"n": "{{ name|safe }}"}"#;
        assert!(
            RequestTemplates::new().add("body", EscapeContext::Json, json).is_err()
                || fill(EscapeContext::Json, json, "\"").contains("\\\"")
        );
        for way in ["false", "'none'", "'html'"] {
            let source = format!("{{% autoescape {way} %}}{{{{ name }}}}{{% endautoescape %}}");
            assert!(RequestTemplates::new().add("body", EscapeContext::Json, &source).is_err(), "{way}");
        }
    }

    proptest! {
        #[test]
        fn json_stays_json(name in any::<String>()) {
            let body = fill(EscapeContext::Json, r#"{"n": "{{ name }}", "fixed": 1}"#, &name);
            let read: serde_json::Value = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(read, serde_json::json!({ "n": name, "fixed": 1 }));
        }

        #[test]
        fn headers_are_one_clean_line(name in any::<String>()) {
            let value = fill(EscapeContext::Header, "{{ name }}", &name);
            prop_assert!(!value.chars().any(is_invisible));
            prop_assert!(reqwest::header::HeaderValue::from_bytes(value.as_bytes()).is_ok());
        }
    }
}
