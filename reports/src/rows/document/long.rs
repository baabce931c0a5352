//! Documents of which one key holds a long list, such as the cells of a plan. The text and the seal are those of any other
//! document, but only one item is held as text at a time.

use std::io::{self, BufReader, Read, Write};

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{DocumentError, seal, short};

/// A document that was read.
#[derive(Debug)]
pub struct Long<H, T> {
    /// All but the list, which is empty in it.
    pub head: H,
    /// The list.
    pub list: Vec<T>,
    /// Whether it has a seal, which then holds.
    pub sealed: bool,
}

/// Writes `head`, an object whose key `name` is an empty list, with `list` in the place of that, and the seal.
///
/// # Errors
/// If `head` is no such object, or nothing can be written.
pub fn write<T: Serialize>(
    out: &mut dyn Write,
    head: &impl Serialize,
    name: &str,
    list: &[T],
) -> Result<(), DocumentError> {
    let text = serde_json::to_string_pretty(head)?;
    let (before, after) = text.split_once(&format!("\n  \"{name}\": []")).ok_or(DocumentError::NoObject)?;
    let after = after.strip_suffix("\n}").ok_or(DocumentError::NoObject)?;
    let mut hash = Hash::new(&serde_json::from_str(&text)?, name);
    write!(out, "{before}\n  \"{name}\": [")?;
    for (index, item) in list.iter().enumerate() {
        let item = serde_json::to_string_pretty(item)?;
        // Of the text and not of the item: what is read is text, too.
        hash.item(&serde_json::from_str(&item)?);
        write!(out, "{}\n    {}", if index > 0 { "," } else { "" }, item.replace('\n', "\n    "))?;
    }
    let close = if list.is_empty() { "]" } else { "\n  ]" };
    Ok(write!(out, "{close}{after},\n  \"{}\": \"{}\"\n}}\n", seal::COLUMN, hash.end())?)
}

/// Reads a document whose key `name` holds a list; `open` gives its text, from its beginning each time.
///
/// # Errors
/// If it is no JSON object of that kind, or its seal does not hold.
pub fn read<H: DeserializeOwned, T: DeserializeOwned, R: Read>(
    open: impl Fn() -> io::Result<R>,
    name: &str,
) -> Result<Long<H, T>, DocumentError> {
    let mut head = object(open()?, Head { name })?;
    let found = head.remove(seal::COLUMN);
    let (mut hash, mut list) = (Hash::new(&head, name), Vec::new());
    object(open()?, Items { name, hash: &mut hash, list: &mut list })?;
    let sealed = match found {
        None => false,
        Some(found) if found == hash.end().as_str() => true,
        Some(_) => return Err(DocumentError::Edited),
    };
    Ok(Long { head: serde_json::from_value(Value::Object(head))?, list, sealed })
}

/// Reads the text to its end.
fn object<S: for<'de> DeserializeSeed<'de, Value = V>, V>(text: impl Read, seed: S) -> Result<V, DocumentError> {
    let mut deserializer = serde_json::Deserializer::from_reader(BufReader::new(text));
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The digest of a document as it is computed: its keys in alphabetical order, without white space.
struct Hash {
    hash: Sha256,
    /// What stands behind the list.
    after: String,
    first: bool,
}

impl Hash {
    fn new(head: &Map<String, Value>, name: &str) -> Self {
        let (mut before, mut after) = (String::from("{"), String::from("]"));
        for (key, value) in head.iter().filter(|(key, _)| *key != name) {
            let entry = format!("{}:{value}", Value::from(key.as_str()));
            if key.as_str() < name {
                before.push_str(&(entry + ","))
            } else {
                after.push_str(&(",".to_owned() + &entry))
            }
        }
        before.push_str(&format!("{}:[", Value::from(name)));
        after.push('}');
        Self { hash: Sha256::new_with_prefix(before), after, first: true }
    }

    fn item(&mut self, item: &Value) {
        let comma = if std::mem::take(&mut self.first) { "" } else { "," };
        self.hash.update(format!("{comma}{item}"));
    }

    fn end(self) -> String {
        short(self.hash.chain_update(self.after))
    }
}

/// Reads all but the list, in whose place an empty one is put.
struct Head<'a> {
    name: &'a str,
}

impl<'de> DeserializeSeed<'de> for Head<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Head<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of keys and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut head = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = if key == self.name {
                map.next_value::<IgnoredAny>()?;
                Value::Array(Vec::new())
            } else {
                map.next_value()?
            };
            if head.insert(key, value).is_some() {
                return Err(A::Error::custom("a key is there twice"));
            }
        }
        Ok(head)
    }
}

/// Reads the list alone, item by item.
struct Items<'a, T> {
    name: &'a str,
    hash: &'a mut Hash,
    list: &'a mut Vec<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Items<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Items<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an object whose key {} is a list", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { name, hash, list } = self;
        while let Some(key) = map.next_key::<String>()? {
            if key == name {
                map.next_value_seed(Items { name, hash: &mut *hash, list: &mut *list })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<Value>()? {
            self.hash.item(&item);
            self.list.push(serde_json::from_value(item).map_err(A::Error::custom)?);
        }
        Ok(())
    }
}
