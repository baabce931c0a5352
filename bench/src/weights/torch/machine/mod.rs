//! The machine that a pickle is a program for (Python's `pickletools.py` describes every opcode). It keeps what leads
//! to tensors and lets everything else be [`NOTHING`]; it calls nothing.

mod make;

use std::collections::HashMap;
use std::io::Read;

use anyhow::{Context, Result, bail, ensure};

use super::input::Input;
use super::known;
use super::value::{Global, Id, NOTHING, Object, Value, Values};

/// What a persistent name stands for, where the file has a table of them.
pub(super) type Table = HashMap<String, Value>;

/// Longest bytes or text that can be a name; longer ones have no meaning here.
const LONGEST_TEXT: u64 = 1024;

/// Runs one pickle from its first byte to its end.
///
/// # Errors
/// Bytes that are no pickle, and calls of what weights have no need of.
pub(super) fn run<R: Read>(input: &mut Input<R>, table: &Table) -> Result<(Values, Id)> {
    let mut machine = Machine {
        input,
        table,
        values: Values::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        next: 0,
    };
    while machine.step()? {}
    let result = machine.pop()?;
    Ok((machine.values, result))
}

struct Machine<'a, R> {
    input: &'a mut Input<R>,
    table: &'a Table,
    values: Values,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    /// The number under which the next value without one is remembered.
    next: u32,
}

impl<R: Read> Machine<'_, R> {
    /// One opcode; false at the end.
    fn step(&mut self) -> Result<bool> {
        let opcode = self.input.byte()?;
        match opcode {
            b'.' => return Ok(false),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.stack.pop()),
            b'1' => drop(self.popped()?),
            b'2' => self.push(*self.stack.last().context(EMPTY)?)?,
            b'N' | 0x88 | 0x89 => self.push(NOTHING)?,
            b'R' => self.reduce()?,
            b'b' => self.build()?,
            b'Q' => {
                let name = self.pop()?;
                self.persistent(name)?;
            }
            b'P' => {
                let name = self.input.line()?;
                let name = self.values.add(Value::Text(name))?;
                self.persistent(name)?;
            }
            _ => return self.step_of(opcode),
        }
        Ok(true)
    }

    fn step_of(&mut self, opcode: u8) -> Result<bool> {
        match opcode {
            0x80 => drop(self.input.byte()?),
            0x95 => drop(self.input.array::<8>()?),
            b'J' | b'K' | b'M' | b'I' | b'L' | 0x8A | 0x8B => self.integer(opcode)?,
            b'G' | b'F' => self.float(opcode)?,
            b'S' | b'V' | b'T' | b'U' | b'X' | 0x8C | 0x8D => self.text(opcode)?,
            b'B' | b'C' | 0x8E | 0x96 | 0x97 => self.octets(opcode)?,
            b'c' | 0x93 => self.global(opcode)?,
            b'g' | b'h' | b'j' | b'p' | b'q' | b'r' | 0x94 => self.remember(opcode)?,
            b'i' | b'o' | 0x81 | 0x92 => self.instance(opcode)?,
            b')' | b']' | b'}' | 0x8F => self.empty(opcode)?,
            b't' | b'l' | b'd' | 0x85..=0x87 | 0x91 => self.gather(opcode)?,
            b'a' | b'e' | 0x90 | b's' | b'u' => self.fill(opcode)?,
            // Buffers beside the pickle are read-only or not: the same here.
            0x98 => {}
            _ => bail!("it is no pickle: byte {opcode:#04x} at {}", self.input.position() - 1),
        }
        Ok(true)
    }

    fn push(&mut self, id: Id) -> Result<()> {
        ensure!(self.stack.len() < 10_000_000, "its pickle needs a stack of more than 10,000,000 values");
        self.stack.push(id);
        Ok(())
    }

    fn add(&mut self, value: Value) -> Result<()> {
        let id = self.values.add(value)?;
        self.push(id)
    }

    fn pop(&mut self) -> Result<Id> {
        let bottom = self.marks.last().copied().unwrap_or(0);
        ensure!(self.stack.len() > bottom, EMPTY);
        self.stack.pop().context(EMPTY)
    }

    /// What lies above the last mark.
    fn popped(&mut self) -> Result<Vec<Id>> {
        let mark = self.marks.pop().context("a pickle without the mark that it goes back to")?;
        ensure!(mark <= self.stack.len(), EMPTY);
        Ok(self.stack.split_off(mark))
    }

    fn integer(&mut self, opcode: u8) -> Result<()> {
        let number = match opcode {
            b'J' => i64::from(i32::from_le_bytes(self.input.array()?)),
            b'K' => i64::from(self.input.byte()?),
            b'M' => i64::from(u16::from_le_bytes(self.input.array()?)),
            0x8A | 0x8B => {
                let length = match opcode {
                    0x8A => u64::from(self.input.byte()?),
                    _ => u64::from(u32::from_le_bytes(self.input.array()?)),
                };
                match small(&self.input.bytes(length)?) {
                    Some(number) => number,
                    None => return self.push(NOTHING),
                }
            }
            _ => match self.input.line()?.trim_end_matches('L').parse() {
                Ok(number) => number,
                Err(_) => return self.push(NOTHING),
            },
        };
        self.add(Value::Number(number))
    }

    fn float(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            b'G' => drop(self.input.array::<8>()?),
            _ => drop(self.input.line()?),
        }
        self.push(NOTHING)
    }

    fn text(&mut self, opcode: u8) -> Result<()> {
        let length = match opcode {
            b'S' | b'V' => {
                let line = self.input.line()?;
                let quoted = |quote| line.strip_prefix(quote)?.strip_suffix(quote);
                let text = quoted('\'').or_else(|| quoted('"')).unwrap_or(&line).to_owned();
                return self.add(Value::Text(text));
            }
            b'U' | 0x8C => u64::from(self.input.byte()?),
            b'T' | b'X' => u64::from(u32::from_le_bytes(self.input.array()?)),
            _ => self.input.length()?,
        };
        self.sized_text(length)
    }

    /// Names are short; what is longer has no meaning here.
    fn sized_text(&mut self, length: u64) -> Result<()> {
        if length > LONGEST_TEXT {
            self.input.skip(length)?;
            return self.push(NOTHING);
        }
        let bytes = self.input.bytes(length)?;
        self.add(Value::Text(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn octets(&mut self, opcode: u8) -> Result<()> {
        let length = match opcode {
            b'C' => u64::from(self.input.byte()?),
            b'B' => u64::from(u32::from_le_bytes(self.input.array()?)),
            0x97 => bail!("its pickle keeps bytes outside of itself"),
            _ => self.input.length()?,
        };
        self.input.skip(length)?;
        self.push(NOTHING)
    }

    fn global(&mut self, opcode: u8) -> Result<()> {
        let (module, name) = match opcode {
            b'c' => (self.input.line()?, self.input.line()?),
            _ => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |id| self.values.text(id).map(str::to_owned).context("a name in the pickle is no text");
                (text(module)?, text(name)?)
            }
        };
        let global = Global { module, name };
        ensure!(global.module.len() + global.name.len() <= 1024, "a name of more than 1,024 bytes in its pickle");
        known::check_named(&global)?;
        self.add(Value::Global(global))
    }

    fn remember(&mut self, opcode: u8) -> Result<()> {
        let number = match opcode {
            b'g' | b'p' => self.input.line()?.trim().parse().context("its pickle remembers under no number")?,
            b'h' | b'q' => u32::from(self.input.byte()?),
            b'j' | b'r' => u32::from_le_bytes(self.input.array()?),
            _ => self.next,
        };
        if let b'g' | b'h' | b'j' = opcode {
            let id = *self.memo.get(&number).context("its pickle asks for what it has not made")?;
            return self.push(id);
        }
        self.memo.insert(number, *self.stack.last().context(EMPTY)?);
        self.next = self.next.max(number.saturating_add(1));
        Ok(())
    }

    fn empty(&mut self, opcode: u8) -> Result<()> {
        self.add(if opcode == b'}' { Value::Map(Vec::new()) } else { Value::Sequence(Vec::new()) })
    }

    fn gather(&mut self, opcode: u8) -> Result<()> {
        let items = match opcode {
            0x85..=0x87 => {
                let count = usize::from(opcode - 0x84);
                let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>>>()?;
                items.reverse();
                items
            }
            _ => self.popped()?,
        };
        self.add(if opcode == b'd' { Value::Map(pairs(&items)) } else { Value::Sequence(items) })
    }

    fn fill(&mut self, opcode: u8) -> Result<()> {
        let items = match opcode {
            b'a' => vec![self.pop()?],
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                vec![key, value]
            }
            _ => self.popped()?,
        };
        let target = *self.stack.last().context(EMPTY)?;
        match self.values.get_mut(target) {
            Some(Value::Sequence(list)) => list.extend(items),
            Some(Value::Map(map)) => map.extend(pairs(&items)),
            Some(Value::Object(object)) if matches!(opcode, b's' | b'u') => object.items.extend(pairs(&items)),
            _ => {}
        }
        Ok(())
    }

    /// The classes' own opcodes.
    fn instance(&mut self, opcode: u8) -> Result<()> {
        let class = match opcode {
            b'i' => {
                let global = Global { module: self.input.line()?, name: self.input.line()? };
                self.popped()?;
                self.values.add(Value::Global(global))?
            }
            b'o' => *self.popped()?.first().context(EMPTY)?,
            _ => {
                let arguments = if opcode == 0x92 { 2 } else { 1 };
                (0..arguments).try_for_each(|_| self.pop().map(drop))?;
                self.pop()?
            }
        };
        if let (b'i' | b'o', Value::Global(global)) = (opcode, self.values.get(class)) {
            // These two call whatever they are given.
            known::call(global)?;
        }
        let object = self.object_of(class);
        self.add(object)
    }

    fn object_of(&self, class: Id) -> Value {
        match self.values.get(class) {
            Value::Global(global) if global.name == "OrderedDict" || global.name == "dict" => Value::Map(Vec::new()),
            Value::Global(global) => Value::Object(Object { class: Some(global.clone()), ..Object::default() }),
            _ => Value::Object(Object::default()),
        }
    }
}

const EMPTY: &str = "a pickle that takes more from its stack than is there";

fn pairs(items: &[Id]) -> Vec<(Id, Id)> {
    items.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// An integer in two's complement of as many bytes as it needs, if it is of 64 bits at most.
fn small(bytes: &[u8]) -> Option<i64> {
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut padded = [if negative { 0xFF } else { 0 }; 8];
    padded.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(padded))
}
