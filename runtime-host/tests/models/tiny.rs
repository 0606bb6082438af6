//! Networks of a few numbers that the tests write themselves: a user's own models, without any pulled.

use std::path::Path;
use std::sync::Arc;

use wrp_host::infer::Refused;
use wrp_host::job::{Answer, Job, Kind, Output};
use wrp_host::models::Shelf;
use wrp_host::models::store::Store;

/// `[CLS]`, `[SEP]` and `[UNK]` are nothing; `a`, `b` and `c` are a direction each.
const TABLE: [[f32; 3]; 6] =
    [[0.0; 3], [0.0; 3], [0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

const TOKENIZER: &str = include_str!("tokenizer.json");

/// An ONNX file, field by field; the numbers are those of `onnx.proto`.
mod onnx {
    pub(super) fn bytes(field: u8, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![field << 3 | 2];
        let mut length = bytes.len();
        while length >= 0x80 {
            out.push(length as u8 | 0x80);
            length >>= 7;
        }
        out.push(length as u8);
        out.extend(bytes);
        out
    }

    pub(super) fn number(field: u8, number: u8) -> Vec<u8> {
        vec![field << 3, number]
    }

    pub(super) fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut node: Vec<u8> = inputs.iter().flat_map(|input| bytes(1, input.as_bytes())).collect();
        node.extend(bytes(2, output.as_bytes()));
        node.extend(bytes(4, operator.as_bytes()));
        node.extend(attributes.iter().flat_map(|attribute| bytes(5, attribute)));
        bytes(1, &node)
    }

    pub(super) fn matrix(name: &str, rows: &[[f32; 3]]) -> Vec<u8> {
        let mut tensor =
            [number(1, rows.len() as u8), number(1, 3), number(2, 1), bytes(8, name.as_bytes())].concat();
        let raw: Vec<u8> = rows.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        tensor.extend(bytes(9, &raw));
        bytes(5, &tensor)
    }

    /// A graph over `ids`, which is what the input is called.
    pub(super) fn file(ids: &str, nodes: &[Vec<u8>], constants: &[Vec<u8>]) -> Vec<u8> {
        let value = |field: u8, name: &str, kind: u8, dimensions: &[&str]| {
            let shape: Vec<u8> =
                dimensions.iter().flat_map(|name| bytes(1, &bytes(2, name.as_bytes()))).collect();
            let tensor = [number(1, kind), bytes(2, &shape)].concat();
            bytes(field, &[bytes(1, name.as_bytes()), bytes(2, &bytes(1, &tensor))].concat())
        };
        let mut graph = nodes.concat();
        graph.extend(bytes(2, b"tiny"));
        graph.extend(constants.concat());
        graph.extend(value(11, ids, 7, &["batch", "tokens"]));
        graph.extend(value(12, "out", 1, &["batch", "any"]));
        [number(1, 8), bytes(8, &number(2, 13)), bytes(7, &graph)].concat()
    }
}

/// The vector of each token.
pub(crate) fn embedding() -> Vec<u8> {
    onnx::file(
        "input_ids",
        &[onnx::node("Gather", &["table", "input_ids"], "out", &[])],
        &[onnx::matrix("table", &TABLE)],
    )
}

/// Three logits a token: `a` is the first label, and so on.
pub(crate) fn tagging() -> Vec<u8> {
    let sure = [[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]];
    let nodes = [
        onnx::node("Gather", &["table", "input_ids"], "hidden", &[]),
        onnx::node("MatMul", &["hidden", "sure"], "out", &[]),
    ];
    onnx::file("input_ids", &nodes, &[onnx::matrix("table", &TABLE), onnx::matrix("sure", &sure)])
}

/// The mean of these.
fn classifying() -> Vec<u8> {
    // Its kind is field 20, whose key takes two bytes.
    let attribute = |name: &str, field: u8, kind: u8, value: u8| {
        [onnx::bytes(1, name.as_bytes()), onnx::number(field, value), vec![0xa0, 1, kind]].concat()
    };
    let sure = [[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]];
    let nodes = [
        onnx::node("Gather", &["table", "input_ids"], "hidden", &[]),
        onnx::node(
            "ReduceMean",
            &["hidden"],
            "mean",
            &[attribute("axes", 8, 7, 1), attribute("keepdims", 3, 2, 0)],
        ),
        onnx::node("MatMul", &["mean", "sure"], "out", &[]),
    ];
    onnx::file("input_ids", &nodes, &[onnx::matrix("table", &TABLE), onnx::matrix("sure", &sure)])
}

/// A shelf with one model of a user's, `mine`, in a folder of its own.
pub(crate) fn shelf(weights: &[u8], task: &str, folder: &Path) -> Shelf {
    std::fs::write(folder.join("weights"), weights).unwrap();
    std::fs::write(folder.join("tokenizer.json"), TOKENIZER).unwrap();
    let list = format!(
        "version = 1\n[[models]]\nname = \"mine\"\nabout = \"tiny\"\nparts = [\"embed\", \"mine\"]\n\
         license = \"MIT\"\nmax_tokens = 8\n{task}\nfiles.weights.path = \"weights\"\n\
         files.tokenizer.path = \"tokenizer.json\"\n"
    );
    std::fs::write(folder.join("model.toml"), list).unwrap();
    let mut shelf = Shelf::new(Store::at(folder.join("nothing")));
    shelf.add(folder).unwrap();
    shelf
}

fn ask(weights: &[u8], task: &str, kind: Kind, text: &str) -> Result<Answer, Refused> {
    let folder = tempfile::tempdir().unwrap();
    let shelf = shelf(weights, task, folder.path());
    assert_eq!(shelf.models_for("mine"), [Arc::from("mine")]);
    assert_eq!(shelf.models_for("embed"), [Arc::from("mine")], "what was not pulled serves nothing");
    let job = Job { model: "mine".into(), kind, text: text.into() };
    shelf.model("mine")?.run(&[job]).remove(0)
}

pub(crate) const EMBED: &str = "task.embed = { pooling = \"mean\", dimensions = 3 }";
const LABELS: &str = "labels = [\"a\", \"b\", \"c\"], activation = \"softmax\"";

#[test]
fn a_users_model_embeds() {
    let root = 5_f32.sqrt();
    for (task, text, expected, coverage) in [
        (EMBED, "a a b", [2.0 / root, 1.0 / root, 0.0], 1.0),
        // Six tokens are a window, and every token weighs alike.
        (EMBED, "a a a a a a a a b b b b", [2.0 / root, 1.0 / root, 0.0], 1.0),
        (EMBED, "", [0.0; 3], 1.0),
        // Sixteen windows of six tokens.
        (EMBED, &"a ".repeat(192), [1.0, 0.0, 0.0], 0.5),
    ] {
        let answer = ask(&embedding(), task, Kind::Embed { dimensions: None }, text).unwrap();
        let Output::Vector(vector) = answer.output else { panic!("no vector") };
        assert!(
            vector.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6),
            "{vector:?}"
        );
        assert_eq!(answer.coverage, coverage, "{text}");
    }
}

#[test]
fn a_users_model_classifies_window_by_window() {
    let long = format!("{}c c c c c c", "a ".repeat(42));
    for (windows, text, expected) in [
        ("mean", "a a a a a a", [0.998, 0.001, 0.001]),
        ("mean", &*long, [0.873, 0.001, 0.126]),
        ("max", &*long, [0.998, 0.001, 0.998]),
    ] {
        let task = format!("task.classify = {{ {LABELS}, windows = \"{windows}\" }}");
        let answer = ask(&classifying(), &task, Kind::Classify, text).unwrap();
        let Output::Labels(labels) = answer.output else { panic!("no labels") };
        let close = labels.iter().zip(expected).all(|((_, found), expected)| (found - expected).abs() < 2e-3);
        assert!(close, "{windows}: {labels:?}");
    }
}

#[test]
fn a_long_text_is_compressed_where_the_model_says_so() {
    let task = format!("compress = true\ntask.classify = {{ {LABELS} }}");
    let text = format!("b b. {}c c.", "a a a a. ".repeat(20));
    let answer = ask(&classifying(), &task, Kind::Classify, &text).unwrap();
    assert!((0.01..0.2).contains(&answer.coverage), "{}", answer.coverage);
    let Output::Labels(labels) = answer.output else { panic!("no labels") };
    assert!(labels[0].1 < labels[1].1, "the first sentence is read, not the many: {labels:?}");
    let short = ask(&classifying(), &task, Kind::Classify, "a a").unwrap();
    assert_eq!(short.coverage, 1.0, "a short text is read whole");
}

#[test]
fn a_users_model_reads_two_texts() {
    let task = format!("task.pair = {{ {LABELS} }}");
    let answer = ask(&classifying(), &task, Kind::ClassifyPair { second: "c c c".into() }, "b").unwrap();
    let Output::Labels(labels) = answer.output else { panic!("no labels") };
    assert!(labels[2].1 > labels[1].1 && labels[1].1 > labels[0].1, "{labels:?}");
    assert_eq!(answer.coverage, 1.0);
}

#[test]
fn a_users_model_tags_across_windows() {
    let task = "task.tag = { labels = [\"O\", \"B-X\", \"I-X\"] }";
    let marked = |text: &str| {
        let Output::Spans(spans) = ask(&tagging(), task, Kind::Tag, text).unwrap().output else {
            panic!("no spans")
        };
        spans.iter().map(|span| (span.start, span.end, &*span.label == "X")).collect::<Vec<_>>()
    };
    assert_eq!(marked("a b c a b"), [(2, 5, true), (8, 9, true)]);
    // The span lies over the end of the first window.
    assert_eq!(marked("a a a a a b c c a"), [(10, 15, true)]);
}

#[test]
fn what_cannot_run_is_refused_with_the_reason() {
    let embed = Kind::Embed { dimensions: None };
    let unknown = onnx::file("input_ids", &[onnx::node("Dream", &["input_ids"], "out", &[])], &[]);
    let strange = onnx::file(
        "pixels",
        &[onnx::node("Gather", &["table", "pixels"], "out", &[])],
        &[onnx::matrix("table", &TABLE)],
    );
    for (weights, task, expected) in [
        (b"garbage".to_vec(), EMBED, "rten cannot load it"),
        (unknown, EMBED, "Dream"),
        (strange, EMBED, "it wants an input `pixels`"),
        (embedding(), "task.embed = { pooling = \"mean\", dimensions = 4 }", "have 3 dimensions, not 4"),
        (tagging(), "task.classify = { labels = [\"a\"], activation = \"sigmoid\" }", "is asked to embed"),
    ] {
        let refused = ask(&weights, task, embed.clone(), "a").unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
    }
    let refused =
        ask(&tagging(), &format!("task.classify = {{ {LABELS} }}"), Kind::Classify, "a").unwrap_err();
    assert!(refused.to_string().contains("3 labels are wanted"), "{refused}");
    let refused = ask(&embedding(), EMBED, Kind::Embed { dimensions: Some(4) }, "a").unwrap_err();
    assert!(matches!(refused, Refused::Unsuited(_)), "{refused}");
}

#[test]
fn a_file_of_a_user_that_changed_or_went_away_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let pinned = format!("{EMBED}\nfiles.config = {{ path = \"weights\", sha256 = \"00\" }}");
    let shelf = shelf(&embedding(), &pinned, folder.path());
    let refused = shelf.model("mine").unwrap_err().to_string();
    assert!(refused.contains("is not the file that `sha256` promises"), "{refused}");
    assert_eq!(shelf.models_for("mine"), [], "a model that failed serves nothing");
    std::fs::remove_file(folder.path().join("weights")).unwrap();
    let absent = shelf.absent().into_iter().find(|absent| &*absent.name == "mine").unwrap();
    assert!(absent.to_string().starts_with("model `mine`: "), "{absent}");
}

#[test]
fn a_damaged_network_is_refused_or_runs_but_never_ends_the_program() {
    let whole = classifying();
    let folder = tempfile::tempdir().unwrap();
    for at in (0..whole.len()).step_by(5) {
        for flip in [0x01, 0x80] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            let shelf = shelf(&damaged, &format!("task.classify = {{ {LABELS} }}"), folder.path());
            let job = Job { model: "mine".into(), kind: Kind::Classify, text: "a b".into() };
            if let Ok(model) = shelf.model("mine") {
                model.run(&[job]);
            }
        }
    }
}
