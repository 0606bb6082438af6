#![doc = include_str!("role.md")]

use wrp_graph::plugin::{Effect, Tools, ToolsMode};
use wrp_graph::schema::{Field, Fields, Gravity, Problem, Shape, Span, Spanned, Trouble};

use super::assert::Verdict;
use super::path::{Path, Reach};
use super::{Kind, NAMES, optional};

pub(crate) static KIND: Kind = Kind { name: "ROLE", page: include_str!("role.md"), fields: FIELDS };

/// What callers with a role may reach.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: Spanned<String>,
    pub span: Span,
    /// The role as authz signals give it.
    pub role: Spanned<String>,
    pub models: Access,
    pub tools: Access,
    pub tools_mode: ToolsRule,
}

/// Names that are allowed, or denied.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// `None` allows all.
    pub allow: Option<Vec<Spanned<String>>>,
    /// Counts before `allow`.
    pub deny: Vec<Spanned<String>>,
}

/// What is done about a tool that the role may not use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ToolsRule {
    /// The request is refused.
    #[default]
    Block,
    /// The tool's definition is removed, and the request goes on without it.
    Rewrite,
}

pub(crate) const FIELDS: &[Field] = &[
    optional("role", Shape::Text, "The role as authz signals give it; default the block's name."),
    optional("models", Shape::Object(ACCESS), "The models it may reach."),
    optional("tools", Shape::Object(TOOLS), "The tools it may use."),
    optional("description", Shape::Text, "For the reader."),
];

const ACCESS: &[Field] = &[ALLOW, DENY];
const TOOLS: &[Field] = &[
    ALLOW,
    DENY,
    optional("mode", Shape::Word(&["block", "rewrite"]), "What is done about another tool; default `block`."),
];
const ALLOW: Field = optional("allow", NAMES, "These and no others; without it all.");
const DENY: Field = optional("deny", NAMES, "Not these, whatever `allow` says.");

pub(crate) fn read(name: Spanned<String>, fields: &Fields, span: Span) -> Role {
    let role = fields.get("role").and_then(|role| {
        Some(Spanned { it: role.it.as_text()?.to_owned(), span: role.span })
            .filter(|role| !role.it.is_empty())
    });
    let mode = fields.object("tools").and_then(|tools| tools.text("mode"));
    Role {
        role: role.unwrap_or_else(|| name.clone()),
        name,
        span,
        models: access(fields, "models"),
        tools: access(fields, "tools"),
        tools_mode: if mode == Some("rewrite") { ToolsRule::Rewrite } else { ToolsRule::Block },
    }
}

fn access(fields: &Fields, key: &str) -> Access {
    let Some(fields) = fields.object(key) else { return Access::default() };
    Access { allow: fields.get("allow").map(|_| fields.texts("allow")), deny: fields.texts("deny") }
}

/// A name on both lists, and lists that leave nothing.
pub(crate) fn check(fields: &Fields, problems: &mut Vec<Problem>) {
    for key in ["models", "tools"] {
        let access = access(fields, key);
        for name in access.allow.iter().flatten() {
            if let Some(denied) = access.deny.iter().find(|denied| denied.it == name.it) {
                let message = format!("`{}` is allowed and denied, and denied counts", name.it);
                let problem = Problem::new(Trouble::Invalid, Gravity::Doubtful, denied.span, message);
                problems.push(problem.help("remove it from one of the lists"));
            }
        }
    }
}

impl Access {
    pub fn permits(&self, name: &str) -> bool {
        let listed = |list: &[Spanned<String>]| list.iter().any(|it| it.it == name);
        !listed(&self.deny) && self.allow.as_deref().is_none_or(listed)
    }

    /// Whether there is anything it does not permit.
    pub fn restricts(&self) -> bool {
        self.allow.is_some() || !self.deny.is_empty()
    }
}

impl Role {
    /// Whether a request of this role may take a path: its model is permitted, and no other tool comes through to it.
    pub fn judge(&self, path: &Path<'_>) -> Verdict {
        let Reach::Model { name, .. } = path.reach else { return Verdict::Holds };
        if !self.models.permits(name) {
            return Verdict::Fails {
                attribute: "model.name".to_owned(),
                found: format!("`{name}`"),
                wanted: format!("a model that role `{}` may reach", self.role.it),
            };
        }
        match self.tool_let_through(path) {
            Some(tool) => Verdict::Fails {
                attribute: "route.tools".to_owned(),
                found: tool,
                wanted: format!("only tools that role `{}` may use", self.role.it),
            },
            None => Verdict::Holds,
        }
    }

    /// A tool, in words, that a path leaves to a model although the role may not use it.
    fn tool_let_through(&self, path: &Path<'_>) -> Option<String> {
        if !self.tools.restricts() {
            return None;
        }
        let denied = self.tools.deny.first().map(|tool| format!("`{}`, among others", tool.it));
        let any = || Some(denied.unwrap_or_else(|| "every tool of the request".to_owned()));
        match tools_of(path).map(|tools| tools.mode) {
            Some(ToolsMode::None) => None,
            None | Some(ToolsMode::Passthrough) => any(),
            Some(ToolsMode::Filtered { allow, block }) if allow.is_empty() => {
                // Only what is blocked is held back, so the role must be known by what it denies.
                let missed = self.tools.deny.iter().find(|tool| !block.contains(&tool.it));
                match (missed, &self.tools.allow) {
                    (Some(tool), _) => Some(format!("`{}`", tool.it)),
                    (None, Some(_)) => Some("every tool that is not blocked".to_owned()),
                    (None, None) => None,
                }
            }
            Some(ToolsMode::Filtered { allow, block }) => {
                let through = allow.iter().filter(|tool| !block.contains(tool));
                through.into_iter().find(|tool| !self.tools.permits(tool)).map(|tool| format!("`{tool}`"))
            }
        }
    }
}

/// What the route's `tools` plugin does, if it does anything.
pub(crate) fn tools_of(path: &Path<'_>) -> Option<Tools> {
    let plugin = path.route?.plugins.iter().find(|plugin| plugin.kind == "tools")?;
    match (wrp_graph::plugin::find("tools")?.compile)(&plugin.fields)? {
        Effect::Tools(tools) => Some(tools),
        _ => None,
    }
}
