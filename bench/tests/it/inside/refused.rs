//! What a network cannot serve, or a data set cannot teach.

use skipbench::internals::suite::Suite;
use skipbench::internals::suite::resolve;
use skipbench_models::Images;

use super::super::TINY;

fn refused(from: &str, to: &str) -> String {
    assert!(TINY.contains(from), "{from}");
    let suite = Suite::parse("mine.toml", &TINY.replace(from, to)).map_err(|error| error.to_string());
    match suite {
        Ok(suite) => resolve(&suite, Images::DIGITS).expect_err("it cannot be done").to_string(),
        Err(error) => error,
    }
}

#[test]
fn a_task_that_a_network_cannot_serve_is_refused_with_group_task_and_model() {
    let tokens = refused("\"train\"", "\"tokens\"");
    let words = ["mine.toml", "group \"pair\"", "\"tokens\"", "`resnet8-w4`", "family = \"vit\""];
    assert!(words.iter().all(|word| tokens.contains(word)), "{tokens}");
    let identity = refused("\"train\"", "\"identity\"");
    assert!(identity.contains("\"identity\"") && identity.contains("family = \"backbone\""), "{identity}");
    let concat = TINY.replace("\"resnet8-w4\"", "\"backbone-concat-10-w4\"").replace("\"plain8-w4\"", "");
    let suite = Suite::parse("mine.toml", &concat.replace("\"train\"", "\"identity\"")).expect("well-formed");
    let concat = resolve(&suite, Images::DIGITS).expect_err("it grows").to_string();
    assert!(concat.contains("more channels") && concat.contains("another skip"), "{concat}");
    for (key, value) in [("precision", "bf16"), ("kernels", "skipbench-bf16")] {
        let suite = TINY.replace("batch = 16", &format!("batch = 16\n{key} = \"{value}\""));
        let suite = Suite::parse("mine.toml", &suite.replace("\"train\"", "\"gradients\"")).expect("well-formed");
        let half = resolve(&suite, Images::DIGITS).expect_err("half precision").to_string();
        assert!(half.contains(&format!("remove recipe.{key}")), "{half}");
    }
    let suite = TINY.replace("\"digits\"", "\"generated\"").replace("\"train\"", "\"reuse\"");
    let generated = Suite::parse("mine.toml", &suite).expect_err("nothing to train on").to_string();
    assert!(generated.contains("nothing to learn") && generated.contains("\"reuse\""), "{generated}");
}
