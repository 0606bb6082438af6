//! Where a request goes, by its body: from bytes to a decision, without a call to the proxy.

use wrp_graph::answer::Answer;
use wrp_graph::body::{Body, Protocol};
use wrp_graph::edit::{Rewritten, Wish, rewrite};
use wrp_graph::facts::Identity;
use wrp_graph::graph::{Graph, ModelRef, Route};
use wrp_graph::plugin::{Effect, HeaderMutation};
use wrp_graph::session::{Outcome, Session, Step, Unavailable, Waiting};

use crate::admit::Head;
use crate::fast::{self, Message};
use crate::metrics::Counter;
use crate::models;
use crate::report::{Report, Selected};
use crate::respond::{Reply, denied, error};

/// What is done with a request.
#[derive(Debug)]
pub(crate) struct Course {
    /// Counted; `Unavailable` may come beside the outcome.
    pub(crate) counters: Vec<Counter>,
    pub(crate) end: End,
}

#[derive(Debug)]
pub(crate) enum End {
    /// Boxed, being much the larger.
    Forward(Box<Forward>),
    Reply(Reply),
    Ask(Box<Asking>),
}

/// A request that waits for the host.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) recipe: usize,
    /// What can still change the outcome; indices into the recipe's queries.
    pub(crate) queries: Vec<u16>,
    session: Waiting,
    unanswered: Vec<u16>,
    context_tokens: u64,
}

/// How far a request has come.
#[derive(Debug)]
pub(crate) enum Stage {
    /// What could still matter may be asked.
    Fresh { host: bool },
    /// It was asked; these answers came.
    Asked(Box<Asking>, Vec<Answer>),
}

/// How a request goes upstream.
#[derive(Debug)]
pub(crate) struct Forward {
    /// For `x-selected-model`.
    pub(crate) model: String,
    pub(crate) mutations: Vec<HeaderMutation>,
    /// `None` leaves the body as it is.
    pub(crate) body: Option<Rewritten>,
    pub(crate) report: Report,
}

/// What the model name of a request asks for.
enum Asked<'g> {
    Recipe(usize),
    Model(&'g wrp_graph::graph::Model),
    Nothing,
}

pub(crate) fn chart(
    graph: &Graph,
    head: &Head,
    protocol: Protocol,
    bytes: &[u8],
    now_ns: u64,
    stage: Stage,
) -> Course {
    let body = match Body::parse(bytes, protocol) {
        Ok(body) => body,
        Err(wrong) => {
            let reply = error(protocol, 400, "invalid_request_error", &wrong.to_string());
            return Course { counters: vec![Counter::Rejected], end: End::Reply(reply) };
        }
    };
    let name = body.model.decode();
    match asked(graph, &name) {
        Asked::Nothing => {
            let reply = models::not_available(protocol, 400, &name);
            Course { counters: vec![Counter::Rejected], end: End::Reply(reply) }
        }
        Asked::Model(model) => {
            let wish = Wish { model, reference: None, effects: &[] };
            let mut report = Report::default();
            report.success("x-vsr-selected-model", &model.name);
            if head.debug {
                report.policy(graph);
            }
            let forward = Forward {
                model: model.name.clone(),
                mutations: Vec::new(),
                body: rewrite(&body, bytes, &wish).apply(bytes),
                report,
            };
            Course { counters: vec![Counter::Explicit], end: End::Forward(Box::new(forward)) }
        }
        Asked::Recipe(recipe) => Chart { graph, head, body: &body, bytes, now_ns }.decide(recipe, stage),
    }
}

/// Entrypoints and aliases go before models: a policy that gives one name to both means to route it.
fn asked<'g>(graph: &'g Graph, name: &str) -> Asked<'g> {
    if let Some(entrypoint) = graph.entrypoints.iter().find(|entrypoint| entrypoint.model_name == name) {
        return Asked::Recipe(usize::from(entrypoint.recipe));
    }
    if graph.aliases.iter().any(|alias| alias == name) {
        return Asked::Recipe(0);
    }
    graph.models.iter().find(|model| model.name == name).map_or(Asked::Nothing, Asked::Model)
}

/// A request that a recipe is to decide on.
struct Chart<'r> {
    graph: &'r Graph,
    head: &'r Head,
    body: &'r Body<'r>,
    bytes: &'r [u8],
    now_ns: u64,
}

impl<'r> Chart<'r> {
    fn decide(&self, recipe: usize, stage: Stage) -> Course {
        let may_ask = !matches!(stage, Stage::Fresh { host: false });
        let (mut session, mut unanswered, context_tokens) = match stage {
            Stage::Fresh { .. } => {
                let identity = Identity {
                    user: self.head.user.as_deref().map(Into::into),
                    groups: self.head.groups.iter().map(|group| group.as_str().into()).collect(),
                };
                let facts = self.body.facts(identity);
                let mut session = Session::new(self.graph, recipe);
                session.sense(&facts);
                (session, Vec::new(), facts.context_tokens())
            }
            Stage::Asked(asking, answers) => {
                let Asking { queries, session, mut unanswered, context_tokens, .. } = *asking;
                let mut session = session.resume(self.graph, recipe);
                let mut answers = answers.into_iter();
                for query in queries {
                    let answer = answers.next().flatten();
                    if answer.is_none() {
                        unanswered.push(query);
                    }
                    session.answer(query, answer.as_deref().ok_or(Unavailable));
                }
                (session, unanswered, context_tokens)
            }
        };
        let decision = loop {
            match session.step() {
                Step::Decide(decision) => break Some(decision),
                // Asking nothing would go on for ever.
                Step::Ask(queries) if queries.is_empty() => break None,
                Step::Ask(queries) if may_ask => {
                    let session = session.wait();
                    let asking = Asking { recipe, queries, session, unanswered, context_tokens };
                    return Course { counters: Vec::new(), end: End::Ask(Box::new(asking)) };
                }
                Step::Ask(queries) => {
                    for query in queries {
                        session.answer(query, Err(Unavailable));
                        unanswered.push(query);
                    }
                }
            }
        };

        let mut report = Report::default();
        if self.head.debug {
            report.policy(self.graph);
            report.matched(session.readings());
            report.debug("x-vsr-context-token-count", &context_tokens.to_string());
            let protocol = match self.body.protocol {
                Protocol::Chat | Protocol::Responses => "openai",
                Protocol::Anthropic => "anthropic",
            };
            report.debug("x-vsr-client-protocol", protocol);
            report.debug("x-vsr-upstream-protocol", protocol);
            if !unanswered.is_empty() {
                report.debug("x-vsr-unavailable", &self.names_of(recipe, &unanswered));
            }
        }

        let mut course = match decision {
            None => self.reply(Counter::Failed, 500, "server_error", "the policy came to no decision"),
            Some(decision) => match decision.outcome {
                Outcome::Default => self.default(recipe, report),
                Outcome::Deny(number) => {
                    let route = self.route(recipe, number).map_or("", |route| route.name.as_str());
                    let reply = report.onto(denied(self.body.protocol, route));
                    Course { counters: vec![Counter::Denied], end: End::Reply(reply) }
                }
                Outcome::Route(number) => match self.route(recipe, number) {
                    Some(route) => self.take(recipe, route, decision.confidence, report),
                    None => self.default(recipe, report),
                },
            },
        };
        if !unanswered.is_empty() {
            course.counters.push(Counter::Unavailable);
        }
        course
    }

    fn route(&self, recipe: usize, number: u16) -> Option<&'r Route> {
        self.graph.recipes.get(recipe)?.routes.get(usize::from(number))
    }

    fn recipe_name(&self, recipe: usize) -> &'r str {
        self.graph.recipes.get(recipe).map_or("default", |recipe| recipe.name.as_str())
    }

    fn names_of(&self, recipe: usize, queries: &[u16]) -> String {
        let all = self.graph.recipes.get(recipe).map(|recipe| recipe.queries.as_slice()).unwrap_or_default();
        let asked = queries.iter().filter_map(|query| all.get(usize::from(*query)));
        asked.map(|query| format!("{}:{}", query.family, query.name)).collect::<Vec<_>>().join(",")
    }

    /// A route has won.
    fn take(&self, recipe: usize, route: &'r Route, confidence: f64, mut report: Report) -> Course {
        if self.head.debug
            && let Some(retention) = &route.retention
        {
            report.retention(retention);
        }
        let fast = route.effects.iter().find_map(|effect| match effect {
            Effect::FastResponse(fast) => Some(fast),
            _ => None,
        });
        // Several candidates need what no request can tell: the first stands for them until somebody chooses.
        let candidate = route.models.first();
        let index = candidate.map(|candidate| candidate.model).or(self.graph.default_model);
        let model = index.and_then(|index| self.graph.models.get(usize::from(index)));
        report.selected(&Selected {
            recipe: self.recipe_name(recipe),
            decision: Some(&route.name),
            confidence,
            algorithm: route.algorithm.as_deref().unwrap_or("static"),
            model: model.map_or("", |model| model.name.as_str()),
        });
        if let Some(fast) = fast {
            let message = Message {
                protocol: self.body.protocol,
                stream: self.body.stream,
                model: &self.body.model.decode(),
                text: &fast.message,
                now_ns: self.now_ns,
            };
            let reply = report.onto(fast::reply(&message));
            return Course { counters: vec![Counter::FastResponse], end: End::Reply(reply) };
        }
        match model {
            Some(model) => {
                let wish = Wish { model, reference: candidate, effects: &route.effects };
                self.forward(Counter::Routed, &wish, report)
            }
            None => self.nobody(),
        }
    }

    /// No route has won.
    fn default(&self, recipe: usize, mut report: Report) -> Course {
        let model = self.graph.default_model.and_then(|index| self.graph.models.get(usize::from(index)));
        let Some(model) = model else { return self.nobody() };
        report.selected(&Selected {
            recipe: self.recipe_name(recipe),
            decision: None,
            confidence: 0.0,
            algorithm: "",
            model: &model.name,
        });
        self.forward(Counter::Defaulted, &Wish { model, reference: None, effects: &[] }, report)
    }

    fn forward(&self, counter: Counter, wish: &Wish<'_>, mut report: Report) -> Course {
        let mut mutations = Vec::new();
        for effect in wish.effects {
            match effect {
                Effect::HeaderMutation(mutation) => mutations.push(mutation.clone()),
                Effect::SystemPrompt(_) if self.head.debug => {
                    report.debug("x-vsr-injected-system-prompt", "true");
                }
                _ => {}
            }
        }
        if self.head.debug
            && let Some(on) = wish.reference.and_then(|reference: &ModelRef| reference.reasoning)
        {
            report.debug("x-vsr-selected-reasoning", if on { "on" } else { "off" });
        }
        let forward = Forward {
            model: wish.model.name.clone(),
            mutations,
            body: rewrite(self.body, self.bytes, wish).apply(self.bytes),
            report,
        };
        Course { counters: vec![counter], end: End::Forward(Box::new(forward)) }
    }

    fn nobody(&self) -> Course {
        let message = "no route takes this request, and the policy names no default model";
        self.reply(Counter::Rejected, 400, "invalid_request_error", message)
    }

    fn reply(&self, counter: Counter, status: u32, kind: &str, message: &str) -> Course {
        Course { counters: vec![counter], end: End::Reply(error(self.body.protocol, status, kind, message)) }
    }
}
