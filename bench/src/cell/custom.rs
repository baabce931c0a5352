//! Registers the names of custom models, which the program brings ([`CustomModel`]). The parent only knows these names;
//! the child knows how the models are built (`tasks::custom`).

use std::sync::OnceLock;

use skipbench_models::{CustomConfig, CustomModel, Images, ModelSpec};

/// Returns configurations for images of a shape.
type Configs = fn(Images) -> Vec<CustomConfig>;

static CONFIGS: OnceLock<Configs> = OnceLock::new();

/// Registers the configurations of `C`. Only the first call counts, because a program has one kind.
pub(crate) fn register<C: CustomModel>() {
    CONFIGS.get_or_init(|| C::configs);
}

/// Returns the custom model with that name, for images of that shape.
pub(crate) fn find(name: &str, images: Images) -> Option<ModelSpec> {
    let configs = CONFIGS.get().map_or(Vec::new(), |configs| configs(images));
    configs.into_iter().find(|config| config.name == name).map(ModelSpec::Custom)
}
