#![doc = include_str!("language.md")]

use serde::Serialize;

use crate::reading::Reading;
use crate::scan::{Hits, Scanner};
use crate::wire::wire;

pub mod detector;
pub mod profiles;
mod script;
#[cfg(test)]
mod tests;

pub use script::{Code, Script, script};

/// The text is in this language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Language {
    pub code: Code,
}

wire!(Language { code });

impl Language {
    pub fn sense(&self, hits: &Hits) -> Reading {
        match hits.language() {
            Some(detected) if detected.language == self.code => Reading::confident(true, detected.confidence),
            _ => Reading::MISSED,
        }
    }

    /// Whether the scanner detects languages.
    pub fn fits(&self, scanner: &Scanner) -> bool {
        scanner.detects_language()
    }
}

#[cfg(feature = "build")]
pub(super) use build::KIND;
#[cfg(feature = "build")]
pub(crate) use build::detector;

#[cfg(feature = "build")]
mod build {
    use super::detector::Detector;
    use super::{Code, Language};
    use crate::scan::Builder;
    use crate::schema::{Field, Shape};
    use crate::signal::{Compiled, Declaration, Inline, Kind, Reach};

    pub(in crate::signal) static KIND: Kind = Kind {
        name: "language",
        page: include_str!("language.md"),
        fields: FIELDS,
        reach: Reach::Inline,
        safety: false,
        names: NAMES,
        check: |_, _| {},
        compile,
    };

    const FIELDS: &[Field] = &[
        Field {
            name: "threshold",
            shape: Shape::Number(0.0, 1.0),
            required: false,
            doc: "How sure the detection must be, or the text counts as English; default 0.3, and the least of a recipe holds for all.",
        },
        crate::signal::DESCRIPTION,
    ];

    /// The languages that can be detected.
    const NAMES: &[&str] = &[
        "af", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "eo", "es", "et",
        "eu", "fa", "fi", "fr", "ga", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk",
        "ko", "la", "lg", "lt", "lv", "mi", "mk", "mn", "mr", "ms", "nb", "nl", "nn", "pa", "pl", "pt", "ro",
        "ru", "sk", "sl", "sn", "so", "sq", "sr", "st", "sv", "sw", "ta", "te", "th", "tl", "tn", "tr", "ts",
        "uk", "ur", "vi", "xh", "yo", "zh", "zu",
    ];

    const DEFAULT_THRESHOLD: f64 = 0.3;

    /// A detector with the table of all languages.
    pub(crate) fn detector(threshold: f64) -> Detector {
        Detector::new(threshold, include_bytes!("language/profiles.bin"))
            .expect("the table was written by `wrp-profiles` and is read by a test")
    }

    fn threshold(it: &Declaration<'_>) -> f64 {
        it.fields.number("threshold").filter(|number| *number > 0.0).unwrap_or(DEFAULT_THRESHOLD)
    }

    fn compile(it: &Declaration<'_>, builder: &mut Builder) -> Option<Compiled> {
        builder.detect_language(threshold(it));
        let code = Code::try_from(it.name.it.as_bytes()).ok()?;
        Some(it.inline("language", Inline::Language(Language { code })))
    }
}
