//! Runs `skipbench report`: everything that rows say, as one HTML file, as Markdown, as CSV, as plots, and inside
//! documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Serialize;
use skipbench_reports::analyses::compare::rows;
use skipbench_reports::analyses::rank::By;
use skipbench_reports::analyses::{frontier, published, rank, scaling};
use skipbench_reports::figure::{Figure, figures, overview};
use skipbench_reports::input;
use skipbench_reports::page::{page, site};
use skipbench_reports::report::Report;
use skipbench_reports::rows::{render, store};
use skipbench_reports::table::splice::{PLOTS, shown_plots, splice};
use skipbench_reports::table::{self, Format};
use skipbench_reports::{chart, claims};

use super::rows::RunDirs;
use super::site::{page_at, page_in};
use super::{print, print_json, say};

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    skipbench report results/mine\n  \
    \x20   results/mine/report.html\n  \
    skipbench report results/* --out all.html\n  \
    \x20   several runs in one\n  \
    skipbench report results/mine --markdown\n  \
    \x20   for a pull request\n  \
    skipbench report reports/records --site site\n  \
    \x20   every record as one page: site/index.html\n  \
    skipbench report results/mine --splice README.md\n  \
    \x20   rewrite the text between <!-- skipbench:comparison --> and\n  \
    \x20   <!-- /skipbench:comparison -->; other sections: answer, effects,\n  \
    \x20   numbers, networks, claims, published, frontier, rank, growth,\n  \
    \x20   roofline, notes, provenance\n  \
    skipbench report results/mine --splice README.md --check\n  \
    \x20   exit code 1 if that would change it")]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    runs: RunDirs,
    /// The HTML file. Default, unless another form is asked for: report.html in the run's directory; of several runs,
    /// here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the report as Markdown.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print everything as JSON.
    #[arg(long)]
    json: bool,
    /// Write claims.csv, comparison.csv, frontier.csv, rank.csv, scaling.csv and roofline.csv into this directory.
    #[arg(long, value_name = "DIR")]
    csv: Option<PathBuf>,
    /// Write each plot as SVG into this directory.
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
    /// Only the plot of that name, such as accuracy-macs. May be repeated.
    #[arg(long, value_name = "NAME", requires = "plots")]
    plot: Vec<String>,
    /// Write all runs as one page of a site, index.html in this directory: every number in a table with filters, whose
    /// links keep them. A directory that holds anything else is refused.
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// Rewrite sections between their markers in this document. May be repeated. The section `claims` shows plots,
    /// which are written into the folder plots beside the document.
    #[arg(long, value_name = "FILE")]
    splice: Vec<PathBuf>,
    /// Write nothing. Exit code 1 if a file differs from what would be written.
    #[arg(long)]
    check: bool,
}

/// A file and its intended content.
type Page = (PathBuf, String);

pub(crate) fn run(arguments: &ReportArgs) -> Result<ExitCode> {
    let report = arguments.runs.report()?;
    if arguments.markdown {
        print(&table::format_document(&report))?;
    }
    if arguments.json {
        print_json(&All::of(&report))?;
    }
    let pages = pages(arguments, &report)?;
    if arguments.check {
        return check(&pages);
    }
    for (path, text) in &pages {
        if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
            fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
        }
        store::replace(path, text)?;
        say(&path.display().to_string());
    }
    Ok(ExitCode::SUCCESS)
}

fn pages(arguments: &ReportArgs, report: &Report) -> Result<Vec<Page>> {
    let ReportArgs { runs, out, markdown, json, csv, plots, site: site_dir, splice, .. } = arguments;
    let mut pages = Vec::new();
    let other = *markdown || *json || csv.is_some() || plots.is_some() || site_dir.is_some() || !splice.is_empty();
    let usual = || match runs.paths() {
        [one] => one.join("report.html"),
        _ => PathBuf::from("report.html"),
    };
    if let Some(path) = out.clone().or_else(|| (!other).then(usual)) {
        pages.push((page_at(&path)?, page(report)));
    }
    if let Some(dir) = site_dir {
        pages.push((page_in(dir)?, site(report)));
    }
    if let Some(dir) = csv {
        pages.extend(tables(dir, report)?);
    }
    if let Some(dir) = plots {
        pages.extend(drawings(dir, &arguments.plot, report)?);
    }
    for path in splice {
        pages.extend(spliced(path, report)?);
    }
    Ok(pages)
}

/// Returns the plots that are wanted: the named ones, or all.
fn drawings(dir: &Path, wanted: &[String], report: &Report) -> Result<Vec<Page>> {
    let figures = figures(report);
    let mut drawn: Vec<(&str, String)> =
        figures.iter().map(|figure| (figure.id.as_str(), chart::standalone(figure))).collect();
    let overview = overview(report);
    drawn.extend(overview.iter().map(|panels| (panels.id.as_str(), chart::standalone_panels(panels))));
    let known: Vec<&str> = drawn.iter().map(|(id, _)| *id).collect();
    if let Some(unknown) = wanted.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("--plot {unknown}: these rows make the plots {}", known.join(", "));
    }
    let shown = |(id, _): &(&str, String)| wanted.is_empty() || wanted.iter().any(|name| name == id);
    Ok(drawn.into_iter().filter(shown).map(|(id, text)| (dir.join(format!("{id}.svg")), text)).collect())
}

/// Returns the document, and the plots that it shows beside it.
fn spliced(path: &Path, report: &Report) -> Result<Vec<Page>> {
    let document = input::text(path, input::DOCUMENT).with_context(|| path.display().to_string())?;
    let text = splice(&document, report).with_context(|| path.display().to_string())?;
    let plots = path.parent().unwrap_or(Path::new("")).join(PLOTS);
    let draw = |figure: Figure| (plots.join(format!("{}.svg", figure.id)), chart::standalone(&figure));
    let drawn = shown_plots(&document, report).into_iter().map(draw);
    Ok(std::iter::once((path.to_owned(), text)).chain(drawn).collect())
}

/// Returns the tables. What no row says has no file.
fn tables(dir: &Path, report: &Report) -> Result<Vec<Page>> {
    let all = All::of(report);
    let pages = [
        ("claims.csv", csv(&claims::rows(all.claims))?),
        ("comparison.csv", csv(&all.comparison)?),
        ("frontier.csv", csv(&all.frontier)?),
        ("rank.csv", csv(&all.rank)?),
        ("scaling.csv", csv(&all.scaling)?),
        ("roofline.csv", csv(all.roofline)?),
    ];
    Ok(pages.into_iter().filter_map(|(name, text)| Some((dir.join(name), text?))).collect())
}

fn csv<T: Serialize>(rows: &[T]) -> Result<Option<String>> {
    Ok(if rows.is_empty() { None } else { Some(render::csv(rows)?) })
}

/// Holds what scripts get.
#[derive(Debug, Serialize)]
struct All<'a> {
    answer: Vec<String>,
    numbers: Vec<String>,
    claims: &'a [claims::Finding],
    published: &'a [published::PublishedComparison],
    comparison: Vec<skipbench_reports::analyses::compare::ComparisonRow>,
    frontier: Vec<frontier::FrontierRow>,
    rank: Vec<rank::RankRow>,
    scaling: Vec<scaling::ScalingRow>,
    roofline: &'a [skipbench_reports::analyses::roofline::Roof],
    notes: &'a [String],
    failures: Vec<String>,
}

impl<'a> All<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            answer: table::describe_answers(&report.answers),
            numbers: table::format_answers(&report.answers, Format::Terminal),
            claims: &report.claims,
            published: &report.published,
            comparison: rows(&report.comparisons),
            frontier: frontier::rows(&report.frontiers),
            rank: rank::rows(&report.rankings, By::Style),
            scaling: scaling::rows(&report.curves),
            roofline: &report.roofs,
            notes: &report.notes,
            failures: table::format_failures(report),
        }
    }
}

fn check(pages: &[Page]) -> Result<ExitCode> {
    let stale: Vec<&Path> = pages
        .iter()
        .filter(|(path, text)| input::text(path, input::PLAN).ok().as_ref() != Some(text))
        .map(|(path, _)| path.as_path())
        .collect();
    for path in &stale {
        say(&format!(
            "{}: it differs from what the rows say; run the same command without --check to rewrite it",
            path.display()
        ));
    }
    Ok(ExitCode::from(u8::from(!stale.is_empty())))
}
