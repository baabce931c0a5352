//! Maps the names of public zoos to torchvision's, where the tensors are the same.

/// The names of a zoo.
pub(super) struct Naming {
    /// Name of the zoo, in words.
    pub(super) label: &'static str,
    /// Returns the tensors that make the one with torchvision's name, joined along their first side.
    pub(super) parts: fn(&str) -> Option<Vec<String>>,
}

/// Namings, of which the first that names all tensors of a file is used.
pub(super) const NAMINGS: [Naming; 5] = [
    Naming { label: "torchvision's names", parts: |name| Some(vec![name.to_owned()]) },
    Naming { label: "torchvision's early names", parts: |name| Some(vec![early(name)]) },
    Naming { label: "timm's names of a Vision Transformer", parts: timm_vit },
    Naming { label: "Hugging Face's names of a ResNet", parts: hugging_face_resnet },
    Naming { label: "Hugging Face's names of a Vision Transformer", parts: hugging_face_vit },
];

/// Returns the name in early files. Published DenseNet files say `norm.1` where the network says `norm1`, and early
/// Transformer files say `linear_1`, `linear_2`.
fn early(name: &str) -> String {
    if name.starts_with("features.denseblock") {
        return ["norm1", "norm2", "conv1", "conv2"].iter().fold(name.to_owned(), |name, layer| {
            let (word, index) = layer.split_at(4);
            name.replace(&format!(".{layer}."), &format!(".{word}.{index}."))
        });
    }
    name.replace(".mlp.0.", ".mlp.linear_1.").replace(".mlp.3.", ".mlp.linear_2.")
}

/// Splits a name in a Transformer's block into its number and what is in it.
fn encoder_layer(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("encoder.layers.encoder_layer_")?.split_once('.')
}

/// Returns the names in timm's `vision_transformer.py`, which DeiT's and DINO's files use too.
fn timm_vit(name: &str) -> Option<Vec<String>> {
    let whole = match name {
        "class_token" => "cls_token".to_owned(),
        "encoder.pos_embedding" => "pos_embed".to_owned(),
        _ => match encoder_layer(name) {
            Some((block, within)) => format!("blocks.{block}.{}", replaced(within, &TIMM_BLOCK)?),
            None => replaced(name, &TIMM)?,
        },
    };
    Some(vec![whole])
}

const TIMM: [(&str, &str); 3] =
    [("conv_proj.", "patch_embed.proj."), ("encoder.ln.", "norm."), ("heads.head.", "head.")];
const TIMM_BLOCK: [(&str, &str); 6] = [
    ("ln_1.", "norm1."),
    ("ln_2.", "norm2."),
    ("self_attention.in_proj_", "attn.qkv."),
    ("self_attention.out_proj.", "attn.proj."),
    ("mlp.0.", "mlp.fc1."),
    ("mlp.3.", "mlp.fc2."),
];

/// Returns the name with the first fitting beginning replaced.
fn replaced(name: &str, table: &[(&str, &str)]) -> Option<String> {
    table.iter().find_map(|(from, to)| Some(format!("{to}{}", name.strip_prefix(from)?)))
}

/// Returns the name in transformers' `ResNetForImageClassification`.
fn hugging_face_resnet(name: &str) -> Option<Vec<String>> {
    let layer = |word: &str| match word {
        "conv" => "convolution",
        _ => "normalization",
    };
    let parts: Vec<&str> = name.split('.').collect();
    Some(vec![match parts.as_slice() {
        ["conv1", leaf] => format!("resnet.embedder.embedder.convolution.{leaf}"),
        ["bn1", leaf] => format!("resnet.embedder.embedder.normalization.{leaf}"),
        ["fc", leaf] => format!("classifier.1.{leaf}"),
        [stage, block, "downsample", index, leaf] => {
            let layer = layer(if *index == "0" { "conv" } else { "bn" });
            format!("resnet.encoder.stages.{}.layers.{block}.shortcut.{layer}.{leaf}", from_zero(stage, "layer")?)
        }
        [stage, block, within, leaf] => {
            let word = within.trim_end_matches(|digit: char| digit.is_ascii_digit());
            let (stage, index) = (from_zero(stage, "layer")?, from_zero(within, word)?);
            format!("resnet.encoder.stages.{stage}.layers.{block}.layer.{index}.{}.{leaf}", layer(word))
        }
        _ => return None,
    }])
}

/// Converts a number such as that of `layer1`, which counts from one, to count from zero.
fn from_zero(part: &str, word: &str) -> Option<usize> {
    part.strip_prefix(word)?.parse::<usize>().ok()?.checked_sub(1)
}

/// Returns the names in transformers' `ViTForImageClassification`, where query, key and value are separate.
fn hugging_face_vit(name: &str) -> Option<Vec<String>> {
    let Some((block, within)) = encoder_layer(name) else {
        return Some(vec![match name {
            "class_token" => "vit.embeddings.cls_token".to_owned(),
            "encoder.pos_embedding" => "vit.embeddings.position_embeddings".to_owned(),
            _ => replaced(name, &HUGGING_FACE)?,
        }]);
    };
    let layer = format!("vit.encoder.layer.{block}.");
    Some(match within.strip_prefix("self_attention.in_proj_") {
        Some(leaf) => {
            ["query", "key", "value"].iter().map(|part| format!("{layer}attention.attention.{part}.{leaf}")).collect()
        }
        None => vec![format!("{layer}{}", replaced(within, &HUGGING_FACE_BLOCK)?)],
    })
}

const HUGGING_FACE: [(&str, &str); 3] = [
    ("conv_proj.", "vit.embeddings.patch_embeddings.projection."),
    ("encoder.ln.", "vit.layernorm."),
    ("heads.head.", "classifier."),
];
const HUGGING_FACE_BLOCK: [(&str, &str); 5] = [
    ("ln_1.", "layernorm_before."),
    ("ln_2.", "layernorm_after."),
    ("self_attention.out_proj.", "attention.output.dense."),
    ("mlp.0.", "intermediate.dense."),
    ("mlp.3.", "output.dense."),
];

/// Parts of names that show the kind of a network, and whose names they are.
const MARKS: [(&str, &str); 16] = [
    ("encoder.layers.encoder_layer_0.", "torchvision's names of a Vision Transformer"),
    ("attn.qkv.", "timm's names of a Vision Transformer"),
    ("attention.attention.query.", "Hugging Face's names of a Vision Transformer"),
    ("embedder.embedder.convolution.", "Hugging Face's names of a ResNet"),
    ("features.denseblock1.", "torchvision's names of a DenseNet"),
    ("visual.transformer.resblocks.", "CLIP's names"),
    ("text_model.encoder.", "CLIP's names"),
    (".lora_a.", "a LoRA adapter's names"),
    ("layers.0.blocks.0.attn", "a Swin Transformer's names"),
    (".dwconv.", "a ConvNeXt's names"),
    ("relative_position_bias_table", "a Swin Transformer's names"),
    ("features.0.0.weight", "names of a MobileNet, EfficientNet or ConvNeXt of torchvision's"),
    ("features.0.weight", "names of a VGG or AlexNet"),
    ("branch.convs.0.", "names of our own format"),
    ("layer1.0.conv1.", "torchvision's names of a ResNet"),
    ("layer1.0.bn1.", "torchvision's names of a ResNet"),
];

/// Returns whose names a file has, where that is known.
pub(super) fn kind<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let mut best: Option<usize> = None;
    for name in names {
        let name = name.to_lowercase();
        let mark = MARKS.iter().position(|(mark, _)| name.contains(mark));
        best = [best, mark].into_iter().flatten().min();
    }
    best.map(|index| MARKS[index].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(parts: fn(&str) -> Option<Vec<String>>, name: &str) -> String {
        parts(name).expect("named").join(" + ")
    }

    #[test]
    fn zoos_names_follow_from_torchvisions() {
        let layer = "encoder.layers.encoder_layer_3.";
        assert_eq!(one(timm_vit, &format!("{layer}self_attention.in_proj_bias")), "blocks.3.attn.qkv.bias");
        assert_eq!(one(timm_vit, "encoder.ln.weight"), "norm.weight");
        let parts = one(hugging_face_vit, &format!("{layer}self_attention.in_proj_weight"));
        assert!(parts.starts_with("vit.encoder.layer.3.attention.attention.query.weight + "), "{parts}");
        assert_eq!(one(hugging_face_vit, &format!("{layer}mlp.3.bias")), "vit.encoder.layer.3.output.dense.bias");
        let resnet = |name: &str| one(hugging_face_resnet, name);
        assert_eq!(
            resnet("layer2.0.bn3.running_var"),
            "resnet.encoder.stages.1.layers.0.layer.2.normalization.running_var"
        );
        assert_eq!(
            resnet("layer1.0.downsample.0.weight"),
            "resnet.encoder.stages.0.layers.0.shortcut.convolution.weight"
        );
        assert_eq!(resnet("fc.bias"), "classifier.1.bias");
        assert_eq!(
            early("features.denseblock1.denselayer2.norm1.weight"),
            "features.denseblock1.denselayer2.norm.1.weight"
        );
    }
}
