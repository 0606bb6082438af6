//! Whether the caller is among the subjects.

use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::schema::Fields;

pub(super) fn sense(fields: &Fields, facts: &Facts<'_>) -> Option<Reading> {
    fields.text("role").filter(|role| !role.is_empty())?;
    let subjects =
        fields.list("subjects").unwrap_or_default().iter().filter_map(|subject| subject.it.as_object());
    let mut matched = false;
    for subject in subjects {
        let name = subject.text("name").unwrap_or_default().trim();
        let names: Vec<&str> = match subject.text("kind").unwrap_or_default().trim().to_lowercase().as_str() {
            "user" => facts.identity.user.iter().map(|user| user.as_ref()).collect(),
            "group" => facts.identity.groups.iter().map(|group| group.as_ref()).collect(),
            _ => Vec::new(),
        };
        matched |= !name.is_empty() && names.contains(&name);
    }
    Some(Reading { matched, ..Reading::MISSED })
}
