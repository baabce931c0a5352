//! The tensors of a pickle under the dotted names of the dictionaries, lists and objects that lead to them.

use std::collections::HashSet;

use anyhow::{Result, ensure};

use super::value::{Id, Object, Tensor, Value, Values};

/// Deepest place of a tensor.
const DEEPEST: usize = 64;
/// Longest part of a name.
const LONGEST: usize = 1024;
/// Most tensors, and most bytes of all their names.
const MOST: usize = 1_000_000;
const MOST_BYTES: usize = 1 << 28;

/// Where a module of PyTorch keeps its tensors and modules: parts of no name in its `state_dict`.
const OF_MODULES: [&str; 3] = ["_parameters", "_buffers", "_modules"];

/// In the order of the file. What is reached twice is named where it was reached first, tensors alone wherever they
/// are.
pub(super) fn flatten(values: &Values, root: Id) -> Result<Vec<(String, Tensor)>> {
    let mut walk =
        Walk { values, seen: HashSet::new(), found: Vec::new(), bytes: 0, open: vec![(root, String::new(), 0)] };
    while let Some((id, name, depth)) = walk.open.pop() {
        walk.visit(id, name, depth)?;
    }
    let unnamed = if walk.found.is_empty() { values.tensors() } else { 0 };
    ensure!(
        unnamed == 0,
        "it holds {unnamed} tensors, but under no names: they lie more than {DEEPEST} levels deep, or in objects whose \
         contents only their own code knows; open it in Python and save the state_dict of the network alone"
    );
    Ok(walk.found)
}

struct Walk<'a> {
    values: &'a Values,
    seen: HashSet<Id>,
    found: Vec<(String, Tensor)>,
    bytes: usize,
    open: Vec<(Id, String, usize)>,
}

impl Walk<'_> {
    fn visit(&mut self, id: Id, name: String, depth: usize) -> Result<()> {
        let values = self.values;
        if let Value::Tensor(tensor) = values.get(id) {
            self.bytes += name.len();
            ensure!(self.found.len() < MOST && self.bytes < MOST_BYTES, "it names more tensors than any network has");
            self.found.push((name, tensor.clone()));
            return Ok(());
        }
        if depth > DEEPEST || !self.seen.insert(id) {
            return Ok(());
        }
        match values.get(id) {
            Value::Map(items) => self.enter(items, &name, depth, false),
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate().rev() {
                    self.open(*item, &name, &index.to_string(), depth);
                }
            }
            Value::Object(object) => self.enter_object(object, &name, depth),
            _ => {}
        }
        Ok(())
    }

    fn enter_object(&mut self, object: &Object, name: &str, depth: usize) {
        // With `__slots__` a state is a pair of dictionaries, and a class may make any other of its own.
        let state: Vec<Id> = match object.state.map(|state| (state, self.values.get(state))) {
            Some((_, Value::Sequence(parts))) => parts.clone(),
            Some((state, _)) => vec![state],
            None => Vec::new(),
        };
        for (index, part) in state.into_iter().enumerate().rev() {
            match self.values.get(part) {
                Value::Map(items) => self.enter(items, name, depth, true),
                _ => self.open(part, name, &index.to_string(), depth),
            }
        }
        self.enter(&object.items, name, depth, false);
    }

    fn enter(&mut self, items: &[(Id, Id)], name: &str, depth: usize, of_object: bool) {
        for (index, (key, value)) in items.iter().enumerate().rev() {
            match self.values.key(*key).filter(|key| key.len() <= LONGEST) {
                Some(key) if of_object && OF_MODULES.contains(&key.as_str()) => self.open(*value, name, "", depth),
                Some(key) => self.open(*value, name, &key, depth),
                // A key that is no name, such as a pair: what is under it is there all the same.
                None => self.open(*value, name, &format!("[{index}]"), depth),
            }
        }
    }

    /// Only what leads further: numbers and words are most of a pickle.
    fn open(&mut self, id: Id, name: &str, part: &str, depth: usize) {
        if let Value::Tensor(_) | Value::Map(_) | Value::Sequence(_) | Value::Object(_) = self.values.get(id) {
            let name = match (name, part) {
                ("", part) => part.to_owned(),
                (name, "") => name.to_owned(),
                (name, part) => format!("{name}.{part}"),
            };
            self.open.push((id, name, depth + 1));
        }
    }
}
