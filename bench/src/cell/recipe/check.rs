//! Checks which recipes are impossible.

use skipbench_models::Kernels;

use super::{Precision, Recipe, Schedule};

/// Largest value of anything that is counted. It keeps products of two counts below 2⁶⁴.
const MOST: u64 = 1_000_000_000;

/// Names a value that is not possible, and what would be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("recipe.{key} = {value}: {fix}")]
pub struct RecipeError {
    key: &'static str,
    value: String,
    fix: &'static str,
}

impl Recipe {
    /// # Errors
    /// Returns the first impossible value.
    pub fn check(&self) -> Result<(), RecipeError> {
        let counts = [
            ("epochs", self.epochs),
            ("steps", self.steps.unwrap_or(1)),
            ("batch", self.batch as u64),
            ("eval_every", self.eval_every),
            ("timed_steps", self.timed_steps),
            ("timed_ms", self.timed_ms),
            ("warmup_ms", self.warmup_ms),
            ("warmup_max_ms", self.warmup_max_ms),
        ];
        let count = counts.into_iter().find(|(_, value)| !(1..=MOST).contains(value));
        if let Some((key, value)) = count {
            return Err(RecipeError { key, value: value.to_string(), fix: "a number from 1 to a billion is needed" });
        }
        if self.warmup_ms > self.warmup_max_ms {
            let fix = "no more than warmup_max_ms is needed";
            return Err(RecipeError { key: "warmup_ms", value: self.warmup_ms.to_string(), fix });
        }
        if self.kernels == Kernels::SkipbenchBf16 && self.precision != Precision::F32 {
            let fix =
                "networks compute in f32 by them, except for products: remove precision, or use kernels = \"burn\"";
            return Err(RecipeError { key: "kernels", value: format!("{:?}", self.kernels.word()), fix });
        }
        self.check_numbers()?;
        self.check_schedule()
    }

    fn check_numbers(&self) -> Result<(), RecipeError> {
        let above = (f64::MIN_POSITIVE..f64::INFINITY, "a finite number above 0 is needed");
        let positive = (0.0..f64::INFINITY, "a finite number from 0 up is needed");
        let share = (0.0..1.0, "a number from 0 to below 1 is needed");
        let whole = (0.0..1.0_f64.next_up(), "a number from 0 to 1 is needed");
        let numbers = [
            ("lr", self.lr, &above),
            ("weight_decay", self.weight_decay, &positive),
            ("gamma", self.gamma, &positive),
            ("warmup_epochs", self.warmup_epochs, &positive),
            ("momentum", self.momentum, &share),
            ("label_smoothing", self.label_smoothing, &share),
            ("target_accuracy", self.target_accuracy, &whole),
        ];
        match numbers.into_iter().find(|(_, value, (range, _))| !range.contains(value)) {
            Some((key, value, (_, fix))) => Err(RecipeError { key, value: value.to_string(), fix }),
            None => Ok(()),
        }
    }

    /// Checks that the warm-up ends within the run, and that the milestones are in it, one after the other.
    fn check_schedule(&self) -> Result<(), RecipeError> {
        if self.warmup_epochs > self.epochs as f64 {
            let fix = "no more than epochs is needed: the rate would never reach its peak";
            return Err(RecipeError { key: "warmup_epochs", value: self.warmup_epochs.to_string(), fix });
        }
        let inside = |milestone: &f64| 0.0 < *milestone && *milestone < 1.0;
        let fix = if self.schedule == Schedule::Step && self.milestones.is_empty() {
            "schedule = \"step\" needs at least one"
        } else if !self.milestones.iter().all(inside) {
            "shares of the run are needed, above 0 and below 1"
        } else if !self.milestones.is_sorted_by(|one, next| one < next) {
            "each must be above the one before it"
        } else {
            return Ok(());
        };
        Err(RecipeError { key: "milestones", value: format!("{:?}", self.milestones), fix })
    }
}
