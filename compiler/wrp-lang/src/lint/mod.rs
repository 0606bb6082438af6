//! Everything a diagnostic can be: one file and one page each, numbered by stage and never renumbered.
//!
//! `WRP00xx` syntax · `WRP01xx` conflicts · `WRP02xx` names and fields · `WRP03xx` cost and availability ·
//! `WRP04xx` tidiness · `WRP09xx` the compiler itself.

pub(crate) mod ambiguous_overlap;
pub(crate) mod avoidable_query;
pub(crate) mod band_gap;
pub(crate) mod bare_complexity;
pub(crate) mod cheaper_boundary;
mod constancy;
pub(crate) mod constant_signal;
pub(crate) mod contested_entrypoint;
pub(crate) mod contradictory_condition;
pub(crate) mod costly_regex;
pub(crate) mod dead_branch;
pub(crate) mod dropped_option;
pub(crate) mod duplicate_block;
pub(crate) mod duplicate_field;
pub(crate) mod duplicate_keyword;
pub(crate) mod duplicate_name;
pub(crate) mod empty_test;
pub(crate) mod equivalent_signals;
pub(crate) mod exceeded_window;
pub(crate) mod fail_open_guard;
pub(crate) mod flipped_priority;
pub(crate) mod idle_algorithm;
pub(crate) mod idle_allow;
pub(crate) mod idle_emit;
pub(crate) mod idle_on_unknown;
pub(crate) mod idle_pool;
pub(crate) mod idle_reasoning;
pub(crate) mod implied_keyword;
pub(crate) mod invalid_comparison;
pub(crate) mod invalid_emit;
pub(crate) mod invalid_iteration;
pub(crate) mod invalid_mapping;
pub(crate) mod invalid_partition;
pub(crate) mod invalid_regex;
pub(crate) mod invalid_score;
pub(crate) mod invalid_value;
mod keywords;
pub(crate) mod measured_conflict;
pub(crate) mod miscompiled_policy;
pub(crate) mod missing_field;
pub(crate) mod mixed_tree;
mod names;
pub(crate) mod negative_rank;
pub(crate) mod out_of_range;
pub(crate) mod over_budget;
pub(crate) mod overlapping_labels;
pub(crate) mod overloaded_pool;
pub(crate) mod overridden_item;
pub(crate) mod redundant_route;
pub(crate) mod redundant_test;
pub(crate) mod refuted_assertion;
pub(crate) mod refuted_role;
pub(crate) mod route_without_model;
pub(crate) mod score_cycle;
pub(crate) mod shadowed_route;
pub(crate) mod shared_category;
pub(crate) mod signal_for_role;
pub(crate) mod silent_signal;
pub(crate) mod stranded_role;
pub(crate) mod suspicious_escape;
pub(crate) mod syntax_error;
pub(crate) mod tautological_condition;
pub(crate) mod too_many;
pub(crate) mod unbounded_cost;
pub(crate) mod uncalibrated_signal;
pub(crate) mod uncovered_request;
pub(crate) mod undeclared_lora;
pub(crate) mod undeclared_model;
pub(crate) mod undeclared_signal;
pub(crate) mod unfit_model;
pub(crate) mod ungated_classifier;
pub(crate) mod unknown_algorithm;
pub(crate) mod unknown_attribute;
pub(crate) mod unknown_field;
pub(crate) mod unknown_input;
pub(crate) mod unknown_lint;
pub(crate) mod unknown_member;
pub(crate) mod unknown_model;
pub(crate) mod unknown_name;
pub(crate) mod unknown_plugin;
pub(crate) mod unknown_recipe;
pub(crate) mod unknown_role;
pub(crate) mod unknown_route;
pub(crate) mod unknown_signal_type;
pub(crate) mod unknown_tool;
pub(crate) mod unknown_value;
pub(crate) mod unknown_word;
pub(crate) mod unmatchable_keyword;
pub(crate) mod unmet_quorum;
pub(crate) mod unmet_slo;
pub(crate) mod unpooled_model;
pub(crate) mod unproved;
pub(crate) mod unreachable_band;
pub(crate) mod unreachable_recipe;
pub(crate) mod unready_input;
pub(crate) mod unused_model;
pub(crate) mod unused_plugin;
pub(crate) mod unused_projection;
pub(crate) mod unused_signal;
mod ways;
pub(crate) mod wrong_type;

pub use ambiguous_overlap::AMBIGUOUS_OVERLAP;
pub use avoidable_query::AVOIDABLE_QUERY;
pub use band_gap::BAND_GAP;
pub use bare_complexity::BARE_COMPLEXITY;
pub use cheaper_boundary::CHEAPER_BOUNDARY;
pub use constant_signal::CONSTANT_SIGNAL;
pub use contested_entrypoint::CONTESTED_ENTRYPOINT;
pub use contradictory_condition::CONTRADICTORY_CONDITION;
pub use costly_regex::COSTLY_REGEX;
pub use dead_branch::DEAD_BRANCH;
pub use dropped_option::DROPPED_OPTION;
pub use duplicate_block::DUPLICATE_BLOCK;
pub use duplicate_field::DUPLICATE_FIELD;
pub use duplicate_keyword::DUPLICATE_KEYWORD;
pub use duplicate_name::DUPLICATE_NAME;
pub use empty_test::EMPTY_TEST;
pub use equivalent_signals::EQUIVALENT_SIGNALS;
pub use exceeded_window::EXCEEDED_WINDOW;
pub use fail_open_guard::FAIL_OPEN_GUARD;
pub use flipped_priority::FLIPPED_PRIORITY;
pub use idle_algorithm::IDLE_ALGORITHM;
pub use idle_allow::IDLE_ALLOW;
pub use idle_emit::IDLE_EMIT;
pub use idle_on_unknown::IDLE_ON_UNKNOWN;
pub use idle_pool::IDLE_POOL;
pub use idle_reasoning::IDLE_REASONING;
pub use implied_keyword::IMPLIED_KEYWORD;
pub use invalid_comparison::INVALID_COMPARISON;
pub use invalid_emit::INVALID_EMIT;
pub use invalid_iteration::INVALID_ITERATION;
pub use invalid_mapping::INVALID_MAPPING;
pub use invalid_partition::INVALID_PARTITION;
pub use invalid_regex::INVALID_REGEX;
pub use invalid_score::INVALID_SCORE;
pub use invalid_value::INVALID_VALUE;
pub use measured_conflict::MEASURED_CONFLICT;
pub use miscompiled_policy::MISCOMPILED_POLICY;
pub use missing_field::MISSING_FIELD;
pub use mixed_tree::MIXED_TREE;
pub use negative_rank::NEGATIVE_RANK;
pub use out_of_range::OUT_OF_RANGE;
pub use over_budget::OVER_BUDGET;
pub use overlapping_labels::OVERLAPPING_LABELS;
pub use overloaded_pool::OVERLOADED_POOL;
pub use overridden_item::OVERRIDDEN_ITEM;
pub use redundant_route::REDUNDANT_ROUTE;
pub use redundant_test::REDUNDANT_TEST;
pub use refuted_assertion::REFUTED_ASSERTION;
pub use refuted_role::REFUTED_ROLE;
pub use route_without_model::ROUTE_WITHOUT_MODEL;
pub use score_cycle::SCORE_CYCLE;
pub use shadowed_route::SHADOWED_ROUTE;
pub use shared_category::SHARED_CATEGORY;
pub use signal_for_role::SIGNAL_FOR_ROLE;
pub use silent_signal::SILENT_SIGNAL;
pub use stranded_role::STRANDED_ROLE;
pub use suspicious_escape::SUSPICIOUS_ESCAPE;
pub use syntax_error::SYNTAX_ERROR;
pub use tautological_condition::TAUTOLOGICAL_CONDITION;
pub use too_many::TOO_MANY;
pub use unbounded_cost::UNBOUNDED_COST;
pub use uncalibrated_signal::UNCALIBRATED_SIGNAL;
pub use uncovered_request::UNCOVERED_REQUEST;
pub use undeclared_lora::UNDECLARED_LORA;
pub use undeclared_model::UNDECLARED_MODEL;
pub use undeclared_signal::UNDECLARED_SIGNAL;
pub use unfit_model::UNFIT_MODEL;
pub use ungated_classifier::UNGATED_CLASSIFIER;
pub use unknown_algorithm::UNKNOWN_ALGORITHM;
pub use unknown_attribute::UNKNOWN_ATTRIBUTE;
pub use unknown_field::UNKNOWN_FIELD;
pub use unknown_input::UNKNOWN_INPUT;
pub use unknown_lint::UNKNOWN_LINT;
pub use unknown_member::UNKNOWN_MEMBER;
pub use unknown_model::UNKNOWN_MODEL;
pub use unknown_name::UNKNOWN_NAME;
pub use unknown_plugin::UNKNOWN_PLUGIN;
pub use unknown_recipe::UNKNOWN_RECIPE;
pub use unknown_role::UNKNOWN_ROLE;
pub use unknown_route::UNKNOWN_ROUTE;
pub use unknown_signal_type::UNKNOWN_SIGNAL_TYPE;
pub use unknown_tool::UNKNOWN_TOOL;
pub use unknown_value::UNKNOWN_VALUE;
pub use unknown_word::UNKNOWN_WORD;
pub use unmatchable_keyword::UNMATCHABLE_KEYWORD;
pub use unmet_quorum::UNMET_QUORUM;
pub use unmet_slo::UNMET_SLO;
pub use unpooled_model::UNPOOLED_MODEL;
pub use unproved::UNPROVED;
pub use unreachable_band::UNREACHABLE_BAND;
pub use unreachable_recipe::UNREACHABLE_RECIPE;
pub use unready_input::UNREADY_INPUT;
pub use unused_model::UNUSED_MODEL;
pub use unused_plugin::UNUSED_PLUGIN;
pub use unused_projection::UNUSED_PROJECTION;
pub use unused_signal::UNUSED_SIGNAL;
pub use wrong_type::WRONG_TYPE;

use wrp_graph::schema::Trouble;

use crate::diagnostic::{Diagnostic, Level};
use crate::govern::path::Atlas;
use crate::measure::Measured;
use crate::policy::{Policy, Recipe, Signal};
use crate::prove;
use crate::resolve::findings::Findings;
use crate::text;
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
    &CONTRADICTORY_CONDITION,
    &TAUTOLOGICAL_CONDITION,
    &SHADOWED_ROUTE,
    &REDUNDANT_ROUTE,
    &REDUNDANT_TEST,
    &AMBIGUOUS_OVERLAP,
    &FLIPPED_PRIORITY,
    &UNCOVERED_REQUEST,
    &UNREACHABLE_BAND,
    &BAND_GAP,
    &DEAD_BRANCH,
    &UNPROVED,
    &REFUTED_ASSERTION,
    &REFUTED_ROLE,
    &STRANDED_ROLE,
    &EXCEEDED_WINDOW,
    &UNFIT_MODEL,
    &UNMATCHABLE_KEYWORD,
    &IMPLIED_KEYWORD,
    &DUPLICATE_KEYWORD,
    &COSTLY_REGEX,
    &EQUIVALENT_SIGNALS,
    &SILENT_SIGNAL,
    &CONSTANT_SIGNAL,
    &OVERLAPPING_LABELS,
    &MEASURED_CONFLICT,
    &UNCALIBRATED_SIGNAL,
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
    &UNMET_QUORUM,
    &IDLE_ALGORITHM,
    &IDLE_REASONING,
    &UNKNOWN_ATTRIBUTE,
    &UNKNOWN_VALUE,
    &INVALID_COMPARISON,
    &UNKNOWN_MODEL,
    &UNKNOWN_ROLE,
    &UNKNOWN_TOOL,
    &IDLE_POOL,
    &UNPOOLED_MODEL,
    &UNMET_SLO,
    &FAIL_OPEN_GUARD,
    &AVOIDABLE_QUERY,
    &OVER_BUDGET,
    &UNBOUNDED_COST,
    &OVERLOADED_POOL,
    &CHEAPER_BOUNDARY,
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
    const ABSENCES: [&Lint; 21] = [
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
        &UNKNOWN_VALUE,
        &UNKNOWN_MODEL,
        &UNKNOWN_ROLE,
        &UNKNOWN_TOOL,
        &IDLE_POOL,
        &UNPOOLED_MODEL,
    ];
    ABSENCES.iter().any(|absence| absence.code == lint.code)
}

/// Looks at a resolved policy as a whole.
pub(crate) fn check(policy: &Policy, findings: &mut Findings) {
    undeclared_model::check(policy, findings);
    undeclared_lora::check(policy, findings);
    unmet_quorum::check(policy, findings);
    idle_algorithm::check(policy, findings);
    idle_reasoning::check(policy, findings);
    unused_model::check(policy, findings);
    unreachable_recipe::check(policy, findings);
    check_governance(policy, findings);
    for recipe in &policy.recipes {
        let names = Names::of(recipe);
        signal_for_role::check(recipe, &names, findings);
        bare_complexity::check(recipe, &names, findings);
        ungated_classifier::check(recipe, findings);
        overlapping_labels::check(recipe, findings);
        unready_input::check(recipe, findings);
        unknown_route::check(recipe, findings);
        empty_test::check(recipe, findings);
        shared_category::check(recipe, findings);
        fail_open_guard::check(recipe, &names, findings);
        unused_signal::check(recipe, findings);
        unused_projection::check(recipe, findings);
        check_texts(recipe, findings);
    }
}

/// What signals over the text are, alone and together.
fn check_texts(recipe: &Recipe, findings: &mut Findings) {
    unmatchable_keyword::check(recipe, findings);
    for signal in &recipe.signals {
        let within = keywords::within(signal);
        implied_keyword::check(signal, &within, findings);
        duplicate_keyword::check(signal, &within, findings);
        costly_regex::check(signal, findings);
    }
    let signals: Vec<&Signal> = recipe.signals.iter().collect();
    let relations = text::relations(&signals, text::Limits::default());
    equivalent_signals::check(recipe, &relations, findings);
    silent_signal::check(recipe, &relations, findings);
    constant_signal::check(recipe, &relations, findings);
}

/// Says what can be proved of a policy that has no errors.
pub(crate) fn prove(policy: &Policy, findings: &mut Findings) {
    for (number, recipe) in policy.recipes.iter().enumerate() {
        let analysis = prove::analyse(policy, number);
        contradictory_condition::check(recipe, &analysis, findings);
        tautological_condition::check(recipe, &analysis, findings);
        shadowed_route::check(recipe, &analysis, findings);
        redundant_route::check(recipe, &analysis, findings);
        redundant_test::check(recipe, &analysis, findings);
        ambiguous_overlap::check(recipe, &analysis, findings);
        flipped_priority::check(recipe, &analysis, findings);
        uncovered_request::check(policy, recipe, &analysis, findings);
        unreachable_band::check(recipe, &analysis, findings);
        band_gap::check(recipe, &analysis, findings);
        dead_branch::check(recipe, &analysis, findings);
        unproved::check(recipe, &analysis, findings);
        refuted_assertion::check(recipe, &analysis, findings);
        refuted_role::check(policy, &analysis, findings);
        stranded_role::check(policy, recipe, &analysis, findings);
        exceeded_window::check(policy, &analysis, findings);
        unfit_model::check(policy, &analysis, findings);
        avoidable_query::check(recipe, &analysis, findings);
    }
}

/// What a corpus shows of a recipe.
pub(crate) fn measured(recipe: &Recipe, measured: &Measured) -> Vec<Diagnostic> {
    let conflicts = measured_conflict::check(recipe, measured).into_iter();
    conflicts.chain(uncalibrated_signal::check(recipe, measured)).collect()
}

/// Our own blocks: whether what they name exists, and whether anything comes of it.
fn check_governance(policy: &Policy, findings: &mut Findings) {
    let asserts = policy.recipes.iter().any(|recipe| !recipe.assertions.is_empty());
    if policy.pools.is_empty() && policy.roles.is_empty() && !asserts {
        return;
    }
    let atlas = Atlas::new(policy);
    let paths: Vec<_> = policy.recipes.iter().flat_map(|recipe| atlas.paths(recipe)).collect();
    unknown_value::check(policy, &atlas, findings);
    unknown_model::check(policy, &atlas, findings);
    unknown_role::check(policy, findings);
    unknown_tool::check(policy, findings);
    idle_pool::check(policy, &atlas, &paths, findings);
    unpooled_model::check(policy, &paths, findings);
    unmet_slo::check(policy, &atlas, findings);
}
