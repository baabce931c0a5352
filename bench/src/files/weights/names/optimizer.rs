//! What an optimizer keeps for every weight, often under the weight's own name: averages, momenta, gradients. It has the
//! weights' shapes and is never weights.

/// Parts of a path that say so by themselves.
const KEPT: [&str; 14] = [
    "opt",
    "opt_state",
    "opt_states",
    "exp_inf",
    "momentum",
    "momentums",
    "momenta",
    "velocity",
    "acc_delta",
    "step_size",
    "grad",
    "grads",
    "gradient",
    "gradients",
];

/// Parts within which such words stand.
const WITHIN: [&str; 4] = ["exp_avg", "square_avg", "grad_avg", "momentum_buffer"];

/// Words with which such parts end; a `backbone_momentum` is a copy of a network.
const ENDS: [&str; 2] = ["_moment", "_moments"];

/// Words that begin like an optimizer's and say something of a network.
const OTHERS: [&str; 4] = ["optimized", "optimised", "optimal", "optimum"];

/// Whether a tensor of that name is an optimizer's.
pub(super) fn keeps(name: &str) -> bool {
    let path = name.rsplit_once('.').map_or("", |(path, _)| path);
    path.split('.').any(|part| is_kept(&part.to_lowercase()))
}

fn is_kept(part: &str) -> bool {
    let optimizer = |word: &str| word.starts_with("optim") && !OTHERS.iter().any(|other| word.starts_with(other));
    let worded = WITHIN.iter().any(|word| part.contains(word)) || ENDS.iter().any(|word| part.ends_with(word));
    KEPT.contains(&part) || worded || part.split(['_', '-']).any(optimizer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_optimizer_keeps_is_known_by_its_path() {
        for path in ["optimizer", "optimizer_states.0", "sgd_optim", "opt", "x.exp_avg_sq", "momentum_buffer", "grads"]
        {
            assert!(keeps(&format!("{path}.conv1.weight")), "{path}");
        }
        for path in ["model", "opt_model", "optimized", "backbone_momentum", "module.option", "optimal_net"] {
            assert!(!keeps(&format!("{path}.conv1.weight")), "{path}");
        }
        assert!(!keeps("exp_avg"));
    }
}
