#![doc = include_str!("authz.md")]

use serde::Serialize;

use crate::facts::Facts;
use crate::reading::Reading;
use crate::wire::wire;

/// Who has the role that this signal answers under.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Authz {
    pub users: Vec<String>,
    pub groups: Vec<String>,
}

wire!(Authz { users, groups });

impl Authz {
    pub fn sense(&self, facts: &Facts<'_>) -> Reading {
        let identity = &facts.identity;
        let by_name = self.users.iter().any(|user| identity.user.as_deref() == Some(user));
        let by_group = || self.groups.iter().any(|group| identity.groups.iter().any(|other| other == group));
        Reading::flag(by_name || by_group())
    }
}

#[cfg(feature = "build")]
pub(super) use build::KIND;

#[cfg(feature = "build")]
mod build {
    use super::Authz;
    use crate::schema::{Field, Fields, Gravity, Problem, Shape, Span, Trouble};
    use crate::signal::{Compiled, Declaration, Inline, Kind, Reach};

    pub(in crate::signal) static KIND: Kind = Kind {
        name: "authz",
        page: include_str!("authz.md"),
        fields: FIELDS,
        reach: Reach::Inline,
        safety: false,
        names: &[],
        check,
        compile: |it, _| {
            let role = it.fields.text("role").filter(|role| !role.is_empty())?;
            Some(Compiled::Inline { key: format!("authz:{role}"), signal: Inline::Authz(read(it)) })
        },
    };

    const FIELDS: &[Field] = &[
        Field {
            name: "role",
            shape: Shape::Text,
            required: true,
            doc: "The role that subjects get; a condition tests the role, not the signal's name.",
        },
        Field {
            name: "subjects",
            shape: Shape::List(&Shape::Object(SUBJECT)),
            required: true,
            doc: "Who has the role.",
        },
        crate::signal::DESCRIPTION,
    ];

    const SUBJECT: &[Field] = &[
        Field {
            name: "kind",
            // Checked below: case does not count, and the runtime refuses anything else.
            shape: Shape::Text,
            required: true,
            doc: "`User` or `Group`.",
        },
        Field {
            name: "name",
            shape: Shape::Text,
            required: true,
            doc: "The name as the identity headers give it, letter for letter.",
        },
    ];

    enum Subject<'p> {
        User(&'p str),
        Group(&'p str),
    }

    fn read(it: &Declaration<'_>) -> Authz {
        let mut authz = Authz { users: Vec::new(), groups: Vec::new() };
        for (fields, _) in subjects(it) {
            match subject(fields) {
                Ok(Subject::User(name)) => authz.users.push(name.to_owned()),
                Ok(Subject::Group(name)) => authz.groups.push(name.to_owned()),
                Err(_) => {}
            }
        }
        authz
    }

    fn subjects<'p>(it: &Declaration<'p>) -> impl Iterator<Item = (&'p Fields, Span)> {
        let items = it.fields.list("subjects").unwrap_or_default();
        items.iter().filter_map(|item| Some((item.it.as_object()?, item.span)))
    }

    fn subject(fields: &Fields) -> Result<Subject<'_>, String> {
        let name = fields.text("name").unwrap_or_default().trim();
        if name.is_empty() {
            return Err("a subject needs a name".to_owned());
        }
        match fields.text("kind").unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "user" => Ok(Subject::User(name)),
            "group" => Ok(Subject::Group(name)),
            _ => Err("a subject is a `User` or a `Group`".to_owned()),
        }
    }

    fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
        let refuse = |span, message: String| Problem::new(Trouble::Invalid, Gravity::Refused, span, message);
        if it.fields.text("role").is_none_or(str::is_empty) {
            let span = it.fields.get("role").map_or(it.name.span, |role| role.span);
            problems.push(
                refuse(span, format!("`{}` grants no role", it.name.it))
                    .help("write the role that conditions test: `role: \"admin\"`"),
            );
        }
        let mut any = false;
        for (fields, span) in subjects(it) {
            any = true;
            if let Err(message) = subject(fields) {
                problems.push(refuse(span, message).help("write `{ kind: \"Group\", name: \"platform\" }`"));
            }
        }
        if !any {
            let span = it.fields.get("subjects").map_or(it.name.span, |list| list.span);
            problems.push(
                refuse(span, format!("nobody has the role of `{}`", it.name.it))
                    .help("name at least one subject"),
            );
        }
    }
}
