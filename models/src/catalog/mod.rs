//! Lists every published variant by its usual name.

mod budget;
mod family;
mod fixed;
pub mod matching;
mod names;
mod sweep;

pub use family::Family;
pub use fixed::Fixed;

use crate::inputs::images::Images;
use crate::nets::{BackboneConfig, BlockKind, DenseKind, DenseNetConfig, ResNetConfig, Shortcut, StemKind, ViTConfig};
use crate::skip::{ResidualSkip, Skip};
use crate::spec::ModelSpec;

/// A published network with its name and source.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its usual name.
    pub name: String,
    /// Where it was published.
    pub paper: Paper,
    /// The images it was published for.
    pub images: Images,
    /// The network.
    pub spec: ModelSpec,
}

/// Where a network was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Authors, year and title.
    pub title: &'static str,
    /// arXiv identifier; `None` for what this project defines.
    pub arxiv: Option<&'static str>,
}

const RESNET: Paper =
    Paper { title: "He et al. 2015, Deep Residual Learning for Image Recognition", arxiv: Some("1512.03385") };
const PREACT: Paper =
    Paper { title: "He et al. 2016, Identity Mappings in Deep Residual Networks", arxiv: Some("1603.05027") };
const DENSENET: Paper =
    Paper { title: "Huang et al. 2016, Densely Connected Convolutional Networks", arxiv: Some("1608.06993") };
const VIT: Paper = Paper { title: "Dosovitskiy et al. 2020, An Image is Worth 16x16 Words", arxiv: Some("2010.11929") };
const DEIT: Paper =
    Paper { title: "Touvron et al. 2020, Training data-efficient image transformers", arxiv: Some("2012.12877") };
const BACKBONE: Paper = Paper { title: "skipbench, the controlled backbone: only the skip changes", arxiv: None };

/// Says that no network has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no model is named `{name}`; did you mean `{nearest}`? `skipbench models` lists them all")]
pub struct UnknownModel {
    /// Name that was asked for.
    pub name: String,
    /// The catalog's nearest name.
    pub nearest: String,
}

/// Returns the whole catalog, family by family, small to large.
pub fn all() -> Vec<Entry> {
    let families = [cifar_resnets(), imagenet_resnets(), cifar_densenets(), imagenet_densenets(), vits(), backbones()];
    families.into_iter().flatten().collect()
}

fn entry(name: impl Into<String>, paper: Paper, images: Images, spec: ModelSpec) -> Entry {
    Entry { name: name.into(), paper, images, spec }
}

fn cifar_resnets() -> Vec<Entry> {
    let depths = [20, 32, 44, 56, 110, 1202];
    let cifar = |name: String, config| entry(name, RESNET, Images::CIFAR10, ModelSpec::Resnet(config));
    let option_b = |depth| ResNetConfig { shortcut: Shortcut::B, ..ResNetConfig::cifar(depth, ResidualSkip::Add) };
    let mut entries = Vec::new();
    entries.extend(depths.map(|depth| cifar(format!("plain{depth}"), ResNetConfig::cifar(depth, ResidualSkip::None))));
    entries.extend(depths.map(|depth| cifar(format!("resnet{depth}"), ResNetConfig::cifar(depth, ResidualSkip::Add))));
    entries.extend(depths.map(|depth| cifar(format!("resnet{depth}-b"), option_b(depth))));
    entries.extend([164, 1001].map(|depth| {
        let config = ResNetConfig { block: BlockKind::Preact, ..option_b(depth) };
        entry(format!("preresnet{depth}"), PREACT, Images::CIFAR10, ModelSpec::Resnet(config))
    }));
    entries
}

fn imagenet_resnets() -> Vec<Entry> {
    let config = |depth, shortcut, skip| {
        let block = if depth < 50 { BlockKind::Basic } else { BlockKind::Bottleneck };
        ModelSpec::Resnet(ResNetConfig { depth, width: 64, block, stem: StemKind::Imagenet, shortcut, skip })
    };
    let imagenet = |name: String, spec| entry(name, RESNET, Images::IMAGENET, spec);
    let mut entries = Vec::new();
    for depth in [18, 34] {
        entries.push(imagenet(format!("plain{depth}"), config(depth, Shortcut::A, ResidualSkip::None)));
        entries.push(imagenet(format!("resnet{depth}-a"), config(depth, Shortcut::A, ResidualSkip::Add)));
    }
    for depth in [18, 34, 50, 101, 152] {
        entries.push(imagenet(format!("resnet{depth}"), config(depth, Shortcut::B, ResidualSkip::Add)));
    }
    entries
}

fn cifar_densenets() -> Vec<Entry> {
    let cifar = |name: String, depth, growth, kind| {
        entry(name, DENSENET, Images::CIFAR10, ModelSpec::Densenet(DenseNetConfig::cifar(depth, growth, kind)))
    };
    let basic = [(40, 12), (100, 12), (100, 24)];
    let bc = [(100, 12), (250, 24), (190, 40)];
    let mut entries = Vec::new();
    entries.extend(
        basic.map(|(depth, growth)| cifar(format!("densenet-{depth}-{growth}"), depth, growth, DenseKind::Basic)),
    );
    entries
        .extend(bc.map(|(depth, growth)| cifar(format!("densenet-bc-{depth}-{growth}"), depth, growth, DenseKind::Bc)));
    entries
}

fn imagenet_densenets() -> Vec<Entry> {
    let variants = [(121, 32), (161, 48), (169, 32), (201, 32), (264, 32)];
    let imagenet = |(depth, growth)| {
        let config = DenseNetConfig { stem: StemKind::Imagenet, ..DenseNetConfig::cifar(depth, growth, DenseKind::Bc) };
        entry(format!("densenet{depth}"), DENSENET, Images::IMAGENET, ModelSpec::Densenet(config))
    };
    variants.map(imagenet).to_vec()
}

fn vits() -> Vec<Entry> {
    let vit = |depth, width, heads, patch| ModelSpec::Vit(ViTConfig::new(depth, width, heads, patch));
    vec![
        entry("vit_cifar", VIT, Images::CIFAR10, vit(8, 96, 3, 4)),
        entry("vit_ti_4", DEIT, Images::CIFAR10, vit(12, 192, 3, 4)),
        entry("vit_ti_16", DEIT, Images::IMAGENET, vit(12, 192, 3, 16)),
        entry("vit_s_16", DEIT, Images::IMAGENET, vit(12, 384, 6, 16)),
        entry("vit_b_16", VIT, Images::IMAGENET, vit(12, 768, 12, 16)),
    ]
}

fn backbones() -> Vec<Entry> {
    let mut entries = Vec::new();
    for depth in [22, 40, 58] {
        for skip in [Skip::None, Skip::Add, Skip::Concat] {
            let spec = ModelSpec::Backbone(BackboneConfig::new(depth, skip));
            entries.push(entry(format!("backbone-{skip}-{depth}"), BACKBONE, Images::CIFAR10, spec));
        }
    }
    entries
}

/// Length that is longer than any name here. Comparing longer names with all others would take time and memory.
const LONGEST: usize = 200;

/// Finds the network with that name: a published one, or any described as [`name`] describes it. Case and `_` for `-`
/// do not matter.
///
/// # Errors
/// Returns [`UnknownModel`], with the nearest name, if there is none.
pub fn find(name: &str) -> Result<ModelSpec, UnknownModel> {
    if name.chars().count() > LONGEST {
        let beginning: String = name.chars().take(LONGEST).collect();
        return Err(UnknownModel { name: format!("{beginning}…"), nearest: all()[0].name.clone() });
    }
    let plain = |name: &str| name.to_lowercase().replace('_', "-");
    let wanted = plain(name);
    let entries = all();
    if let Some(entry) = entries.iter().find(|entry| plain(&entry.name) == wanted) {
        return Ok(entry.spec.clone());
    }
    names::parse(&wanted).ok_or_else(|| {
        let nearest = entries.iter().min_by_key(|entry| strsim::damerau_levenshtein(&plain(&entry.name), &wanted));
        UnknownModel { name: name.to_owned(), nearest: nearest.map(|entry| entry.name.clone()).unwrap_or_default() }
    })
}

/// Returns the published entry that describes `spec`, if there is one.
pub fn entry_of(spec: &ModelSpec) -> Option<Entry> {
    all().into_iter().find(|entry| entry.spec == *spec)
}

/// Returns the usual name of `spec`, or a description that [`find`] understands.
pub fn name(spec: &ModelSpec) -> String {
    entry_of(spec).map_or_else(|| names::format_name(spec), |entry| entry.name)
}
