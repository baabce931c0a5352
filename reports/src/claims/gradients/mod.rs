//! "Skip connections keep gradients from vanishing."
//!
//! There are two measurements, since one is not enough: norms of the gradient along the network, and the correlation of
//! input gradients along a line between two images. The latter are the shattered gradients of Balduzzi et al. 2017,
//! arXiv:1702.08591: by them the correlation falls as 2^−L in plain networks and sublinearly with skips. With
//! BatchNorm, plain networks have healthy norms, as He et al. 2015, arXiv:1512.03385, section 4.1, say themselves.

mod likeness;
mod norms;

use super::claim::{Claim, Examined};
use super::condition::{ClaimVerdict, Condition, estimate};
use super::evidence::{Evidence, difference, geometric_mean, ratio};
use crate::analyses::quantity::Quantity;
use crate::rows::{style, task};
use likeness::{NEAR, correlation};
use norms::reach;

pub(super) const CLAIM: Claim = Claim {
    name: "gradients",
    sentence: "Without skip connections gradients vanish on their way to the first layers; with them they do not.",
    rule: "For the deepest networks with BatchNorm, and for the deepest without it, at initialization: the norm of the \
           loss's gradient at the first block over that at the last. With BatchNorm also the correlation of input \
           gradients at neighboring points (lag 1 of 256) of a line between two images. Supported: each ratio is below \
           1 without a skip, and above that with addition and with concatenation; the correlation is higher with \
           either skip. Not supported: an interval says the opposite of one of these.",
    caution: "With BatchNorm, the norm of the gradient alone does not distinguish a plain network from a residual one: \
              plain networks that cannot be trained also have norms that do not vanish (He et al. 2015, section 4.1, \
              call them healthy), or that explode. What distinguishes them is how the gradient changes from one input \
              to the next, and the training error of the claim `depth`. A large gradient is not necessarily useful. \
              Without BatchNorm neighboring points are too close to each other to tell: nearly every ReLU is in the \
              same state at both, whereas Balduzzi et al. derive 2^−L for inputs whose ReLUs are independent \
              (reports/README.md, Claims). The correlation farther along the line is shown beside it and decides \
              nothing.",
    examine,
};

fn examine(evidence: &Evidence<'_>) -> Examined {
    let all = evidence.task(task::GRADIENTS);
    let deepest = |normed| {
        let networks = all.normed(normed);
        networks.depth(networks.deepest(&style::COMPARED))
    };
    let (with, without) = (deepest(true), deepest(false));
    let conditions = [arrival(&with, ""), alike(&with), arrival(&without, "without BatchNorm, ")].concat();
    let verdict = ClaimVerdict::of_all(&conditions);
    Examined {
        verdict,
        remarks: likeness::describe_decay(&all).into_iter().collect(),
        conditions,
        measures: vec![norms::table(&all), likeness::by_lag(&[&with, &without]), likeness::decays(&all)],
        plots: [norms::plots(&with, &without), likeness::plots(&all, &with, &without)].concat(),
    }
}

/// Words of the two skips.
const SKIPS: [&str; 2] = [style::ADD, style::CONCAT];

/// Returns conditions on how much of the gradient arrives at the first block.
fn arrival(deepest: &Evidence<'_>, prefix: &str) -> Vec<Condition> {
    let of = |style: &str| deepest.style(style).values(reach);
    let says = format!("{prefix}without a skip, the gradient at the first block is smaller than at the last");
    let vanishes = Condition::below(says, Quantity::Ratio, 1.0, geometric_mean(&of(style::NONE)));
    let more = |style: &str| {
        let says = format!("{prefix}with {}, more of it arrives there than without a skip", style::noun(style));
        Condition::above(says, Quantity::Ratio, 1.0, estimate(ratio(&of(style), &of(style::NONE))))
    };
    std::iter::once(vanishes).chain(SKIPS.map(more)).collect()
}

/// Returns conditions on how alike the gradients of neighboring inputs are.
fn alike(deepest: &Evidence<'_>) -> Vec<Condition> {
    let of = |style: &str| deepest.style(style).values(|run| correlation(run, NEAR));
    let closer = |style: &str| {
        let noun = style::noun(style);
        let says = format!("with {noun}, gradients of neighboring inputs are more alike than without a skip");
        Condition::above(says, Quantity::Number, 0.0, estimate(difference(&of(style), &of(style::NONE))))
    };
    SKIPS.map(closer).to_vec()
}
