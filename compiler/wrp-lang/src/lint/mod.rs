//! Everything a diagnostic can be: one file and one page each, numbered by stage and never renumbered.
//!
//! `WRP00xx` syntax · `WRP01xx` conflicts · `WRP02xx` names and fields · `WRP03xx` cost and availability ·
//! `WRP04xx` tidiness · `WRP09xx` the compiler itself.

pub(crate) mod bare_complexity;
pub(crate) mod contested_entrypoint;
pub(crate) mod dropped_option;
pub(crate) mod duplicate_block;
pub(crate) mod duplicate_field;
pub(crate) mod duplicate_name;
pub(crate) mod empty_test;
pub(crate) mod fail_open_guard;
pub(crate) mod idle_allow;
pub(crate) mod idle_emit;
pub(crate) mod idle_on_unknown;
pub(crate) mod invalid_emit;
pub(crate) mod invalid_iteration;
pub(crate) mod invalid_mapping;
pub(crate) mod invalid_partition;
pub(crate) mod invalid_regex;
pub(crate) mod invalid_score;
pub(crate) mod invalid_value;
pub(crate) mod miscompiled_policy;
pub(crate) mod missing_field;
pub(crate) mod mixed_tree;
mod names;
pub(crate) mod negative_rank;
pub(crate) mod out_of_range;
pub(crate) mod overridden_item;
pub(crate) mod route_without_model;
pub(crate) mod score_cycle;
pub(crate) mod shared_category;
pub(crate) mod signal_for_role;
pub(crate) mod suspicious_escape;
pub(crate) mod syntax_error;
pub(crate) mod too_many;
pub(crate) mod undeclared_lora;
pub(crate) mod undeclared_model;
pub(crate) mod undeclared_signal;
pub(crate) mod ungated_classifier;
pub(crate) mod unknown_algorithm;
pub(crate) mod unknown_field;
pub(crate) mod unknown_input;
pub(crate) mod unknown_lint;
pub(crate) mod unknown_member;
pub(crate) mod unknown_name;
pub(crate) mod unknown_plugin;
pub(crate) mod unknown_recipe;
pub(crate) mod unknown_route;
pub(crate) mod unknown_signal_type;
pub(crate) mod unknown_word;
pub(crate) mod unreachable_recipe;
pub(crate) mod unready_input;
pub(crate) mod unused_model;
pub(crate) mod unused_plugin;
pub(crate) mod unused_projection;
pub(crate) mod unused_signal;
pub(crate) mod wrong_type;

pub use bare_complexity::BARE_COMPLEXITY;
pub use contested_entrypoint::CONTESTED_ENTRYPOINT;
pub use dropped_option::DROPPED_OPTION;
pub use duplicate_block::DUPLICATE_BLOCK;
pub use duplicate_field::DUPLICATE_FIELD;
pub use duplicate_name::DUPLICATE_NAME;
pub use empty_test::EMPTY_TEST;
pub use fail_open_guard::FAIL_OPEN_GUARD;
pub use idle_allow::IDLE_ALLOW;
pub use idle_emit::IDLE_EMIT;
pub use idle_on_unknown::IDLE_ON_UNKNOWN;
pub use invalid_emit::INVALID_EMIT;
pub use invalid_iteration::INVALID_ITERATION;
pub use invalid_mapping::INVALID_MAPPING;
pub use invalid_partition::INVALID_PARTITION;
pub use invalid_regex::INVALID_REGEX;
pub use invalid_score::INVALID_SCORE;
pub use invalid_value::INVALID_VALUE;
pub use miscompiled_policy::MISCOMPILED_POLICY;
pub use missing_field::MISSING_FIELD;
pub use mixed_tree::MIXED_TREE;
pub use negative_rank::NEGATIVE_RANK;
pub use out_of_range::OUT_OF_RANGE;
pub use overridden_item::OVERRIDDEN_ITEM;
pub use route_without_model::ROUTE_WITHOUT_MODEL;
pub use score_cycle::SCORE_CYCLE;
pub use shared_category::SHARED_CATEGORY;
pub use signal_for_role::SIGNAL_FOR_ROLE;
pub use suspicious_escape::SUSPICIOUS_ESCAPE;
pub use syntax_error::SYNTAX_ERROR;
pub use too_many::TOO_MANY;
pub use undeclared_lora::UNDECLARED_LORA;
pub use undeclared_model::UNDECLARED_MODEL;
pub use undeclared_signal::UNDECLARED_SIGNAL;
pub use ungated_classifier::UNGATED_CLASSIFIER;
pub use unknown_algorithm::UNKNOWN_ALGORITHM;
pub use unknown_field::UNKNOWN_FIELD;
pub use unknown_input::UNKNOWN_INPUT;
pub use unknown_lint::UNKNOWN_LINT;
pub use unknown_member::UNKNOWN_MEMBER;
pub use unknown_name::UNKNOWN_NAME;
pub use unknown_plugin::UNKNOWN_PLUGIN;
pub use unknown_recipe::UNKNOWN_RECIPE;
pub use unknown_route::UNKNOWN_ROUTE;
pub use unknown_signal_type::UNKNOWN_SIGNAL_TYPE;
pub use unknown_word::UNKNOWN_WORD;
pub use unreachable_recipe::UNREACHABLE_RECIPE;
pub use unready_input::UNREADY_INPUT;
pub use unused_model::UNUSED_MODEL;
pub use unused_plugin::UNUSED_PLUGIN;
pub use unused_projection::UNUSED_PROJECTION;
pub use unused_signal::UNUSED_SIGNAL;
pub use wrong_type::WRONG_TYPE;

use wrp_graph::schema::Trouble;

use crate::diagnostic::Level;
use crate::policy::Policy;
use crate::resolve::findings::Findings;
use names::Names;

/// One kind of finding.
#[derive(Debug)]
pub struct Lint {
    pub code: &'static str,
    /// Reads well after "allow".
    pub name: &'static str,
    pub level: Level,
    pub verdict: Verdict,
    /// What `wrpc explain` prints.
    pub page: &'static str,
}

impl Lint {
    /// Whether an error of this kind is for a person to judge otherwise: conflicts are, what cannot be read or does not
    /// exist is not.
    pub fn is_judged(&self) -> bool {
        !["WRP00", "WRP02", "WRP09"].iter().any(|group| self.code.starts_with(group))
    }
}

/// How far a finding can be trusted; printed by `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Reported if and only if it is so.
    Exact,
    /// What is reported is so; some may go unreported.
    MayMiss,
    /// What is reported may be harmless.
    MayCryWolf,
}

/// Every lint, by code.
pub static LINTS: &[&Lint] = &[
    &SYNTAX_ERROR,
    &SUSPICIOUS_ESCAPE,
    &UNKNOWN_FIELD,
    &DUPLICATE_FIELD,
    &WRONG_TYPE,
    &UNKNOWN_WORD,
    &OUT_OF_RANGE,
    &MISSING_FIELD,
    &INVALID_REGEX,
    &INVALID_VALUE,
    &UNKNOWN_SIGNAL_TYPE,
    &UNDECLARED_SIGNAL,
    &UNKNOWN_PLUGIN,
    &UNKNOWN_ALGORITHM,
    &UNDECLARED_MODEL,
    &UNDECLARED_LORA,
    &UNKNOWN_ROUTE,
    &UNKNOWN_MEMBER,
    &UNKNOWN_INPUT,
    &UNKNOWN_RECIPE,
    &DUPLICATE_NAME,
    &ROUTE_WITHOUT_MODEL,
    &CONTESTED_ENTRYPOINT,
    &INVALID_EMIT,
    &IDLE_EMIT,
    &MIXED_TREE,
    &DROPPED_OPTION,
    &INVALID_PARTITION,
    &INVALID_SCORE,
    &INVALID_MAPPING,
    &SCORE_CYCLE,
    &INVALID_ITERATION,
    &SIGNAL_FOR_ROLE,
    &BARE_COMPLEXITY,
    &UNGATED_CLASSIFIER,
    &UNKNOWN_NAME,
    &NEGATIVE_RANK,
    &DUPLICATE_BLOCK,
    &TOO_MANY,
    &SHARED_CATEGORY,
    &OVERRIDDEN_ITEM,
    &UNREADY_INPUT,
    &IDLE_ON_UNKNOWN,
    &UNKNOWN_LINT,
    &FAIL_OPEN_GUARD,
    &UNUSED_SIGNAL,
    &UNUSED_MODEL,
    &UNUSED_PLUGIN,
    &UNUSED_PROJECTION,
    &UNREACHABLE_RECIPE,
    &EMPTY_TEST,
    &IDLE_ALLOW,
    &MISCOMPILED_POLICY,
];

/// Finds a lint by code or name.
pub fn find(code_or_name: &str) -> Option<&'static Lint> {
    LINTS
        .iter()
        .copied()
        .find(|lint| lint.code.eq_ignore_ascii_case(code_or_name) || lint.name == code_or_name)
}

/// The lint that a schema's trouble belongs to.
pub(crate) fn of(trouble: Trouble) -> &'static Lint {
    match trouble {
        Trouble::UnknownField => &UNKNOWN_FIELD,
        Trouble::DuplicateField => &DUPLICATE_FIELD,
        Trouble::WrongType => &WRONG_TYPE,
        Trouble::UnknownWord => &UNKNOWN_WORD,
        Trouble::OutOfRange => &OUT_OF_RANGE,
        Trouble::MissingField => &MISSING_FIELD,
        Trouble::InvalidRegex => &INVALID_REGEX,
        Trouble::Invalid => &INVALID_VALUE,
    }
}

/// Whether a lint says that something is not there, which a damaged text cannot prove.
pub(crate) fn is_about_absence(lint: &Lint) -> bool {
    const ABSENCES: [&Lint; 15] = [
        &MISSING_FIELD,
        &UNDECLARED_SIGNAL,
        &UNKNOWN_PLUGIN,
        &UNDECLARED_MODEL,
        &UNDECLARED_LORA,
        &UNKNOWN_ROUTE,
        &UNKNOWN_MEMBER,
        &UNKNOWN_INPUT,
        &UNKNOWN_RECIPE,
        &ROUTE_WITHOUT_MODEL,
        &UNUSED_SIGNAL,
        &UNUSED_MODEL,
        &UNUSED_PLUGIN,
        &UNUSED_PROJECTION,
        &UNREACHABLE_RECIPE,
    ];
    ABSENCES.iter().any(|absence| absence.code == lint.code)
}

/// Looks at a resolved policy as a whole.
pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    undeclared_model::check(policy, findings);
    undeclared_lora::check(policy, findings);
    unused_model::check(policy, findings);
    unreachable_recipe::check(policy, findings);
    for recipe in &policy.recipes {
        let names = Names::of(recipe);
        signal_for_role::check(recipe, &names, findings);
        bare_complexity::check(recipe, &names, findings);
        ungated_classifier::check(recipe, findings);
        unready_input::check(recipe, findings);
        unknown_route::check(recipe, findings);
        empty_test::check(recipe, findings);
        shared_category::check(recipe, findings);
        fail_open_guard::check(recipe, &names, findings);
        unused_signal::check(recipe, findings);
        unused_projection::check(recipe, findings);
    }
}
