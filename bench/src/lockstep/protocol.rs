//! The lines that pass between the driver and a program (PROTOCOL.md), as seen by the driver.

use std::fmt;

/// First line of both sides.
pub const HELLO: &str = "hello skipbench-steps 1";

/// Steps that one turn may have at most, so that an answer stays a line of some kilobytes.
pub(crate) const MOST_STEPS: u32 = 1000;

/// What the driver says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Which protocol it speaks.
    Hello,
    /// Do so many steps, one after the other.
    Step(u32),
    /// End.
    Quit,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Hello => write!(f, "{HELLO}"),
            Request::Step(count) => write!(f, "step {count}"),
            Request::Quit => write!(f, "quit"),
        }
    }
}

/// What a program says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It speaks this protocol.
    Hello,
    /// What it is called.
    Name(String),
    /// What a step works through.
    Units(u64, String),
    /// What else should be recorded.
    Fact(String, String),
    /// It waits for its first turn.
    Ready,
    /// What each step took, in nanoseconds.
    Times(Vec<u64>),
    /// It cannot go on.
    Error(String),
}

impl Answer {
    /// Reads a line; `None` if it is not of the protocol.
    pub fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "hello" if line == HELLO => Some(Answer::Hello),
            "name" if !rest.is_empty() => Some(Answer::Name(rest.to_owned())),
            "units" => {
                let (count, unit) = rest.split_once(' ')?;
                let count = number(count).filter(|count| *count > 0)?;
                (!unit.is_empty()).then(|| Answer::Units(count, unit.to_owned()))
            }
            "fact" => {
                let (key, value) = rest.split_once(' ')?;
                Some(Answer::Fact(key.to_owned(), value.to_owned()))
            }
            "ready" if rest.is_empty() => Some(Answer::Ready),
            "ns" => Some(Answer::Times(rest.split(' ').map(number).collect::<Option<_>>()?)),
            "error" if rest.is_empty() => Some(Answer::Error("gave an error without a word".to_owned())),
            "error" => Some(Answer::Error(rest.to_owned())),
            _ => None,
        }
    }
}

/// A number as the protocol has it: digits and nothing else, which programs in other languages read alike.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// What a program said of itself before its first turn.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Introduction {
    /// What it is called.
    pub name: String,
    /// What a step works through, if it said so.
    pub units: Option<(u64, String)>,
    /// What else should be recorded.
    pub facts: Vec<(String, String)>,
}

/// Collects an introduction, answer by answer.
#[derive(Debug, Default)]
pub struct Greeting {
    greeted: bool,
    lines: usize,
    introduction: Introduction,
}

/// Most lines of an introduction.
const MOST_LINES: usize = 1000;

impl Greeting {
    /// Takes the next answer. Gives the introduction once it is complete, or why it is refused.
    ///
    /// # Errors
    /// An answer that does not belong here.
    pub fn take(&mut self, answer: Answer) -> Result<Option<Introduction>, String> {
        self.lines += 1;
        if self.lines > MOST_LINES {
            return Err(format!("its introduction has more than {MOST_LINES} lines; \"ready\" ends it"));
        }
        let introduction = &mut self.introduction;
        match (answer, self.greeted) {
            (Answer::Hello, false) => self.greeted = true,
            (Answer::Error(error), _) => return Err(error),
            (_, false) => return Err(format!("its first line must be \"{HELLO}\"")),
            (Answer::Name(name), true) => introduction.name = name,
            (Answer::Units(count, unit), true) => introduction.units = Some((count, unit)),
            (Answer::Fact(key, value), true) => introduction.facts.push((key, value)),
            (Answer::Ready, true) => return Ok(Some(std::mem::take(introduction))),
            (Answer::Hello, true) => return Err("it said hello twice".to_owned()),
            (Answer::Times(_), true) => return Err("it gave times before it was ready".to_owned()),
        }
        Ok(None)
    }
}
