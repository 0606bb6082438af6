//! Labelled prompts of other projects, where somebody has them: the end-to-end cases of vLLM Semantic Router.
//!
//! Their sets for jailbreaks and personal data hold positives only, on which a detector that fires always is perfect.
//! So the questions of the set for subjects, all of them harmless, stand beside them as controls.

use std::path::Path;

use serde::Deserialize;

use super::set::{Case, Header, Set};
use crate::heads::Row;

#[derive(Deserialize)]
struct Recorded {
    question: String,
    category: Option<String>,
    pii_type: Option<String>,
}

/// Questions under subjects as a set for `domain`.
pub fn of_rows(name: &str, rows: &[Row]) -> Set {
    set(name, "domain", "none", rows.iter().map(|row| case(&row.text, &row.label)).collect())
}

/// The sets that lie in a folder with that project's files, or below it in `e2e_testdata`.
pub fn read(folder: &Path) -> Result<Vec<Set>, String> {
    let rows = |name: &str| -> Result<Vec<Recorded>, String> {
        let places = [folder.join(name), folder.join("e2e_testdata").join(name)];
        let path = places
            .iter()
            .find(|path| path.is_file())
            .ok_or(format!("no `{name}` in {}", folder.display()))?;
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    };
    let questions = rows("domain_classify_cases.json")?;
    let controls =
        |label: &str| -> Vec<Case> { questions.iter().map(|row| case(&row.question, label)).collect() };
    let positives = |rows: &[Recorded]| -> Vec<Case> {
        rows.iter().map(|row| case(&row.question, row.pii_type.as_deref().unwrap_or("attack"))).collect()
    };
    let subjects = questions.iter().filter_map(|row| Some(case(&row.question, row.category.as_deref()?)));
    Ok(vec![
        set("prompts-domain", "domain", "none", subjects.collect()),
        set(
            "prompts-jailbreak",
            "jailbreak",
            "benign",
            [positives(&rows("jailbreak_detection_cases.json")?), controls("benign")].concat(),
        ),
        set(
            "prompts-pii",
            "pii",
            "clean",
            [positives(&rows("pii_detection_cases.json")?), controls("clean")].concat(),
        ),
    ])
}

fn case(text: &str, label: &str) -> Case {
    Case { text: text.to_owned(), before: Vec::new(), label: label.to_owned() }
}

fn set(name: &str, family: &str, otherwise: &str, mut cases: Vec<Case>) -> Set {
    let mut seen = std::collections::BTreeSet::new();
    cases.retain(|case| seen.insert(case.text.clone()));
    let attack = [("attack".to_owned(), serde_json::json!({ "threshold": 0.5 }))];
    let header = Header {
        name: name.to_owned(),
        family: family.to_owned(),
        otherwise: otherwise.to_owned(),
        declares: attack.into_iter().filter(|_| family == "jailbreak").collect(),
        about: String::new(),
    };
    Set { header, cases }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positives_get_controls() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        assert!(read(folder.path()).is_err());
        write(
            "domain_classify_cases.json",
            r#"[{"category":"law","question":"q"},{"category":"law","question":"q"}]"#,
        );
        write("jailbreak_detection_cases.json", r#"[{"question":"j","expected_blocked":true}]"#);
        write("pii_detection_cases.json", r#"[{"question":"p","pii_type":"US_SSN"}]"#);
        let sets = read(folder.path()).expect("sets");
        let shown: Vec<String> = sets
            .iter()
            .flat_map(|set| {
                set.cases.iter().map(|case| format!("{} {} {}", set.header.name, case.text, case.label))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "prompts-domain q law",
                "prompts-jailbreak j attack",
                "prompts-jailbreak q benign",
                "prompts-pii p US_SSN",
                "prompts-pii q clean",
            ]
        );
    }
}
