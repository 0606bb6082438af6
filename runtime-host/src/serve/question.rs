//! What is asked: the headers of `POST /v1/answer`.

use std::sync::Arc;
use std::time::Duration;

use hyper::HeaderMap;
use wrp_graph::body::Protocol;
use wrp_graph::graph::{Graph, Query};

/// Longer deadlines read as this.
const LONGEST_MS: u64 = 600_000;

/// The headers of a question.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) policy: String,
    pub(super) recipe: usize,
    /// Indices into the recipe's queries.
    pub(super) numbers: Vec<u16>,
    pub(super) protocol: Protocol,
    pub(super) within: Option<Duration>,
    /// Empty for all who name none.
    pub(super) tenant: Arc<str>,
    /// The answer is for people and scripts, not for the filter.
    pub(super) json: bool,
}

impl Question {
    /// Says what is missing or wrong.
    pub(super) fn read(headers: &HeaderMap) -> Result<Question, String> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let wanted = |name: &str, what: &str| format!("`{name}` must be {what}");
        let policy = text("x-wrp-policy").ok_or_else(|| wanted("x-wrp-policy", "the name of a policy"))?;
        let recipe = text("x-wrp-recipe").unwrap_or("0").parse();
        let numbers = text("x-wrp-ask").unwrap_or_default().split(',').map(|number| number.trim().parse());
        let protocol = text("x-wrp-protocol").map_or(Some(Protocol::Chat), Protocol::of_word);
        let protocol =
            protocol.ok_or_else(|| wanted("x-wrp-protocol", "`chat`, `anthropic` or `responses`"))?;
        let within = text("x-wrp-deadline-ms").map(str::parse::<u64>).transpose();
        let within = within.map_err(|_| wanted("x-wrp-deadline-ms", "a whole number of milliseconds"))?;
        Ok(Question {
            policy: policy.to_owned(),
            recipe: recipe.map_err(|_| wanted("x-wrp-recipe", "the number of a recipe"))?,
            numbers: numbers
                .collect::<Result<_, _>>()
                .map_err(|_| wanted("x-wrp-ask", "numbers of queries, separated by commas"))?,
            protocol,
            within: within.map(|ms| Duration::from_millis(ms.min(LONGEST_MS))),
            tenant: text("x-wrp-tenant").unwrap_or_default().into(),
            json: !text("accept").unwrap_or_default().contains("application/octet-stream"),
        })
    }

    pub(super) fn queries<'g>(&self, graph: &'g Graph) -> Result<Vec<&'g Query>, String> {
        let recipe = graph.recipes.get(self.recipe);
        let recipe = recipe.ok_or_else(|| format!("the policy has no recipe {}", self.recipe))?;
        let query = |number: &u16| {
            let query = recipe.queries.get(usize::from(*number));
            query.ok_or_else(|| format!("recipe {} has no query {number}", self.recipe))
        };
        self.numbers.iter().map(query).collect()
    }
}
