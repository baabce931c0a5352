//! What a pickle makes: values that refer to each other by number, so that neither depth nor cycles cost stack.

use anyhow::{Result, ensure};

use crate::files::weights::element::Element;

/// The place of a value among all.
pub(super) type Id = usize;

/// The value that stands for everything without meaning here: `None`, floats, flags, what unknown classes make.
pub(super) const NOTHING: Id = 0;

/// Most values of one pickle. That of a large model has some ten thousand.
const MOST: usize = 10_000_000;

/// Longest name of a storage.
const LONGEST_KEY: usize = 256;

/// One value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Nothing,
    Number(i64),
    Text(String),
    /// Tuples, lists and sets.
    Sequence(Vec<Id>),
    Map(Vec<(Id, Id)>),
    Global(Global),
    Storage(Storage),
    Tensor(Tensor),
    Object(Object),
}

/// A class or function by its name. Nothing is ever called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Global {
    pub(super) module: String,
    pub(super) name: String,
}

impl std::fmt::Display for Global {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.module, self.name)
    }
}

/// Numbers that lie in the file under a key, or a part of them.
#[derive(Debug, Clone)]
pub(super) struct Storage {
    pub(super) key: String,
    pub(super) element: Element,
    /// The first number of the part.
    pub(super) first: usize,
}

/// A view of a storage.
#[derive(Debug, Clone)]
pub(super) struct Tensor {
    pub(super) storage: Storage,
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// An instance of a class.
#[derive(Debug, Clone, Default)]
pub(super) struct Object {
    pub(super) class: Option<Global>,
    pub(super) state: Option<Id>,
    /// What a class that extends `dict` holds.
    pub(super) items: Vec<(Id, Id)>,
}

/// All values of a pickle.
pub(super) struct Values(Vec<Value>);

impl Values {
    pub(super) fn new() -> Self {
        Self(vec![Value::Nothing])
    }

    pub(super) fn add(&mut self, value: Value) -> Result<Id> {
        if matches!(value, Value::Nothing) {
            return Ok(NOTHING);
        }
        ensure!(self.0.len() < MOST, "its pickle makes more than {MOST} values");
        self.0.push(value);
        Ok(self.0.len() - 1)
    }

    /// How many of them are tensors.
    pub(super) fn tensors(&self) -> usize {
        self.0.iter().filter(|value| matches!(value, Value::Tensor(_))).count()
    }

    pub(super) fn get(&self, id: Id) -> &Value {
        &self.0[id]
    }

    /// `NOTHING` stays what it is.
    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Value> {
        if id == NOTHING { None } else { self.0.get_mut(id) }
    }

    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self, id: Id) -> Option<usize> {
        match self.get(id) {
            Value::Number(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    pub(super) fn sequence(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// A key: of a dictionary, or the name of a storage.
    pub(super) fn key(&self, id: Id) -> Option<String> {
        match self.get(id) {
            Value::Text(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(super) fn storage_key(&self, id: Id) -> Option<String> {
        match self.get(id) {
            Value::Text(text) if text.len() > LONGEST_KEY => None,
            _ => self.key(id),
        }
    }

    /// Sides or strides.
    pub(super) fn sides(&self, id: Id) -> Option<Vec<usize>> {
        let items = self.sequence(id)?;
        if items.len() > 16 { None } else { items.iter().map(|item| self.number(*item)).collect() }
    }
}
