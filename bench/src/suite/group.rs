//! Finds the models of a suite's group: by name, by spec or by match. A matched group whose members miss the tolerance
//! is refused here, before anything runs.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use skipbench_models::matching::{Budget, DEFAULT_TOLERANCE, Query, search};
use skipbench_models::{Family, Fixed, Images, ModelSpec, catalog};

use crate::cell::Task;
use crate::cell::custom;
use crate::suite::budgets::Budgets;
use crate::suite::member::Member;
use crate::suite::{GroupKeys, Suite, SuiteError, explain, explain_table};

/// The keys of `match`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatchKeys {
    family: Family,
    budget: Budgets,
    depth: Option<usize>,
    width: Option<usize>,
    growth: Option<usize>,
    compression: Option<f64>,
    tolerance_percent: Option<f64>,
}

/// A group with its models found and its recipe complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name.
    pub name: String,
    /// Name of the model that the others are compared with.
    pub reference: String,
    /// Budgets that the members have in common.
    pub budget: Budgets,
    /// Members, the reference first.
    pub members: Vec<Member>,
    /// Tasks that are measured.
    pub tasks: Vec<Task>,
}

/// Finds every model of `suite` for images of that shape and checks that matched groups match.
///
/// # Errors
/// Returns an error for an unknown or impossible model, a match that does not exist, or a member outside the tolerance.
pub fn resolve(suite: &Suite, images: Images) -> Result<Vec<Group>, SuiteError> {
    let groups: Result<Vec<Group>, String> =
        suite.keys.groups.iter().map(|keys| Group::find(suite, keys, images)).collect();
    groups.map_err(|message| SuiteError { file: suite.file.clone(), message })
}

impl Group {
    fn find(suite: &Suite, keys: &GroupKeys, images: Images) -> Result<Group, String> {
        let here = |message: String| format!("group \"{}\": {message}", keys.name);
        let tolerance = tolerance(keys.tolerance_percent, DEFAULT_TOLERANCE).map_err(here)?;
        let reference = model(&keys.reference, None, images, tolerance).map_err(here)?;
        let mut models = vec![(catalog::name(&reference), reference.clone())];
        for value in &keys.models {
            let spec = model(value, Some(&reference), images, tolerance).map_err(here)?;
            let name = catalog::name(&spec);
            if models.iter().any(|(other, _)| *other == name) {
                return Err(here(format!("models: `{name}` is listed twice (the reference is a member already)")));
            }
            models.push((name, spec));
        }
        for budget in keys.budget.iter() {
            check_budget(&models, *budget, tolerance, images).map_err(here)?;
        }
        let recipe = suite.recipe(keys)?;
        let (name, reference) = (keys.name.clone(), models[0].0.clone());
        let member = |(model, spec)| Member::new(model, spec, recipe.clone());
        let mut members: Vec<Member> = models.into_iter().map(member).collect();
        if let Some(sweep) = &keys.sweep {
            let points: Result<Vec<Vec<Member>>, String> =
                members.iter().map(|member| member.along(sweep, images)).collect();
            members = points.map_err(here)?.concat();
        }
        let tasks = suite.tasks(keys);
        check_tasks(&tasks, &members).map_err(here)?;
        Ok(Group { name, reference, budget: keys.budget.clone(), members, tasks })
    }
}

/// Returns a tolerance as a share, or `default` where none is given.
fn tolerance(percent: Option<f64>, default: f64) -> Result<f64, String> {
    match percent {
        None => Ok(default),
        Some(percent) if percent.is_finite() && percent >= 0.0 => Ok(percent / 100.0),
        Some(percent) => Err(format!("tolerance_percent = {percent}: a number from 0 up is needed")),
    }
}

/// Checks that every task is possible for every member.
fn check_tasks(tasks: &[Task], members: &[Member]) -> Result<(), String> {
    for task in tasks {
        for Member { model, spec, recipe, .. } in members {
            let word = task.word();
            task.check(spec, recipe).map_err(|error| {
                format!("tasks: \"{word}\" cannot be done with `{model}`: {error}, or remove \"{word}\" from tasks")
            })?;
        }
    }
    Ok(())
}

/// Finds a model by name, by spec or by match. A match needs the reference.
fn model(
    value: &toml::Value,
    reference: Option<&ModelSpec>,
    images: Images,
    tolerance: f64,
) -> Result<ModelSpec, String> {
    let spec = match value {
        toml::Value::String(name) => match custom::find(name, images) {
            Some(spec) => spec,
            None => catalog::find(name).map_err(|error| error.to_string())?,
        },
        toml::Value::Table(table) => match (table.get("match"), reference) {
            (Some(keys), Some(reference)) => matched(keys, reference, images, tolerance)?,
            (Some(_), None) => return Err("reference: it cannot be a match; give a name or a spec".to_owned()),
            (None, _) => ModelSpec::deserialize(value.clone())
                .map_err(|error| format!("{value}: {}", explain_value::<ModelSpec>(value, &error.to_string())))?,
        },
        other => return Err(format!("{other}: a model is a name, a spec {{ family = … }} or {{ match = {{ … }} }}")),
    };
    spec.cost(images).map_err(|error| format!("{}: {error}", catalog::name(&spec)))?;
    Ok(spec)
}

fn explain_value<T: DeserializeOwned>(value: &toml::Value, error: &str) -> String {
    match value.as_table() {
        Some(table) => explain_table::<T>(table, error),
        None => explain(error.trim()),
    }
}

fn matched(keys: &toml::Value, reference: &ModelSpec, images: Images, tolerance: f64) -> Result<ModelSpec, String> {
    let keys = MatchKeys::deserialize(keys.clone())
        .map_err(|error| format!("match: {}", explain_value::<MatchKeys>(keys, &error.to_string())))?;
    let query = Query {
        family: keys.family,
        budgets: keys.budget.to_vec(),
        fixed: Fixed { depth: keys.depth, width: keys.width, growth: keys.growth, compression: keys.compression },
        tolerance: self::tolerance(keys.tolerance_percent, tolerance).map_err(|error| format!("match: {error}"))?,
    };
    let found = search(reference, images, &query).map_err(|error| format!("match: {error}"))?;
    Ok(found[0].spec.clone())
}

fn check_budget(models: &[(String, ModelSpec)], budget: Budget, tolerance: f64, images: Images) -> Result<(), String> {
    let cost = |spec: &ModelSpec| spec.cost(images).map_err(|error| error.to_string());
    let (reference, target) = (&models[0].0, cost(&models[0].1)?);
    for (name, spec) in &models[1..] {
        let error = budget.error(&cost(spec)?, &target);
        if error.abs() > tolerance {
            return Err(format!(
                "`{name}` has {:+.2} % {budget} against `{reference}`, more than the tolerance of {:.2} %; \
                 use {{ match = {{ family = …, budget = \"{budget}\" }} }}, raise tolerance_percent, or leave budget out",
                error * 100.0,
                tolerance * 100.0
            ));
        }
    }
    Ok(())
}
