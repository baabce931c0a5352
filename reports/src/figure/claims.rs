//! Builds the figures of claims, in the units in which they are read.

use crate::claims::{Finding, Plot, PlotAxis, PlotKind, Trace};
use crate::rows::style;

use super::data::{Axis, Figure, Kind, Mark, Point, Scale, Series, exactly, scaled, slug};

/// Returns every plot of every claim that has something to draw.
pub(super) fn claims(findings: &[Finding]) -> Vec<Figure> {
    let drawn = |finding| of_one(finding);
    findings.iter().flat_map(drawn).collect()
}

fn of_one(finding: &Finding) -> impl Iterator<Item = Figure> {
    drawn(finding).map(|plot| figure(finding, plot))
}

/// Returns the plots that have something to show.
fn drawn(finding: &Finding) -> impl Iterator<Item = &Plot> {
    finding.plots.iter().filter(|plot| plot.traces.iter().any(|trace| !trace.points.is_empty()))
}

/// Returns the figures of each finding among all of a report. A claim that was judged twice has two sets of one name.
pub(crate) fn by_finding<'a>(findings: &[Finding], figures: &'a [Figure]) -> Vec<&'a [Figure]> {
    let first = figures.iter().position(|figure| figure.id.starts_with(CLAIM)).unwrap_or(figures.len());
    let mut rest = &figures[first..];
    let take = |finding: &Finding| {
        let (own, others) = rest.split_at(drawn(finding).count().min(rest.len()));
        rest = others;
        own
    };
    findings.iter().map(take).collect()
}

/// Prefix of the ids of all claims' figures, which are the last of a report.
const CLAIM: &str = "claim-";

fn figure(finding: &Finding, plot: &Plot) -> Figure {
    let own = plot.traces.iter().filter(|trace| !trace.points.is_empty());
    Figure {
        id: format!("{CLAIM}{}-{}", finding.claim, slug(&[&plot.name])),
        title: plot.title.clone(),
        caption: plot.caption.clone(),
        x: axis(&plot.x),
        y: axis(&plot.y),
        kind: if plot.drawn == PlotKind::Heat { Kind::Heat } else { Kind::Plot },
        series: own.map(|trace| series(plot, trace)).collect(),
    }
}

fn axis(along: &PlotAxis) -> Axis {
    Axis::new(along.quantity.unit().label(along.title), if along.log { Scale::Log } else { Scale::Linear })
}

fn series(plot: &Plot, trace: &Trace) -> Series {
    let (across, along) = (plot.x.quantity.unit().factor(), plot.y.quantity.unit().factor());
    let point = |(x, y): &(f64, crate::stats::Estimate)| Point {
        name: if plot.drawn == PlotKind::Marks {
            trace.name.clone()
        } else {
            format!("{}, {} {x}", trace.name, plot.x.title)
        },
        x: exactly(x * across),
        y: scaled(y, along),
        hollow: false,
    };
    // A trace that is called as its style has the style's noun.
    let name = if trace.name == trace.skip { style::noun(&trace.skip) } else { &trace.name };
    Series {
        name: name.to_owned(),
        style: trace.skip.clone(),
        mark: if plot.drawn == PlotKind::Marks { Mark::Marks } else { Mark::Line },
        points: trace.points.iter().map(point).collect(),
    }
}
