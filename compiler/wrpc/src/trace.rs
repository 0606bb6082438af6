//! One request through a graph on this machine: what was seen, what was asked, which routes fired, what is done.
//!
//! The same steps as the filter's, without a proxy; what the host would answer is given.

use wrp_graph::answer::Answer;
use wrp_graph::body::{Body, Protocol};
use wrp_graph::edit::{Wish, rewrite};
use wrp_graph::graph::{Graph, Model, OnUnknown, Query, Route};
use wrp_graph::plugin::Effect;
use wrp_graph::reading::Reading;
use wrp_graph::session::{Outcome, Session, Step, Unavailable};

use crate::request::Request;

/// What the host is asked at once.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    pub graph: &'q Graph,
    pub recipe: usize,
    /// Indices into the recipe's queries.
    pub numbers: &'q [u16],
    pub protocol: Protocol,
    /// As the client sent it.
    pub body: &'q [u8],
}

impl<'q> Question<'q> {
    pub fn queries(self) -> impl Iterator<Item = &'q Query> {
        let all = self.graph.recipes.get(self.recipe).map_or(&[][..], |recipe| &recipe.queries);
        self.numbers.iter().filter_map(|number| all.get(usize::from(*number)))
    }
}

/// What the host says: an answer a query, in their order.
pub type Answers<'a> = &'a dyn Fn(Question<'_>) -> Vec<Answer>;

/// A host that looks at one query at a time.
pub fn each(
    answer: impl Fn(&Query) -> Result<Vec<(String, Reading)>, Unavailable>,
) -> impl Fn(Question<'_>) -> Vec<Answer> {
    move |question| question.queries().map(|query| answer(query).ok()).collect()
}

/// A host that is not there: that is what a request meets without one.
pub fn nobody(question: Question<'_>) -> Vec<Answer> {
    question.queries().map(|_| None).collect()
}

/// Everything worth knowing about one decision.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub recipe: Option<String>,
    /// Every key of which something is known, after partitions and projections.
    pub readings: Vec<(String, Reading)>,
    pub scores: Vec<(String, f64)>,
    pub asked: Vec<Asked>,
    /// Every route that fired, best first as ranks go, with its confidence.
    pub fired: Vec<(String, f64)>,
    /// The route that won or denied.
    pub route: Option<String>,
    pub confidence: f64,
    pub why: String,
    /// The logical model that serves.
    pub model: Option<String>,
    pub status: u16,
    /// What the proxy answers itself; `None` where the request goes upstream.
    pub reply: Option<String>,
    /// As they go upstream.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub done: Vec<String>,
}

/// One question to the host.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub query: String,
    pub answered: bool,
}

/// Decides on a request.
pub fn trace(graph: &Graph, recipe: Option<&str>, request: &Request, answers: Answers<'_>) -> Trace {
    let mut trace =
        Trace { headers: request.headers.clone(), body: request.body.clone(), ..Trace::default() };
    let Some(protocol) = Protocol::of_path(&request.path) else {
        trace.why = format!("`{}` is not a path that is routed", request.path);
        trace.status = 200;
        return trace;
    };
    let body = match Body::parse(&request.body, protocol) {
        Ok(body) => body,
        Err(wrong) => return trace.refused(400, wrong.to_string()),
    };
    let asked_for = body.model.decode().into_owned();
    let recipe = match recipe {
        Some(name) => graph.recipes.iter().position(|recipe| recipe.name == name),
        None => recipe_of(graph, &asked_for),
    };
    let Some(recipe) = recipe else {
        let Some(model) = graph.models.iter().find(|model| model.name == asked_for) else {
            return trace.refused(400, format!("model `{asked_for}` is not available"));
        };
        trace.why = format!("the caller names the model `{asked_for}`: no routing");
        trace.forward(&body, &request.body, &Wish { model, reference: None, effects: &[] });
        return trace;
    };
    trace.recipe = graph.recipes.get(recipe).map(|recipe| recipe.name.clone());

    let mut session = Session::new(graph, recipe);
    session.sense(&body.facts(request.identity()));
    let decision = loop {
        match session.step() {
            Step::Decide(decision) => break decision,
            Step::Ask(queries) => {
                let question = Question { graph, recipe, numbers: &queries, protocol, body: &request.body };
                let mut given = answers(question).into_iter();
                for (number, query) in queries.iter().zip(question.queries()) {
                    let answer = given.next().flatten();
                    let query = format!("{}:{}", query.family, query.name);
                    trace.asked.push(Asked { query, answered: answer.is_some() });
                    session.answer(*number, answer.as_deref().ok_or(Unavailable));
                }
            }
        }
    };
    let routes = &session.recipe().routes;
    let name =
        |number: u16| routes.get(usize::from(number)).map_or_else(String::new, |route| route.name.clone());
    trace.fired =
        session.fired().into_iter().map(|(number, confidence)| (name(number), confidence)).collect();
    trace.confidence = decision.confidence;
    let default = graph.default_model.and_then(|index| graph.models.get(usize::from(index)));
    match decision.outcome {
        Outcome::Deny(number) => {
            trace.route = Some(name(number));
            trace.why = "its condition could not be decided, and it says ON_UNKNOWN deny".to_owned();
            trace = trace.refused(403, "the policy cannot decide on this request and denies it".to_owned());
        }
        Outcome::Default => {
            trace.why = "no route fired".to_owned();
            match default {
                Some(model) => {
                    trace.forward(&body, &request.body, &Wish { model, reference: None, effects: &[] });
                }
                None => {
                    trace = trace
                        .refused(400, "no route takes this request, and there is no default model".into())
                }
            }
        }
        Outcome::Route(number) => {
            if let Some(route) = routes.get(usize::from(number)) {
                trace.route = Some(route.name.clone());
                trace.why = why(&trace, route);
                trace = trace.taken(graph, &body, &request.body, route, default);
            }
        }
    }
    trace.readings = session.readings().map(|(key, reading)| (key.to_owned(), reading)).collect();
    trace.scores = session.scores().map(|(name, score)| (name.to_owned(), score)).collect();
    trace
}

/// Entrypoints and aliases go before models: a policy that gives one name to both means to route it.
fn recipe_of(graph: &Graph, asked_for: &str) -> Option<usize> {
    let entrypoint = graph.entrypoints.iter().find(|entrypoint| entrypoint.model_name == asked_for);
    let alias = graph.aliases.iter().any(|alias| alias == asked_for);
    entrypoint.map(|entrypoint| usize::from(entrypoint.recipe)).or(alias.then_some(0))
}

fn why(trace: &Trace, route: &Route) -> String {
    let others = trace.fired.iter().filter(|(name, _)| *name != route.name).count();
    let fired = trace.fired.iter().any(|(name, _)| *name == route.name);
    match (fired, others) {
        // What has not been asked could not change the outcome any more.
        (false, _) if route.on_unknown == OnUnknown::Match => {
            "its condition could not be decided, and it says ON_UNKNOWN match".to_owned()
        }
        (_, 0) => "no other route fired".to_owned(),
        (_, 1) => "it goes before the other route that fired".to_owned(),
        (_, others) => format!("it goes before the {others} others that fired"),
    }
}

impl Trace {
    fn refused(self, status: u16, message: String) -> Trace {
        Trace { status, reply: Some(message), headers: Vec::new(), body: Vec::new(), ..self }
    }

    fn taken(
        mut self,
        graph: &Graph,
        body: &Body<'_>,
        bytes: &[u8],
        route: &Route,
        default: Option<&Model>,
    ) -> Trace {
        let fast = route.effects.iter().find_map(|effect| match effect {
            Effect::FastResponse(fast) => Some(fast.message.clone()),
            _ => None,
        });
        if let Some(message) = fast {
            self.done.push("answered without a model".to_owned());
            return self.refused(200, message);
        }
        // Several candidates need what no request can tell: the first stands for them until somebody chooses.
        let reference = route.models.first();
        let chosen = reference.and_then(|reference| graph.models.get(usize::from(reference.model)));
        match chosen.or(default) {
            Some(model) => {
                self.forward(body, bytes, &Wish { model, reference, effects: &route.effects });
                self
            }
            None => self.refused(400, "the route names no model, and there is no default model".to_owned()),
        }
    }

    fn forward(&mut self, body: &Body<'_>, bytes: &[u8], wish: &Wish<'_>) {
        self.status = 200;
        self.model = Some(wish.model.name.clone());
        if let Some(rewritten) = rewrite(body, bytes, wish).apply(bytes) {
            self.body = rewritten.join(bytes);
        }
        self.done.push(format!("model: {}", wish.upstream_model()));
        for effect in wish.effects {
            self.done.push(match effect {
                Effect::FastResponse(_) => continue,
                Effect::SystemPrompt(_) => "system prompt".to_owned(),
                Effect::RequestParams(_) => "request parameters".to_owned(),
                Effect::Tools(_) => "tools".to_owned(),
                Effect::HeaderMutation(mutation) => {
                    self.headers.retain(|(name, _)| !mutation.delete.contains(&name.to_ascii_lowercase()));
                    for header in &mutation.update {
                        self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(&header.name));
                    }
                    let written = mutation.update.iter().chain(&mutation.add);
                    self.headers.extend(written.map(|header| (header.name.clone(), header.value.clone())));
                    "headers".to_owned()
                }
                Effect::Elsewhere { kind, .. } => format!("{kind} (not the filter's work)"),
            });
        }
        self.headers.push(("x-selected-model".to_owned(), wish.model.name.clone()));
    }
}
