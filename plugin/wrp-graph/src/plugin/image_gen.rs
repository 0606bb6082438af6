#![doc = include_str!("image_gen.md")]
#![cfg(feature = "build")]

use super::{AT_LEAST_ONE, ENABLED, Kind, elsewhere, nothing_more, optional};
use crate::schema::Shape;

pub(super) static KIND: Kind = Kind {
    name: "image_gen",
    page: include_str!("image_gen.md"),
    fields: &[
        ENABLED,
        optional("backend", Shape::Word(&["vllm_omni", "openai"]), "Who draws."),
        optional("backend_config", Shape::Any, "Settings of the backend, as it defines them."),
        optional("default_width", AT_LEAST_ONE, "Width in pixels where the client gives none."),
        optional("default_height", AT_LEAST_ONE, "Height in pixels where the client gives none."),
        optional("max_inference_steps", AT_LEAST_ONE, "Most steps a client may ask for."),
        optional("timeout_seconds", AT_LEAST_ONE, "How long to wait for the picture, in seconds."),
        optional(
            "modality_detection",
            Shape::Any,
            "Settings of the detector that decides between text and picture.",
        ),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("image_gen", fields),
};
