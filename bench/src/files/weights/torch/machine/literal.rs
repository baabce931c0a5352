//! Implements the opcodes of numbers, text and bytes.

use std::io::Read;

use anyhow::{Result, bail};

use super::super::value::{NOTHING, Value};
use super::state::Machine;

/// Longest bytes or text that can be a name; longer ones have no meaning here.
const LONGEST_TEXT: u64 = 1024;

impl<R: Read> Machine<'_, R> {
    pub(super) fn integer(&mut self, opcode: u8) -> Result<()> {
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

    pub(super) fn float(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            b'G' => drop(self.input.array::<8>()?),
            _ => drop(self.input.line()?),
        }
        self.push(NOTHING)
    }

    pub(super) fn text(&mut self, opcode: u8) -> Result<()> {
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

    /// Reads text of a known length. Names are short; longer text has no meaning here.
    fn sized_text(&mut self, length: u64) -> Result<()> {
        if length > LONGEST_TEXT {
            self.input.skip(length)?;
            return self.push(NOTHING);
        }
        let bytes = self.input.bytes(length)?;
        self.add(Value::Text(String::from_utf8_lossy(&bytes).into_owned()))
    }

    pub(super) fn octets(&mut self, opcode: u8) -> Result<()> {
        let length = match opcode {
            b'C' => u64::from(self.input.byte()?),
            b'B' => u64::from(u32::from_le_bytes(self.input.array()?)),
            0x97 => bail!("its pickle keeps bytes outside of itself"),
            _ => self.input.length()?,
        };
        self.input.skip(length)?;
        self.push(NOTHING)
    }
}

/// Reads an integer in two's complement of any length, if it fits 64 bits.
fn small(bytes: &[u8]) -> Option<i64> {
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut padded = [if negative { 0xFF } else { 0 }; 8];
    padded.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(padded))
}
