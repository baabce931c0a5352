//! Specs as data: what TOML gives, and what it refuses.

use skipbench_models::{Images, ModelSpec, catalog};

fn spec(toml: &str) -> Result<ModelSpec, String> {
    toml::from_str(toml).map_err(|error| error.to_string())
}

/// Why no network is made of it: what reading it says in its last line, or what costing it does.
pub(crate) fn refused(toml: &str, images: Images) -> String {
    match toml::from_str::<ModelSpec>(toml) {
        Ok(spec) => spec.cost(images).expect_err("impossible").to_string(),
        Err(error) => error.message().to_owned(),
    }
}

#[test]
fn defaults_are_the_published_networks() {
    let same = |toml: &str, name: &str| assert_eq!(spec(toml).expect("valid"), catalog::find(name).expect("known"));
    same("family = 'resnet'\ndepth = 56", "resnet56");
    same("family = 'resnet'\ndepth = 56\nskip = 'none'", "plain56");
    same("family = 'densenet'\ndepth = 100\ngrowth = 12", "densenet-bc-100-12");
    same("family = 'densenet'\ndepth = 40\ngrowth = 12\nkind = 'basic'", "densenet-40-12");
    same("family = 'vit'\ndepth = 12\nwidth = 768\nheads = 12\npatch = 16", "vit_b_16");
    same("family = 'backbone'\ndepth = 22\nskip = 'concat'", "backbone-concat-22");
}

#[test]
fn unknown_keys_and_words_are_refused() {
    let unknown = spec("family = 'resnet'\ndepth = 20\nwidht = 8").expect_err("unknown key");
    assert!(unknown.contains("widht") && unknown.contains("width"), "{unknown}");
    let word = spec("family = 'resnet'\ndepth = 20\nskip = 'both'").expect_err("unknown word");
    assert!(word.contains("both") && word.contains("concat"), "{word}");
    let family = spec("family = 'vgg'").expect_err("unknown family");
    assert!(family.contains("vgg") && family.contains("densenet"), "{family}");
}

#[test]
fn impossible_values_say_what_would_do() {
    let cifar = |toml: &str| refused(toml, Images::CIFAR10);
    assert_eq!(cifar("family = 'resnet'\ndepth = 21"), "depth = 21: this block and stem need 6n+2: 8, 14, 20, …");
    assert_eq!(
        cifar("family = 'densenet'\ndepth = 41\ngrowth = 12"),
        "depth = 41: this kind and stem need 6n+4: 10, 16, 22, …"
    );
    assert_eq!(
        cifar("family = 'backbone'\ndepth = 20\nskip = 'add'"),
        "depth = 20: the backbone needs 6n+4: 10, 16, 22, …"
    );
    assert_eq!(
        cifar("family = 'vit'\ndepth = 2\nwidth = 10\nheads = 3\npatch = 4"),
        "heads = 3: it must divide width = 10"
    );
    assert_eq!(
        cifar("family = 'vit'\ndepth = 2\nwidth = 9\nheads = 3\npatch = 5"),
        "patch = 5: it must divide the image side 32"
    );
    assert_eq!(cifar("family = 'resnet'\ndepth = 20\nwidth = 0"), "width = 0: a number from 1 to 4096 is needed");
    let wide = cifar("family = 'densenet'\ndepth = 40\ngrowth = 99999999999");
    assert_eq!(wide, "growth = 99999999999: a number from 1 to 4096 is needed", "no cost may wrap around");
    let concat = cifar("family = 'resnet'\ndepth = 20\nskip = 'concat'");
    assert_eq!(concat, "skip = concat: use family = \"densenet\" or family = \"backbone\"");
    let growing = cifar("family = 'backbone'\ndepth = 22\nskip = 'add'\ngrowth = 4");
    assert_eq!(growing, "growth = 4: only skip = \"concat\" grows; leave it out");
    let theta = cifar("family = 'densenet'\ndepth = 40\ngrowth = 12\ncompression = 1.5");
    assert_eq!(theta, "compression = 1.5: it must lie in (0, 1]");
}

#[test]
fn images_too_small_for_the_strides_are_refused() {
    let tiny = Images { size: 2, channels: 1, classes: 10 };
    let message = refused("family = 'densenet'\ndepth = 40\ngrowth = 12", tiny);
    assert!(message.contains("transition2") && message.contains("larger images"), "{message}");
    let none = Images { size: 0, channels: 1, classes: 10 };
    assert_eq!(refused("family = 'resnet'\ndepth = 20", none), "size = 0: a number from 1 to 4096 is needed");
}
