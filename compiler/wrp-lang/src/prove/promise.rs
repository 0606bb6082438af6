//! What every path must keep: what the policy asserts, what its roles promise, and what its models can take.
//!
//! Nothing here says whether a request really takes a path that breaks a promise; that is for the prover.

use std::borrow::Cow;

use wrp_graph::plugin::ToolsMode;

use super::families;
use crate::govern::assert::Verdict;
use crate::govern::path::{Outcome, Path, Reach};
use crate::govern::role::{Role, tools_of};
use crate::policy::{Bounds, Expr, Leaf, Model, Policy, Recipe};

/// One promise, with the requests that it is about.
#[derive(Clone, Debug)]
pub(crate) struct Promise<'p> {
    pub(crate) kind: Kind,
    pub(crate) about: About<'p>,
}

/// Who promises what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Index into the recipe's assertions.
    Assertion(usize),
    /// Index into the policy's roles.
    Role(usize),
    /// The request fits into the model, where another model of the policy could hold it. Index into the policy's models.
    Window(usize),
    /// The model can do something with this kind of request. Index into the policy's models.
    Fit(usize, Need),
}

/// What a request needs of a model beside room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Images,
    Tools,
}

/// The requests that a promise is about.
#[derive(Clone, Debug)]
pub(crate) enum About<'p> {
    /// Those that meet a condition.
    When(Cow<'p, Expr>),
    /// Those of which a number lies within bounds; the number as [`super::families`] names what signals read.
    Number(String, Bounds),
}

impl Need {
    pub(crate) const ALL: [Need; 2] = [Need::Images, Need::Tools];

    /// The source of `conversation` signals that says how much of it a request has.
    fn source(self) -> &'static str {
        match self {
            Need::Images => "image_content",
            Need::Tools => "tool_definition",
        }
    }

    /// Words for it in a model's `capabilities`.
    fn words(self) -> &'static [&'static str] {
        match self {
            Need::Images => &["vision", "image", "images", "image_input", "multimodal"],
            Need::Tools => &["tools", "tool", "tool_use", "tool_calling", "function_calling", "functions"],
        }
    }

    /// What a request has, and the word for a model that takes it.
    pub(crate) fn in_words(self) -> (&'static str, &'static str) {
        match self {
            Need::Images => ("images", "vision"),
            Need::Tools => ("tools", "tools"),
        }
    }

    /// A model that says nothing of its capabilities may have all.
    fn is_met_by(self, model: &Model) -> bool {
        let said = model.fields.texts("capabilities");
        let omnivorous = self == Need::Images && model.fields.text("modality") == Some("omni");
        said.is_empty()
            || omnivorous
            || said.iter().any(|it| self.words().contains(&it.it.to_lowercase().as_str()))
    }
}

/// Everything that the paths of a recipe must keep.
pub(crate) fn promises<'p>(policy: &'p Policy, recipe: &'p Recipe) -> Vec<Promise<'p>> {
    let mut promises = Vec::new();
    for (number, assertion) in recipe.assertions.iter().enumerate() {
        let about = About::When(Cow::Borrowed(&assertion.when));
        promises.push(Promise { kind: Kind::Assertion(number), about });
    }
    for (number, role) in policy.roles.iter().enumerate() {
        let about = About::When(Cow::Owned(has_role(role)));
        promises.push(Promise { kind: Kind::Role(number), about });
    }
    let models = || policy.models.iter().enumerate().filter(|(_, model)| model.declared);
    let reads = |kind: &str| recipe.signals.iter().any(|signal| signal.kind.name == kind);
    if reads("context") {
        let sizes =
            || models().filter_map(|(number, model)| Some((number, model.window().filter(|it| *it > 0)?)));
        let widest = sizes().map(|(_, size)| size).max().unwrap_or_default();
        for (number, size) in sizes().filter(|(_, size)| *size < widest) {
            let between = Bounds { gt: Some(size as f64), lte: Some(widest as f64), ..Bounds::default() };
            let about = About::Number(families::TOKENS.to_owned(), between);
            promises.push(Promise { kind: Kind::Window(number), about });
        }
    }
    if reads("conversation") {
        for (number, model) in models() {
            for need in Need::ALL.into_iter().filter(|need| !need.is_met_by(model)) {
                let some = Bounds { gt: Some(0.0), ..Bounds::default() };
                let about = About::Number(families::conversation(need.source(), ""), some);
                promises.push(Promise { kind: Kind::Fit(number, need), about });
            }
        }
    }
    promises
}

/// The condition that a caller has the role.
fn has_role(role: &Role) -> Expr {
    Expr::Leaf(Leaf {
        kind: "authz".to_owned(),
        name: role.role.it.clone(),
        label: None,
        predicate: None,
        match_on_error: false,
        span: role.role.span,
        name_span: role.role.span,
    })
}

impl Kind {
    /// Whether a request that the promise is about may take a path.
    pub(crate) fn judge(self, policy: &Policy, recipe: &Recipe, path: &Path<'_>) -> Verdict {
        match self {
            Kind::Assertion(number) => recipe.assertions[number].require.judge(path),
            Kind::Role(number) => policy.roles[number].judge(path),
            Kind::Window(number) if serves(path, &policy.models[number]) => Verdict::Fails {
                attribute: "model.context_window_size".to_owned(),
                found: policy.models[number].window().unwrap_or_default().to_string(),
                wanted: "the request's size or more".to_owned(),
            },
            Kind::Fit(number, need) if serves(path, &policy.models[number]) && !is_stripped(path, need) => {
                let said = policy.models[number].fields.texts("capabilities");
                Verdict::Fails {
                    attribute: "model.capabilities".to_owned(),
                    found: format!("{:?}", said.iter().map(|it| &it.it).collect::<Vec<_>>()),
                    wanted: format!("with `{}`", need.in_words().1),
                }
            }
            Kind::Window(..) | Kind::Fit(..) => Verdict::Holds,
        }
    }
}

/// Whether the model answers on this path; judges and classifiers get a text of their own.
fn serves(path: &Path<'_>, wanted: &Model) -> bool {
    let answers =
        path.outcome == Outcome::Default || (path.outcome == Outcome::Route && path.part == "candidate");
    answers && matches!(path.reach, Reach::Model { name, .. } if name == wanted.name.it)
}

/// Whether the route takes it out of the request before the model sees it.
fn is_stripped(path: &Path<'_>, need: Need) -> bool {
    need == Need::Tools && matches!(tools_of(path).map(|tools| tools.mode), Some(ToolsMode::None))
}

/// The paths to a model that a role may use; whether a request takes one is not asked.
pub(crate) fn open_to<'a, 'p>(role: &'a Role, paths: &'a [Path<'p>]) -> impl Iterator<Item = &'a Path<'p>> {
    paths.iter().filter(|path| {
        let served = matches!(path.outcome, Outcome::Route | Outcome::Default);
        served && matches!(path.reach, Reach::Model { name, .. } if role.models.permits(name))
    })
}

/// The bounds by which a number must be cut so that promises can speak of it.
pub(crate) fn cuts<'a>(promises: &'a [Promise<'_>], number: &'a str) -> impl Iterator<Item = Bounds> + 'a {
    promises.iter().filter_map(move |promise| match &promise.about {
        About::Number(other, bounds) if *other == number => Some(*bounds),
        _ => None,
    })
}

/// The declared model of the next larger window; for messages.
pub(crate) fn roomier(policy: &Policy, size: u64) -> Option<&str> {
    let declared = policy.models.iter().filter(|model| model.declared);
    let fits = declared.filter_map(|model| Some((model.window()?, model.name.it.as_str())));
    fits.filter(|(window, _)| *window > size).min().map(|(_, name)| name)
}
