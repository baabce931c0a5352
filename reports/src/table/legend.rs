//! Explains how to read the tables of groups.

use crate::analyses::compare::Comparison;

/// Returns a paragraph for all, and one more where times were measured in sets.
pub(crate) fn legend(comparisons: &[Comparison]) -> Vec<&'static str> {
    let sets = comparisons.iter().any(Comparison::has_sets).then_some(SETS);
    std::iter::once(USUAL).chain(sets).collect()
}

const USUAL: &str = "How to read it. A cell's first line is the mean over its repeats, ± a 95 % interval; for times in \
    sets it is the median. Below it is the difference from the group's first network: accuracy in percentage points, \
    everything else as a multiple (×2.00: twice as much), with the 95 % interval in brackets. Both are compared repeat \
    by repeat. \"No difference shown\" does not mean equal: \"could have detected\" is the difference that this many \
    repeats find in four cases of five. \"Could be noise\": the first network differs from itself by as much. \"Could \
    be chance\": among so many comparisons one such difference can be expected (Holm's correction, 5 %). MACs are \
    multiply-accumulates for one image.";

const SETS: &str = "What a set is. Every set starts all networks of a group again, and they take turns, a few steps \
    each, so anything that slows the machine slows all of them alike. A set gives one ratio for each network. If the \
    repeats are sets, the first line is the median over the sets, and the interval of the multiple is Student's over \
    the sets. In every set the first network runs twice: the noise floor is how much it could differ from itself. It \
    is shown, but changes no verdict. \"No difference above 1 %\": the whole interval is within 1 % of the first \
    network.";
