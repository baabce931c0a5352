//! "Concatenation makes information flow more densely: features are used again."
//!
//! There are three sources. Huang et al. 2016, arXiv:1608.06993, figure 5, show mean |w| of each layer over the
//! channels of each earlier one. Veit et al. 2016, arXiv:1605.06431, delete or swap single blocks of a trained network
//! and see what accuracy is left. Kim et al. 2024, arXiv:2403.19588, say that concatenation raises the rank of features
//! (here Roy and Vetterli's 2007 effective rank).

use std::collections::BTreeMap;

use super::claim::{Claim, Examined};
use super::condition::{ClaimVerdict, Condition, estimate};
use super::evidence::{Evidence, alone, difference, last, ratio, read_series, share};
use super::measure::{Column, MeasureRow, Measures, Plot, PlotAxis, PlotKind, Trace};
use crate::analyses::metric::Metric;
use crate::analyses::quantity::Quantity;
use crate::rows::record::RunRow;
use crate::rows::series::WeightUse;
use crate::rows::store::Run;
use crate::rows::{series, style, task};
use crate::stats;

/// How much less accurate than the others a plain network may be before its lesions say little: ten points.
const TRAILS: f64 = 0.1;

/// Use of earlier features, relative to that of the nearest, below which layers use only the nearest.
const USED: f64 = 0.5;

pub(super) const CLAIM: Claim = Claim {
    name: "reuse",
    sentence: "With concatenation features are used again by later layers, and information flows more densely.",
    rule: "Trained networks of equal parameters, paired by seed. Supported: concatenated layers give earlier features \
           more than half of the weight that they give the nearest ones (mean |w|); features after the last block have \
           a higher effective rank with concatenation than with addition; deleting a single block costs less accuracy \
           with addition, and with concatenation, than without a skip. Not supported: an interval says the opposite of \
           one of these. A plain network ten points less accurate than the others is only half-trained, and decides \
           nothing.",
    caution: "Untrained weights treat all features alike, so after a short training the first number is near 1 in any \
              case. The rank is also bounded by the number of channels, of which concatenation has more. A plain \
              network was never trained to work without a block, and the meaning of its channels changes from block to \
              block.",
    examine,
};

/// Returns the mean share of the test images that is lost when one block is changed, over the blocks.
fn lost(run: &Run, name: &str) -> Option<f64> {
    let losses: Vec<f64> = losses(run, name)?.into_iter().map(|(_, loss)| loss).collect();
    stats::mean(&losses)
}

/// Returns the share of the test images that is lost by changing each block.
fn losses(run: &Run, name: &str) -> Option<Vec<(u64, f64)>> {
    let total = run.row.test_total.filter(|total| *total > 0)? as f64;
    let intact = share(run.row.test_correct, run.row.test_total)?;
    Some(read_series(run, name).into_iter().map(|(block, correct)| (block, intact - correct / total)).collect())
}

/// Returns mean |w| of one layer's first convolution over the channels of one source, for each layer and source.
fn weights(run: &Run) -> Vec<(WeightUse, f64)> {
    let weight = |(index, value): (u64, f64)| (WeightUse::of(index), value);
    read_series(run, series::WEIGHT_USE).into_iter().map(weight).collect()
}

/// Returns how much layers weigh earlier features against the nearest ones: the geometric mean over layers.
fn use_of_earlier(run: &Run) -> Option<f64> {
    let mut layers: BTreeMap<(u64, u64), Vec<(u64, f64)>> = BTreeMap::new();
    for (WeightUse { stage, layer, source }, value) in weights(run) {
        layers.entry((stage, layer)).or_default().push((source, value));
    }
    let of_one = |sources: &Vec<(u64, f64)>| {
        let (nearest, earlier) = sources.split_last()?;
        let earlier = stats::mean(&earlier.iter().map(|(_, value)| *value).collect::<Vec<f64>>())?;
        Some((earlier / nearest.1).ln()).filter(|log| log.is_finite())
    };
    stats::mean(&layers.values().filter_map(of_one).collect::<Vec<f64>>()).map(f64::exp)
}

fn examine(evidence: &Evidence<'_>) -> Examined {
    let all = evidence.task(task::REUSE);
    let half_trained = describe_half_trained(&all);
    let conditions = conditions(&all, half_trained.is_none());
    let mut plots = vec![lesions(&all, series::LESION_CORRECT, "Accuracy lost by deleting one block")];
    plots.push(lesions(&all, series::SWAP_CORRECT, "Accuracy lost by swapping a block with the next"));
    plots.push(ranks(&all));
    plots.extend(heat(&all.style(style::CONCAT)));
    let (verdict, measures) = (ClaimVerdict::of_all(&conditions), vec![measures(&all)]);
    Examined { verdict, remarks: half_trained.into_iter().collect(), conditions, measures, plots }
}

/// Describes a half-trained network. What is not accurate yet has little to lose, and loses it for other reasons.
fn describe_half_trained(all: &Evidence<'_>) -> Option<String> {
    let accuracy = |style| all.style(style).mean(|run| share(run.row.test_correct, run.row.test_total));
    let plain = accuracy(style::NONE)?.value;
    let others =
        [style::ADD, style::CONCAT].into_iter().filter_map(accuracy).map(|mean| mean.value).reduce(f64::min)?;
    (plain < others - TRAILS).then(|| {
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        format!(
            "the plain network is half-trained, with {} of the test images correct and the others with at least {}. \
             What lesions take from it means little, and both conditions on them are left open",
            percent(plain),
            percent(others)
        )
    })
}

/// Returns the conditions. `trained` says whether the plain network learned enough for its lesions to count.
fn conditions(all: &Evidence<'_>, trained: bool) -> Vec<Condition> {
    let of = |style: &str, of: fn(&Run) -> Option<f64>| all.style(style).values(of);
    let rank: fn(&Run) -> Option<f64> = |run| last(run, series::EFFECTIVE_RANK);
    let deleted: fn(&Run) -> Option<f64> = |run| lost(run, series::LESION_CORRECT);
    let spared = |style| estimate(difference(&of(style::NONE, deleted), &of(style, deleted))).filter(|_| trained);
    vec![
        Condition::above(
            "concatenated layers give earlier features more than half of the weight that they give the nearest",
            Quantity::Ratio,
            USED,
            alone(&of(style::CONCAT, use_of_earlier)),
        ),
        Condition::above(
            "the last features' effective rank is higher with concatenation than with addition",
            Quantity::Ratio,
            1.0,
            estimate(ratio(&of(style::CONCAT, rank), &of(style::ADD, rank))),
        ),
        Condition::above(
            "deleting a block costs less with addition than without a skip",
            Quantity::Difference,
            0.0,
            spared(style::ADD),
        ),
        Condition::above(
            "deleting a block costs less with concatenation than without a skip",
            Quantity::Difference,
            0.0,
            spared(style::CONCAT),
        ),
    ]
}

fn measures(all: &Evidence<'_>) -> Measures {
    let columns = [
        (Metric::TestAccuracy.title(), Metric::TestAccuracy.quantity()),
        ("lost by deleting a block", Quantity::Difference),
        ("at most", Quantity::Difference),
        ("lost by swapping two", Quantity::Difference),
        ("effective rank, last block", Quantity::Number),
        ("use of earlier features", Quantity::Ratio),
    ];
    let most = |run: &Run| losses(run, series::LESION_CORRECT)?.into_iter().map(|(_, loss)| loss).reduce(f64::max);
    let line = |(first, network): (&RunRow, Evidence<'_>)| {
        let values = vec![
            network.mean(|run| share(run.row.test_correct, run.row.test_total)),
            network.mean(|run| lost(run, series::LESION_CORRECT)),
            network.mean(most),
            network.mean(|run| lost(run, series::SWAP_CORRECT)),
            network.mean(|run| last(run, series::EFFECTIVE_RANK)),
            network.mean(use_of_earlier),
        ];
        MeasureRow::new(&first.model, &first.skip, values)
    };
    Measures {
        title: "Lesions, ranks and reuse".to_owned(),
        caption: "Means over seeds with 95 % intervals; for lesions first over the blocks, in points of the test \
                  accuracy. Use of earlier features: mean |w| over earlier ones relative to the nearest, geometric \
                  mean over layers."
            .to_owned(),
        columns: columns.into_iter().map(|(title, quantity)| Column::new(title, quantity)).collect(),
        lines: all.models().into_iter().map(line).collect(),
    }
}

fn lesions(all: &Evidence<'_>, name: &str, title: &str) -> Plot {
    let trace = |(first, network): (&RunRow, Evidence<'_>)| {
        let mut blocks: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (block, loss) in network.runs().iter().filter_map(|run| losses(run, name)).flatten() {
            blocks.entry(block).or_default().push(loss);
        }
        let point = |(block, losses): (u64, Vec<f64>)| Some((block as f64, stats::mean_interval(&losses)?));
        Trace {
            name: first.model.clone(),
            skip: first.skip.clone(),
            points: blocks.into_iter().filter_map(point).collect(),
        }
    };
    Plot {
        name: name.replace('_', "-"),
        title: title.to_owned(),
        caption: "Means over seeds with 95 % intervals.".to_owned(),
        drawn: PlotKind::Lines,
        x: PlotAxis::linear("block", Quantity::Number),
        y: PlotAxis::linear("test accuracy lost", Quantity::Share),
        traces: all.models().into_iter().map(trace).collect(),
    }
}

fn ranks(all: &Evidence<'_>) -> Plot {
    let trace = |(first, network): (&RunRow, Evidence<'_>)| Trace {
        name: first.model.clone(),
        skip: first.skip.clone(),
        points: network.mean_series(series::EFFECTIVE_RANK),
    };
    Plot {
        name: "effective-rank".to_owned(),
        title: "Effective rank of the features".to_owned(),
        caption: "The exponential of the entropy of the features' singular values after each block, means over seeds."
            .to_owned(),
        drawn: PlotKind::Lines,
        x: PlotAxis::linear("block", Quantity::Number),
        y: PlotAxis::linear("effective rank", Quantity::Number),
        traces: all.models().into_iter().map(trace).collect(),
    }
}

/// Plots a heat map for each dense block. Rows are layers, and columns are the sources that they read.
fn heat(dense: &Evidence<'_>) -> Vec<Plot> {
    let mut cells: BTreeMap<u64, BTreeMap<u64, BTreeMap<u64, Vec<f64>>>> = BTreeMap::new();
    for (WeightUse { stage, layer, source }, value) in dense.runs().iter().flat_map(|run| weights(run)) {
        cells.entry(stage).or_default().entry(layer).or_default().entry(source).or_default().push(value);
    }
    let trace = |(layer, sources): (u64, BTreeMap<u64, Vec<f64>>)| Trace {
        name: format!("layer {layer}"),
        skip: style::CONCAT.to_owned(),
        points: sources
            .into_iter()
            .filter_map(|(source, values)| Some((source as f64, stats::mean_interval(&values)?)))
            .collect(),
    };
    let plot = |(stage, layers): (u64, BTreeMap<u64, BTreeMap<u64, Vec<f64>>>)| {
        Plot {
        name: format!("weight-use-{stage}"),
        title: format!("Which features each layer of dense block {stage} uses"),
        caption: "Mean |w| of a layer's first convolution over the channels of each source, means over seeds; source 0 is the \
                  block's input, source s what layer s added (Huang et al. 2016, figure 5)."
            .to_owned(),
        drawn: PlotKind::Heat,
        x: PlotAxis::linear("source", Quantity::Number),
        y: PlotAxis::linear("mean |w|", Quantity::Number),
        traces: layers.into_iter().map(trace).collect(),
    }
    };
    cells.into_iter().map(plot).collect()
}
