//! `examples/envoy/README.md`, done as it says.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use wrp_tests::client::Call;
use wrp_tests::envoy::Gateway;
use wrpc::{Console, Exit};

/// The commands of the page, as words; what a shell would put together is together.
fn commands(page: &str) -> Vec<Vec<String>> {
    let indented = page.lines().filter_map(|line| line.strip_prefix("       "));
    let text = indented.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    text.lines().map(words).collect()
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    // Outside and inside of quotes by turns.
    for (at, part) in line.split('\'').enumerate() {
        match at % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

fn after<'w>(words: &'w [String], flag: &str) -> &'w str {
    let at = words.iter().position(|word| word == flag).unwrap_or_else(|| panic!("no `{flag}` in {words:?}"));
    &words[at + 1]
}

#[test]
fn the_page_ends_in_a_decision() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the project");
    let page =
        std::fs::read_to_string(root.join("examples/envoy/README.md")).expect("the example has its page");
    let commands = commands(&page);
    let starting = |start: &str| {
        let found = commands.iter().find(|words| words.join(" ").starts_with(start));
        found.unwrap_or_else(|| panic!("the page does not say `{start}`: {commands:#?}"))
    };
    let (compile, envoy, curl) = (starting("cargo run -p wrpc -- "), starting("envoy "), starting("curl "));
    let folder = TempDir::new().expect("the system gives folders");

    let gateway = Gateway::serve(&["small", "*"], |servers| {
        let mut arguments = vec!["wrpc".to_owned()];
        // Only what is of a machine differs from the page: folders, the module, and ports.
        for word in &compile[5..] {
            arguments.push(match word.as_str() {
                "out" => folder.path().display().to_string(),
                "PATH/TO/wrp_filter.wasm" => wrp_tests::filter::module().display().to_string(),
                "127.0.0.1:8801" => "127.0.0.1:0".to_owned(),
                word if word.starts_with("policies/") => root.join(word).display().to_string(),
                word => match word.split_once('=') {
                    Some((model, _)) => {
                        let (_, address) = servers.iter().find(|(name, _)| *name == model).expect("a server");
                        format!("{model}={address}")
                    }
                    None => word.to_owned(),
                },
            });
        }
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = wrpc::run(arguments, &mut Console::plain(&mut &b""[..], &mut out, &mut err));
        assert_eq!(exit, Exit::Fine, "{}", String::from_utf8_lossy(&err));
        let config = after(envoy, "--config-path").replace("out", &folder.path().display().to_string());
        let config = std::fs::read_to_string(config).expect("the compiler has written what the page names");
        config.replace("port_value: 9901", "port_value: 0")
    });
    let Some(gateway) = gateway else { return };

    let body: Value = serde_json::from_str(after(curl, "-d")).expect("the body is JSON");
    let path = curl.iter().find_map(|word| word.strip_prefix("localhost:8801")).expect("it asks the gateway");
    let exchange = gateway.send(Call { path: path.to_owned(), ..Call::chat(&body) });
    assert_eq!(exchange.reply.status, 200, "{:?}", exchange.reply);
    for told in ["x-vsr-selected-decision", "x-vsr-selected-model"] {
        assert!(page.contains(told) && exchange.reply.header(told).is_some(), "{told}");
    }
    assert_eq!(exchange.upstream().json()["model"].as_str(), exchange.reply.header("x-vsr-selected-model"));
}
