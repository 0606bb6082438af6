//! The one constant of a policy that a fleet changes: where `context` bands end and the next begin.

use anyhow::bail;
use wrp_graph::schema::{Span, token_count};
use wrp_lang::lower::Options;
use wrp_lang::source::Source;

/// Moves the end of the named band, and the beginning of bands that start at it or right behind it, in the text itself:
/// comments and layout stay.
pub(crate) fn move_boundary(text: &str, signal: &str, old: u32, new: u32) -> anyhow::Result<String> {
    let compiled = wrp_lang::compile(&[Source::new("policy", text)]);
    let (old, new) = (u64::from(old), u64::from(new));
    let bands = compiled.policy.recipes.iter().flat_map(|recipe| &recipe.signals);
    let mut edits: Vec<(Span, u64)> = Vec::new();
    let mut found = false;
    for band in bands.filter(|band| band.kind.name == "context") {
        let bound = |field| {
            let count = band.fields.text(field).and_then(token_count)?;
            Some((count, band.fields.get(field)?.span))
        };
        match (bound("max_tokens"), bound("min_tokens")) {
            (Some((end, span)), _) if band.name.it == signal && end == old => {
                found = true;
                edits.push((span, new));
            }
            (_, Some((start, span))) if band.name.it != signal && (start == old || start == old + 1) => {
                edits.push((span, new + (start - old)));
            }
            _ => {}
        }
    }
    if !found {
        bail!("no `SIGNAL context {signal}` ends at {old} tokens: is that the boundary as it is set now?");
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut after = text.to_owned();
    for (span, count) in edits {
        after.replace_range(span.start as usize..span.end as usize, &format!("\"{count}\""));
    }
    // What does not compile any more is nothing to propose.
    if crate::policy::compile(vec![Source::new("policy", after.clone())], Options::default()).is_err() {
        bail!("with the boundary at {new} the policy has errors");
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"ROUTING { default_model: "m" }
MODEL m { }
SIGNAL context short { # what fits
  min_tokens: "0"
  max_tokens: "4K"
}
SIGNAL context long { min_tokens: "4097" max_tokens: "1M" }
ROUTE r { PRIORITY 1 WHEN context("short") MODEL "m" }
ROUTE s { PRIORITY 2 WHEN context("long") MODEL "m" }
"#;

    #[test]
    fn bands_move_together_and_all_else_stays() {
        let old = token_count("4K").unwrap() as u32;
        let policy = POLICY.replace("4097", &(old + 1).to_string());
        let after = move_boundary(&policy, "short", old, 6144).unwrap();
        let expected = policy.replace("\"4K\"", "\"6144\"").replace("\"4001\"", "\"6145\"");
        assert_eq!(after, expected);
    }

    #[test]
    fn a_boundary_that_is_not_there_is_said() {
        assert!(move_boundary(POLICY, "short", 5000, 6144).is_err());
        assert!(move_boundary(POLICY, "middle", 4000, 6144).is_err());
    }
}
