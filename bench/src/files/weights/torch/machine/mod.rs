//! Runs the machine that a pickle is a program for (Python's `pickletools.py` describes every opcode). It keeps what
//! leads to tensors and lets everything else be [`NOTHING`]. It calls nothing.

mod literal;
mod make;
mod state;

use std::io::Read;

use anyhow::{Context, Result, bail, ensure};

use super::input::Input;
use super::known;
use super::value::{Global, Id, NOTHING, Object, Value, Values};
use state::{EMPTY, Machine};

pub(super) use state::Table;

/// Runs one pickle from its first byte to its end.
///
/// # Errors
/// Returns an error for bytes that are no pickle, and for calls that weights do not need.
pub(super) fn run<R: Read>(input: &mut Input<R>, table: &Table) -> Result<(Values, Id)> {
    let mut machine = Machine::new(input, table);
    while machine.step()? {}
    let result = machine.pop()?;
    Ok((machine.values, result))
}

impl<R: Read> Machine<'_, R> {
    /// Runs one opcode. Returns false at the end.
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

    /// Runs the opcodes of classes.
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

fn pairs(items: &[Id]) -> Vec<(Id, Id)> {
    items.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}
