//! Defines a member of a group: one model as it is measured there, and its variants along a sweep.

use skipbench_models::{Images, ModelSpec, catalog};

use crate::cell::SweepPoint;
use crate::cell::recipe::Recipe;
use crate::suite::{SweepKeys, explain};

/// One model of a group as it is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name of the model.
    pub model: String,
    /// Specification of the model.
    pub spec: ModelSpec,
    /// Recipe of the model: that of every other member, except for the batch size in a sweep over batches.
    pub recipe: Recipe,
    /// Side of its images in pixels, in a sweep over image sizes.
    pub image_size: Option<usize>,
    /// Point of a sweep that it is.
    pub point: Option<SweepPoint>,
}

impl Member {
    /// Creates a member that is no point of a sweep.
    pub fn new(model: String, spec: ModelSpec, recipe: Recipe) -> Self {
        Self { model, spec, recipe, image_size: None, point: None }
    }

    /// Returns this member at every value of `sweep`.
    ///
    /// # Errors
    /// Returns an error for a value that it cannot have.
    pub fn along(&self, sweep: &SweepKeys, images: Images) -> Result<Vec<Member>, String> {
        sweep.values.iter().map(|value| self.at(&sweep.over, *value, images)).collect()
    }

    fn at(&self, over: &str, value: u64, images: Images) -> Result<Member, String> {
        let here = |error: String| format!("sweep: {} with {over} = {value}: {error}", self.model);
        let number = usize::try_from(value).map_err(|error| here(error.to_string()))?;
        let mut point = self.clone();
        point.point = Some(SweepPoint { over: over.to_owned(), line: self.model.clone(), value });
        match over {
            "batch" => {
                point.recipe.batch = number;
                point.recipe.check().map_err(|error| here(error.to_string()))?;
            }
            "image_size" => point.image_size = Some(number),
            key => point.spec = with_key(&self.spec, key, value).map_err(here)?,
        }
        let images = Images { size: point.image_size.unwrap_or(images.size), ..images };
        point.spec.cost(images).map_err(|error| here(error.to_string()))?;
        point.model = catalog::name(&point.spec);
        Ok(point)
    }
}

/// Returns `spec` with another value of one key.
fn with_key(spec: &ModelSpec, key: &str, value: u64) -> Result<ModelSpec, String> {
    let mut json = serde_json::to_value(spec).expect("a spec is plain data, which always serializes");
    json[key] = value.into();
    serde_json::from_value(json).map_err(|error| explain(&error.to_string()))
}
