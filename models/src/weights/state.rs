//! Holds the state of a network: its parameters and running statistics by name, to be read, compared and set.
//!
//! A name is the path of fields that leads to a tensor, such as `blocks.3.branch.convs.0.weight`. It does not show
//! which variant of an enum a network is.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};

use super::fit::{Fit, fit};

/// Named tensors in the order of the network's fields, all in f32.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State(Vec<(String, TensorData)>);

impl State {
    /// Reads every parameter and running statistic of `model`. Statistics of the last training step are only in what
    /// `Module::valid` returns.
    pub fn of<M: Module>(model: &M) -> Self {
        let mut collect = Collect::default();
        model.visit(&mut collect);
        collect.state
    }

    /// Reads the gradient of every parameter of `model` that has one.
    pub fn gradients<M: Module>(model: &M, gradients: &GradientsParams) -> Self {
        let mut collect = Collect { gradients: Some(gradients), ..Collect::default() };
        model.visit(&mut collect);
        collect.state
    }

    /// Returns the tensor with that name.
    pub fn get(&self, name: &str) -> Option<&TensorData> {
        self.iter().find(|(other, _)| *other == name).map(|(_, data)| data)
    }

    /// Iterates over names and tensors in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &TensorData)> {
        self.0.iter().map(|(name, data)| (name.as_str(), data))
    }

    /// Returns the number of tensors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns `model` with these tensors in place of its own.
    ///
    /// # Errors
    /// Returns every tensor that is missing, unknown to `model` or of another shape.
    pub fn load_into<M: Module>(&self, model: M) -> Result<M, Vec<Fit>> {
        let misfits: Vec<Fit> =
            fit(State::of(&model).iter(), self.iter()).into_iter().filter(|fit| !fit.fits()).collect();
        if !misfits.is_empty() {
            return Err(misfits);
        }
        Ok(model.map(&mut Set { path: Path::default(), tensors: self.iter().collect() }))
    }
}

impl FromIterator<(String, TensorData)> for State {
    fn from_iter<I: IntoIterator<Item = (String, TensorData)>>(tensors: I) -> Self {
        Self(tensors.into_iter().map(|(name, data)| (name, data.convert::<f32>())).collect())
    }
}

impl IntoIterator for State {
    type Item = (String, TensorData);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Tracks where in a module a traversal is.
#[derive(Default)]
struct Path(Vec<String>);

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.push(name.to_owned());
        }
    }

    fn exit(&mut self, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.pop();
        }
    }

    fn name(&self) -> String {
        self.0.join(".")
    }
}

#[derive(Default)]
struct Collect<'a> {
    path: Path,
    gradients: Option<&'a GradientsParams>,
    state: State,
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = match self.gradients {
            Some(gradients) => gradients.get::<D>(param.id),
            None => Some(param.val()),
        };
        if let Some(tensor) = tensor {
            self.state.0.push((self.path.name(), tensor.into_data().convert::<f32>()));
        }
    }
}

struct Set<'a> {
    path: Path,
    tensors: BTreeMap<&'a str, &'a TensorData>,
}

impl ModuleMapper for Set<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(data) = self.tensors.get(self.path.name().as_str()) else { return param };
        param.map(|old| Tensor::from_data((*data).clone(), &old.device()).set_require_grad(old.is_require_grad()))
    }
}
