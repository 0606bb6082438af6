//! JUnit XML: a suite for each file, a failed case for each error and warning, one passed case where there is none.

use std::io::Write;

use wrp_lang::diagnostic::Level;

use super::{Report, xml_escaped};

pub(super) fn draw(report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="wrpc check">"#)?;
    for source in &report.sources {
        let name = xml_escaped(&source.name);
        let failures: Vec<_> = report
            .findings()
            .filter(|finding| std::ptr::eq(finding.source, source) && finding.diagnostic.level > Level::Note)
            .collect();
        let tests = failures.len().max(1);
        writeln!(out, r#"  <testsuite name="{name}" tests="{tests}" failures="{}">"#, failures.len())?;
        if failures.is_empty() {
            writeln!(out, r#"    <testcase classname="{name}" name="check"/>"#)?;
        }
        for finding in failures {
            let (place, diagnostic) = (finding.start(), finding.diagnostic);
            let case = xml_escaped(&format!("{} {}:{}", diagnostic.lint.name, place.line, place.column));
            let text = [
                Some(format!("{name}:{}:{}: {}", place.line, place.column, xml_escaped(&diagnostic.message))),
                diagnostic.witness.as_ref().map(|it| format!("for example: {}", xml_escaped(it))),
                diagnostic.help.as_ref().map(|it| format!("help: {}", xml_escaped(it))),
            ];
            writeln!(out, r#"    <testcase classname="{name}" name="{case}">"#)?;
            writeln!(
                out,
                r#"      <failure type="{}" message="{}">{}</failure>"#,
                diagnostic.lint.code,
                xml_escaped(&diagnostic.message),
                text.into_iter().flatten().collect::<Vec<_>>().join("\n"),
            )?;
            writeln!(out, "    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")?;
    Ok(())
}
