//! One request of a trace.

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrival {
    pub at_s: f64,
    pub prompt: u32,
    pub answer: u32,
    /// The model that served it, where the trace says.
    pub model: Option<String>,
    pub category: Option<String>,
    /// The route that a policy took it by, where the trace says.
    pub route: Option<String>,
}

impl Arrival {
    pub fn tokens(&self) -> u32 {
        self.prompt.saturating_add(self.answer)
    }
}
