//! Three truth values, and what is known of one before the host has been asked.

/// Kleene's logic: AND is the least, OR the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    #[default]
    False,
    /// The detector that should tell could not.
    Unknown,
    True,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}

/// What a test says now: a truth, or open because a query that matters to it has not been answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Known {
    #[default]
    False,
    Unknown,
    True,
    /// Any of the three may come of it.
    Open,
}

impl Known {
    /// The least and the greatest truth that may come of it.
    pub(crate) fn span(self) -> Span {
        match self {
            Known::Open => Span::ANY,
            Known::False => Span::just(Truth::False),
            Known::Unknown => Span::just(Truth::Unknown),
            Known::True => Span::just(Truth::True),
        }
    }

    /// The truth, where what is open counts as unknown.
    pub(crate) fn settled(self) -> Truth {
        match self {
            Known::False => Truth::False,
            Known::Unknown | Known::Open => Truth::Unknown,
            Known::True => Truth::True,
        }
    }
}

impl From<Truth> for Known {
    fn from(truth: Truth) -> Known {
        match truth {
            Truth::False => Known::False,
            Truth::Unknown => Known::Unknown,
            Truth::True => Known::True,
        }
    }
}

/// All truths from the least to the greatest that are still possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) least: Truth,
    pub(crate) most: Truth,
}

impl Span {
    pub(crate) const ANY: Span = Span { least: Truth::False, most: Truth::True };

    pub(crate) fn just(truth: Truth) -> Span {
        Span { least: truth, most: truth }
    }

    #[must_use]
    pub(crate) fn and(self, other: Span) -> Span {
        Span { least: self.least.min(other.least), most: self.most.min(other.most) }
    }

    #[must_use]
    pub(crate) fn or(self, other: Span) -> Span {
        Span { least: self.least.max(other.least), most: self.most.max(other.most) }
    }

    pub(crate) fn is_settled(self) -> bool {
        self.least == self.most
    }
}

impl std::ops::Not for Span {
    type Output = Span;

    fn not(self) -> Span {
        Span { least: !self.most, most: !self.least }
    }
}

impl From<Span> for Known {
    /// Loses only what lies between: a span of two truths is open.
    fn from(span: Span) -> Known {
        if span.is_settled() { span.least.into() } else { Known::Open }
    }
}
