//! Implements the opcodes that make tensors: from calls that rebuild them, from the states of their classes, and from
//! named storages.

use std::io::Read;

use anyhow::{Context, Result};

use super::super::known::{self, Call};
use super::super::value::{Id, NOTHING, Object, Storage, Tensor, Value};
use super::state::{EMPTY, Machine};
use crate::files::weights::element::{Element, SPARSE};
use crate::files::weights::tensor::contiguous;

/// Largest number of arguments of a call that are examined.
const ARGUMENTS: usize = 16;

impl<R: Read> Machine<'_, R> {
    pub(super) fn reduce(&mut self) -> Result<()> {
        let (arguments, callee) = (self.pop()?, self.pop()?);
        let arguments = self.values.sequence(arguments).unwrap_or_default();
        // Arguments are few; more would be copied for every call.
        let arguments = arguments[..arguments.len().min(ARGUMENTS)].to_vec();
        let id = self.called(callee, &arguments, true)?;
        self.push(id)
    }

    fn called(&mut self, callee: Id, arguments: &[Id], nested: bool) -> Result<Id> {
        // What an object without meaning makes has none.
        let Value::Global(global) = self.values.get(callee) else { return Ok(NOTHING) };
        let argument = |index: usize| arguments.get(index).copied().unwrap_or(NOTHING);
        let call = known::call(global)?;
        let value = match call {
            Call::Tensor => self.tensor(arguments, None),
            Call::TypedTensor => self.tensor(arguments, Some(argument(6))),
            Call::Unread(what, sides) => self.unread(what, argument(sides)),
            Call::Sparse => {
                let sides = self.values.sequence(argument(1)).and_then(|parts| parts.get(2).copied());
                sides.and_then(|sides| self.unread(SPARSE, sides))
            }
            Call::First if arguments.is_empty() => Some(self.object_of(callee)),
            Call::First => return Ok(argument(0)),
            Call::Nested if nested => {
                let within = self.values.sequence(argument(2)).unwrap_or_default();
                let within = within[..within.len().min(ARGUMENTS)].to_vec();
                return self.called(argument(0), &within, false);
            }
            Call::Map => return self.map(argument(0)),
            Call::Instance => Some(self.object_of(callee)),
            Call::InstanceOfFirst => Some(self.object_of(argument(0))),
            Call::Nested | Call::Nothing => None,
        };
        self.values.add(value.unwrap_or(Value::Nothing))
    }

    /// Makes a dictionary from another, or from pairs.
    fn map(&mut self, from: Id) -> Result<Id> {
        let pair = |item: &Id| match self.values.sequence(*item) {
            Some([key, value]) => Some((*key, *value)),
            _ => None,
        };
        let pairs = match self.values.get(from) {
            Value::Map(_) => return Ok(from),
            Value::Sequence(items) => items.iter().filter_map(pair).collect(),
            _ => Vec::new(),
        };
        // The list is used up: to make a second dictionary of it would cost its length again.
        if let Some(Value::Sequence(items)) = self.values.get_mut(from) {
            items.clear();
        }
        self.values.add(Value::Map(pairs))
    }

    /// Makes a tensor from `(storage, offset, sides, strides, …)`.
    fn tensor(&self, arguments: &[Id], kind: Option<Id>) -> Option<Value> {
        let [storage, offset, shape, strides, ..] = *arguments else { return None };
        let Value::Storage(storage) = self.values.get(storage) else { return None };
        let mut storage = storage.clone();
        if let Some(kind) = kind {
            let Value::Global(kind) = self.values.get(kind) else { return None };
            storage.element = Element::of_torch(&kind.name);
        }
        let (shape, strides) = (self.values.sides(shape)?, self.values.sides(strides)?);
        let fits = shape.len() == strides.len();
        fits.then_some(Value::Tensor(Tensor { storage, offset: self.values.number(offset)?, shape, strides }))
    }

    /// Makes a tensor that is present but whose numbers are not read. It is then not called missing.
    fn unread(&self, what: &'static str, sides: Id) -> Option<Value> {
        let shape = self.values.sides(sides)?;
        let storage = Storage { key: String::new(), element: Element::Other(what, 0), first: 0 };
        Some(Value::Tensor(Tensor { storage, offset: 0, strides: contiguous(&shape), shape }))
    }

    /// Sets the state of an object; for a tensor's class, what it is a tensor of.
    pub(super) fn build(&mut self) -> Result<()> {
        let state = self.pop()?;
        let target = *self.stack.last().context(EMPTY)?;
        let tensor = match self.values.get(target) {
            Value::Object(Object { class: Some(class), .. }) if known::is_tensor_class(class) => self.tensor_in(state),
            _ => None,
        };
        match (self.values.get_mut(target), tensor) {
            (Some(value), Some(tensor)) => *value = tensor,
            (Some(Value::Object(object)), None) => object.state = Some(state),
            _ => {}
        }
        Ok(())
    }

    /// Returns the tensor in a state. A parameter's state begins with its tensor, and an early tensor's is (storage,
    /// offset, sides, strides).
    fn tensor_in(&self, state: Id) -> Option<Value> {
        let state = self.values.sequence(state)?;
        match self.values.get(*state.first()?) {
            tensor @ Value::Tensor(_) => Some(tensor.clone()),
            _ => self.tensor(state, None),
        }
    }

    /// Resolves `("storage", class, key, place, count[, (view, first, count)])`, or a name in the file's table.
    pub(super) fn persistent(&mut self, name: Id) -> Result<()> {
        let value = match self.values.sequence(name) {
            Some([word, rest @ ..]) => match (self.values.text(*word), rest) {
                (Some("storage"), [class, key, _, _, view @ ..]) => self.storage(*class, *key, view.first().copied()),
                (Some("module"), [class, ..]) => Some(self.values.get(*class).clone()),
                _ => match self.values.get(*word) {
                    class @ Value::Global(_) => Some(class.clone()),
                    _ => None,
                },
            },
            _ => self.values.storage_key(name).and_then(|key| self.table.get(&key).cloned()),
        };
        self.add(value.unwrap_or(Value::Nothing))
    }

    fn storage(&self, class: Id, key: Id, view: Option<Id>) -> Option<Value> {
        let Value::Global(class) = self.values.get(class) else { return None };
        let first = match view.and_then(|view| self.values.sequence(view)) {
            Some([_, first, ..]) => self.values.number(*first)?,
            _ => 0,
        };
        let (key, element) = (self.values.storage_key(key)?, Element::of_storage(&class.name));
        Some(Value::Storage(Storage { key, element, first }))
    }
}
