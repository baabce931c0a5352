//! Helps to choose a network: a box asks for limits, over a table that answers without a script too.

use maud::{Markup, html};

use crate::analyses::choice::{COSTS, Choice, Choosable, choices as all_choices};
use crate::analyses::distinguish::format_distinction;
use crate::analyses::group::Group;
use crate::analyses::metric::Metric;
use crate::analyses::quantity::Unit;
use crate::table::format_metric;

use super::data::{self, Cell, Row};

/// Number of columns before the costs: model, style, group, test accuracy.
const BEFORE: usize = 4;

/// Returns a box for each setting.
pub(super) fn choices(groups: &[Group]) -> Markup {
    let choices = all_choices(groups);
    html! {
        @if !choices.is_empty() {
            p { "The most accurate network that keeps your limits, of those that were measured here. Measure on your own \
                 machine before you rely on it." }
            @for (index, choice) in choices.iter().enumerate() { (one(index, choice)) }
        }
    }
}

fn one(index: usize, choice: &Choice) -> Markup {
    let costs = measured(choice);
    let heading = format_heading(choice);
    html! {
        article.choice {
            h3 { (heading) }
            form hidden { @for (place, cost) in costs.iter().enumerate() { (limit(index, BEFORE + place, COSTS[*cost])) } }
            output aria-live="polite" {}
            details open[index == 0] {
                summary { "Every network, the most accurate first: under a limit, choose the first that keeps it" }
                (data::grid(&heading, &header(&costs), &rows(choice, &costs), |index| index >= BEFORE - 1))
            }
        }
    }
}

fn format_heading(choice: &Choice) -> String {
    let setting = &choice.setting;
    format!(
        "{} on {}, suite {}, machine {}{}",
        setting.data,
        setting.device,
        setting.suite,
        setting.host,
        format_distinction(&choice.distinction)
    )
}

/// Returns the indices of costs that any network has.
fn measured(choice: &Choice) -> Vec<usize> {
    (0..COSTS.len()).filter(|cost| choice.networks.iter().any(|network| network.costs[*cost].is_some())).collect()
}

/// Returns a field such as `peak training memory, at most, MiB`.
fn limit(index: usize, column: usize, metric: Metric) -> Markup {
    let Unit { name, size } = metric.unit();
    let least = metric.more_is_better();
    let id = format!("limit-{index}-{column}");
    let unit = if name.is_empty() { "images/s" } else { name };
    html! {
        label.field for=(id) {
            span { (metric.subject()) ", at " (if least { "least" } else { "most" }) ", " (unit) }
            input id=(id) type="number" min="0" step="any" inputmode="decimal" data-column=(column) data-size=(size) data-least[least];
        }
    }
}

fn header(costs: &[usize]) -> Vec<String> {
    let before = ["model", "style", "group", Metric::TestAccuracy.title()];
    before.into_iter().chain(costs.iter().map(|cost| COSTS[*cost].title())).map(str::to_owned).collect()
}

fn rows(choice: &Choice, costs: &[usize]) -> Vec<Row> {
    choice.networks.iter().map(|network| row(network, costs)).collect()
}

fn row(network: &Choosable, costs: &[usize]) -> Row {
    let Choosable { model, style, group, accuracy, as_good, .. } = network;
    let names = [model, style, group].map(|word| Cell::words(word));
    let accuracy = Cell::number(format_metric(Metric::TestAccuracy, accuracy), *accuracy);
    let costs = costs.iter().map(|cost| {
        let metric = COSTS[*cost];
        network.costs[*cost].map_or(Cell::words(""), |value| Cell::number(format_metric(metric, &value), value))
    });
    Row { cells: names.into_iter().chain([accuracy]).chain(costs).collect(), as_good: as_good.clone() }
}
