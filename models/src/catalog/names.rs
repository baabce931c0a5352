//! Names networks that no paper names: `resnet26-w12`, `densenet-bc-22-26`, `vit-d4-w72-h4-p2`,
//! `vit-concat-d4-w72-h4-p2-k32`, `backbone-concat-22-w16-k12`, `backbone-gated-22-w16-nonorm`.
//!
//! [`format_name`] and [`parse`] are inverse to each other, so a name printed in a table can be used in a suite.

use crate::nets::{
    BackboneConfig, BlockKind, DenseKind, DenseNetConfig, Norm, ResNetConfig, Shortcut, StemKind, ViTConfig,
};
use crate::skip::{ResidualSkip, Skip};
use crate::spec::ModelSpec;
use crate::spec::words::{ATTENTION_ONLY, BACKBONE, DENSENET, DENSENET_BC, MLP_ONLY, PLAIN, RESNET, VIT};

/// Returns the descriptive name of `spec`.
pub(crate) fn format_name(spec: &ModelSpec) -> String {
    match spec {
        ModelSpec::Resnet(config) => format_resnet(config, spec.family()),
        ModelSpec::Densenet(config) => format_densenet(config),
        ModelSpec::Vit(config) => format_vit(config),
        ModelSpec::Backbone(config) => format_backbone(config),
        ModelSpec::Custom(config) => config.name.clone(),
    }
}

fn format_resnet(config: &ResNetConfig, family: &str) -> String {
    let mut name = format!("{family}{}-w{}", config.depth, config.width);
    match config.block {
        BlockKind::Basic => {}
        BlockKind::Bottleneck => name.push_str("-bottleneck"),
        BlockKind::Preact => name.push_str("-preact"),
    }
    if config.stem == StemKind::Imagenet {
        name.push_str("-imagenet");
    }
    if config.shortcut == Shortcut::B {
        name.push_str("-b");
    }
    name
}

fn format_densenet(config: &DenseNetConfig) -> String {
    let family = if config.kind == DenseKind::Bc { DENSENET_BC } else { DENSENET };
    let mut name = format!("{family}-{}-{}", config.depth, config.growth);
    if let Some(theta) = config.compression {
        name.push_str(&format!("-c{theta}"));
    }
    if config.stem == StemKind::Imagenet {
        name.push_str("-imagenet");
    }
    name
}

fn format_vit(config: &ViTConfig) -> String {
    let style = if config.skip == Skip::Add { String::new() } else { format!("-{}", config.skip) };
    let mut name = format!("{VIT}{style}-d{}-w{}-h{}-p{}", config.depth, config.width, config.heads, config.patch);
    if config.mlp != 4 {
        name.push_str(&format!("-m{}", config.mlp));
    }
    if let Some(growth) = config.growth {
        name.push_str(&format!("-k{growth}"));
    }
    let left_out = match (config.attention_skip, config.mlp_skip) {
        (ResidualSkip::None, ResidualSkip::None) => Some(Skip::None.word()),
        (ResidualSkip::None, ResidualSkip::Add) => Some(MLP_ONLY),
        (ResidualSkip::Add, ResidualSkip::None) => Some(ATTENTION_ONLY),
        (ResidualSkip::Add, ResidualSkip::Add) => None,
    };
    left_out.map_or_else(|| name.clone(), |word| format!("{name}-{word}"))
}

fn format_backbone(config: &BackboneConfig) -> String {
    let mut name = format!("{BACKBONE}-{}-{}-w{}", config.skip, config.depth, config.width);
    if let Some(growth) = config.growth {
        name.push_str(&format!("-k{growth}"));
    }
    if config.norm == Norm::None {
        name.push_str("-nonorm");
    }
    name
}

/// Returns the spec that a descriptive name stands for, or `None` if it is not one.
pub(crate) fn parse(name: &str) -> Option<ModelSpec> {
    let (head, rest) = name.split_once('-')?;
    let mut words: Vec<&str> = rest.split('-').collect();
    match head {
        DENSENET => parse_densenet(&mut words),
        VIT => parse_vit(rest, &mut words),
        BACKBONE => parse_backbone(&mut words),
        _ => parse_resnet(head, &mut words),
    }
}

/// Removes `word` and returns whether it was there.
fn take(words: &mut Vec<&str>, word: &str) -> bool {
    let found = words.iter().position(|candidate| *candidate == word);
    found.map(|index| words.remove(index)).is_some()
}

/// Removes the word that is `key` followed by a number, and returns the number.
fn number<T: std::str::FromStr>(words: &mut Vec<&str>, key: &str) -> Option<T> {
    let parsed =
        words.iter().enumerate().find_map(|(index, word)| Some((index, word.strip_prefix(key)?.parse().ok()?)));
    parsed.map(|(index, value)| {
        words.remove(index);
        value
    })
}

fn parse_resnet(head: &str, words: &mut Vec<&str>) -> Option<ModelSpec> {
    let (skip, depth) = match head.strip_prefix(PLAIN) {
        Some(depth) => (ResidualSkip::None, depth),
        None => (ResidualSkip::Add, head.strip_prefix(RESNET)?),
    };
    let block = match (take(words, "bottleneck"), take(words, "preact")) {
        (true, _) => BlockKind::Bottleneck,
        (_, true) => BlockKind::Preact,
        _ => BlockKind::Basic,
    };
    let stem = if take(words, "imagenet") { StemKind::Imagenet } else { StemKind::Cifar };
    let shortcut = if take(words, "b") { Shortcut::B } else { Shortcut::A };
    let width = number(words, "w")?;
    let config = ResNetConfig { depth: depth.parse().ok()?, width, block, stem, shortcut, skip };
    words.is_empty().then_some(ModelSpec::Resnet(config))
}

fn parse_densenet(words: &mut Vec<&str>) -> Option<ModelSpec> {
    let kind = if take(words, "bc") { DenseKind::Bc } else { DenseKind::Basic };
    let stem = if take(words, "imagenet") { StemKind::Imagenet } else { StemKind::Cifar };
    let compression = number(words, "c");
    let [depth, growth] = words[..] else { return None };
    let (depth, growth) = (depth.parse().ok()?, growth.parse().ok()?);
    Some(ModelSpec::Densenet(DenseNetConfig { depth, growth, kind, compression, stem }))
}

fn parse_vit(rest: &str, words: &mut Vec<&str>) -> Option<ModelSpec> {
    let skip = |lacks: bool| if lacks { ResidualSkip::None } else { ResidualSkip::Add };
    let style = take_style(words);
    let skips = [Skip::None.word(), ATTENTION_ONLY, MLP_ONLY];
    let [neither, attention, mlp] = skips.map(|skip| rest.strip_suffix(skip).is_some_and(|rest| rest.ends_with('-')));
    let neither = neither || style == Some(Skip::None);
    let (attention_skip, mlp_skip) = (skip(neither || mlp), skip(neither || attention));
    words.retain(|word| !skips.iter().any(|skip| skip.split('-').any(|part| part == *word)));
    let mlp = number(words, "m").unwrap_or(4);
    let (depth, width) = (number(words, "d")?, number(words, "w")?);
    let (heads, patch) = (number(words, "h")?, number(words, "p")?);
    let (growth, skip) = (number(words, "k"), style.filter(|style| *style != Skip::None).unwrap_or(Skip::Add));
    let config = ViTConfig { depth, width, heads, patch, mlp, attention_skip, mlp_skip, skip, growth };
    words.is_empty().then_some(ModelSpec::Vit(config))
}

/// Removes the style from the start of the words, if there is one.
fn take_style(words: &mut Vec<&str>) -> Option<Skip> {
    let style = Skip::ALL.into_iter().find(|skip| words.first() == Some(&skip.word()))?;
    words.remove(0);
    Some(style)
}

fn parse_backbone(words: &mut Vec<&str>) -> Option<ModelSpec> {
    let skip = Skip::ALL.into_iter().find(|skip| take(words, skip.word()))?;
    let norm = if take(words, "nonorm") { Norm::None } else { Norm::Batch };
    let (width, growth) = (number(words, "w")?, number(words, "k"));
    let [depth] = words[..] else { return None };
    Some(ModelSpec::Backbone(BackboneConfig { depth: depth.parse().ok()?, skip, width, growth, norm }))
}
