//! Defines the budgets in which networks are equal: one or several, as suites have them.

use std::fmt;
use std::ops::Deref;

use serde::Deserialize;
use skipbench_models::matching::Budget;

/// Holds budgets, each once; none if nothing is matched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "OneOrMany")]
pub struct Budgets(Vec<Budget>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a budget (\"params\", \"macs\" or \"activations\") or a list of them")]
enum OneOrMany {
    One(Budget),
    Many(Vec<Budget>),
}

impl TryFrom<OneOrMany> for Budgets {
    type Error = String;

    fn try_from(given: OneOrMany) -> Result<Self, String> {
        let budgets = match given {
            OneOrMany::One(budget) => vec![budget],
            OneOrMany::Many(budgets) => budgets,
        };
        if budgets.is_empty() {
            return Err("budget = []: at least one is needed: params, macs or activations".to_owned());
        }
        match super::error::repeated(&budgets) {
            Some(budget) => Err(format!("budget: \"{budget}\" is listed twice")),
            None => Ok(Self(budgets)),
        }
    }
}

impl From<Budget> for Budgets {
    fn from(budget: Budget) -> Self {
        Self(vec![budget])
    }
}

impl Deref for Budgets {
    type Target = [Budget];

    fn deref(&self) -> &[Budget] {
        &self.0
    }
}

/// Formats `params and macs`.
impl fmt::Display for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iter().map(|budget| budget.word()).collect::<Vec<_>>().join(" and "))
    }
}
