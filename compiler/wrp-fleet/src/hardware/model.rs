//! Models by the shapes of their weights: how many bytes a token's cache takes, how many operations a token costs.

use super::Reading;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    pub name: &'static str,
    pub layers: f64,
    pub heads: f64,
    pub hidden: f64,
    pub head_size: f64,
    pub attention: Attention,
    /// Width of the dense feed-forward part; 0 where experts take its place.
    pub feed_forward: f64,
    pub experts: Option<Experts>,
    pub vocabulary: f64,
    /// Matrices of the vocabulary's size: one where input and output share theirs.
    pub embeddings: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attention {
    /// So many heads of keys and values, each shared by a group of query heads.
    Grouped { key_heads: f64 },
    /// One compressed vector a token (multi-head latent attention).
    Latent { rank: f64, rope: f64, query_rank: f64 },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Experts {
    pub count: f64,
    pub active: f64,
    pub width: f64,
    /// Width of the experts that every token passes, together.
    pub shared_width: f64,
    /// Layers that have a dense part instead, with its width.
    pub dense_layers: f64,
    pub dense_width: f64,
}

impl Model {
    /// By name, as the given reading has it.
    pub fn named(name: &str, reading: Reading) -> Option<Model> {
        models(reading).into_iter().find(|model| model.name.eq_ignore_ascii_case(name))
    }

    /// Cache of one token in all layers, over all GPUs that hold different parts of it.
    pub fn cache_bytes(&self, element_bytes: f64) -> f64 {
        match self.attention {
            Attention::Grouped { key_heads } => {
                2.0 * self.layers * key_heads * self.head_size * element_bytes
            }
            Attention::Latent { rank, rope, .. } => self.layers * (rank + rope) * element_bytes,
        }
    }

    /// Over how many of `gpus` the cache can be divided; the others repeat it.
    pub fn cache_shards(&self, gpus: u32) -> f64 {
        match self.attention {
            Attention::Grouped { key_heads } => f64::from(gpus).min(key_heads),
            Attention::Latent { .. } => 1.0,
        }
    }

    /// Heads of keys and values, as if there were no compression.
    pub fn key_heads(&self) -> f64 {
        match self.attention {
            Attention::Grouped { key_heads } => key_heads,
            Attention::Latent { .. } => self.heads,
        }
    }

    /// Weights of attention in one layer.
    pub fn attention_weights(&self) -> f64 {
        let (hidden, all_heads) = (self.hidden, self.heads * self.head_size);
        match self.attention {
            Attention::Grouped { key_heads } => {
                2.0 * hidden * all_heads + 2.0 * hidden * key_heads * self.head_size
            }
            Attention::Latent { rank, rope, query_rank } => {
                let queries = hidden * query_rank + query_rank * self.heads * (self.head_size + rope);
                let keys = hidden * (rank + rope) + rank * 2.0 * all_heads;
                queries + keys + all_heads * hidden
            }
        }
    }

    /// All weights, and those that one token meets.
    pub fn weights(&self) -> f64 {
        self.weights_with(|experts| experts.count)
    }

    pub fn active_weights(&self) -> f64 {
        self.weights_with(|experts| experts.active)
    }

    /// All weights when so many experts of each layer are met.
    pub fn weights_with(&self, met: impl Fn(&Experts) -> f64) -> f64 {
        let feed_forward = match &self.experts {
            None => self.layers * 3.0 * self.hidden * self.feed_forward,
            Some(experts) => {
                let width = met(experts) * experts.width + experts.shared_width;
                let sparse = (self.layers - experts.dense_layers) * 3.0 * self.hidden * width;
                sparse + experts.dense_layers * 3.0 * self.hidden * experts.dense_width
            }
        };
        self.embeddings * self.vocabulary * self.hidden
            + self.layers * self.attention_weights()
            + feed_forward
    }

    /// Width of the feed-forward part that one token passes, in the layers that most are.
    pub fn active_width(&self) -> f64 {
        self.experts
            .map_or(self.feed_forward, |experts| experts.active * experts.width + experts.shared_width)
    }
}

/// The catalogue. `Compat` has the reference's shapes, of which five differ from the published models: head sizes
/// taken as hidden size over heads, no output embedding, DeepSeek-V3 without latent attention, another 32B.
pub fn models(reading: Reading) -> [Model; 10] {
    let dense = |name, layers, heads, key_heads, hidden, feed_forward, vocabulary| Model {
        name,
        layers,
        heads,
        hidden,
        head_size: hidden / heads,
        attention: Attention::Grouped { key_heads },
        feed_forward,
        experts: None,
        vocabulary,
        embeddings: 1.0,
    };
    let sparse = |model: Model, count, active, width| Model {
        experts: Some(Experts {
            count,
            active,
            width,
            shared_width: 0.0,
            dense_layers: 0.0,
            dense_width: 0.0,
        }),
        feed_forward: 0.0,
        ..model
    };
    let mut models = [
        dense("llama-3.1-8b", 32.0, 32.0, 8.0, 4096.0, 14_336.0, 128_256.0),
        dense("llama-3.1-70b", 80.0, 64.0, 8.0, 8192.0, 28_672.0, 128_256.0),
        dense("llama-3.1-405b", 126.0, 128.0, 8.0, 16_384.0, 53_248.0, 128_256.0),
        dense("mistral-7b", 32.0, 32.0, 8.0, 4096.0, 14_336.0, 32_000.0),
        sparse(dense("mixtral-8x7b", 32.0, 32.0, 8.0, 4096.0, 0.0, 32_000.0), 8.0, 2.0, 14_336.0),
        dense("qwen3-8b", 36.0, 32.0, 8.0, 4096.0, 12_288.0, 151_936.0),
        dense("qwen3-32b", 64.0, 40.0, 8.0, 5120.0, 27_648.0, 151_936.0),
        sparse(dense("qwen3-235b-a22b", 94.0, 64.0, 4.0, 4096.0, 0.0, 151_936.0), 128.0, 8.0, 1536.0),
        sparse(dense("qwen3-30b-a3b", 48.0, 16.0, 4.0, 2048.0, 0.0, 151_936.0), 128.0, 8.0, 768.0),
        sparse(dense("deepseek-v3", 61.0, 128.0, 128.0, 7168.0, 0.0, 129_280.0), 256.0, 8.0, 2048.0),
    ];
    if reading == Reading::Corrected {
        models.iter_mut().for_each(correct);
    }
    models
}

/// The shapes that the models' own configurations state.
fn correct(model: &mut Model) {
    model.embeddings = 2.0;
    model.head_size = 128.0;
    match model.name {
        "qwen3-32b" => (model.heads, model.feed_forward) = (64.0, 25_600.0),
        "qwen3-30b-a3b" => model.heads = 32.0,
        "deepseek-v3" => {
            model.attention = Attention::Latent { rank: 512.0, rope: 64.0, query_rank: 1536.0 };
            if let Some(experts) = &mut model.experts {
                (experts.shared_width, experts.dense_layers, experts.dense_width) = (2048.0, 3.0, 18_432.0);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the models' names and cards say, in thousands of millions.
    #[test]
    fn corrected_shapes_have_the_published_sizes() {
        for (name, all, active) in [
            ("llama-3.1-8b", 8.03, 8.03),
            ("llama-3.1-70b", 70.6, 70.6),
            ("llama-3.1-405b", 405.9, 405.9),
            ("mistral-7b", 7.25, 7.25),
            ("mixtral-8x7b", 46.7, 12.9),
            ("qwen3-8b", 8.19, 8.19),
            ("qwen3-32b", 32.8, 32.8),
            ("qwen3-235b-a22b", 235.1, 22.2),
            ("qwen3-30b-a3b", 30.5, 3.3),
            ("deepseek-v3", 671.0, 37.6),
        ] {
            let model = Model::named(name, Reading::Corrected).unwrap();
            let close = |is: f64, published: f64| (is / 1e9 / published - 1.0).abs() < 0.02;
            assert!(close(model.weights(), all), "{name}: {}", model.weights());
            assert!(close(model.active_weights(), active), "{name}: {} active", model.active_weights());
        }
    }

    #[test]
    fn a_latent_cache_is_small_and_cannot_be_divided() {
        let model = Model::named("deepseek-v3", Reading::Corrected).unwrap();
        assert_eq!(model.cache_bytes(2.0), 61.0 * 576.0 * 2.0);
        assert_eq!(model.cache_shards(8), 1.0);
        assert_eq!(Model::named("llama-3.1-70b", Reading::Corrected).unwrap().cache_shards(16), 8.0);
    }
}
