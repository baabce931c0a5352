//! The names of custom models, which the program brings ([`CustomModel`]): what the parent knows of them. The child
//! knows how they are built (`tasks::custom`).

use std::sync::OnceLock;

use skipbench_models::{CustomConfig, CustomModel, Images, ModelSpec};

/// Configurations, for images of a shape.
type Configs = fn(Images) -> Vec<CustomConfig>;

static CONFIGS: OnceLock<Configs> = OnceLock::new();

/// Makes the configurations of `C` known. Only the first call counts: a program has one kind.
pub(crate) fn register<C: CustomModel>() {
    CONFIGS.get_or_init(|| C::configs);
}

/// The custom model of that name, for images of that shape.
pub(crate) fn find(name: &str, images: Images) -> Option<ModelSpec> {
    let configs = CONFIGS.get().map_or(Vec::new(), |configs| configs(images));
    configs.into_iter().find(|config| config.name == name).map(ModelSpec::Custom)
}
