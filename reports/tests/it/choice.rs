//! The box that says what to take: it says what `recommend` says.

use skipbench_reports::analyses::choice::choices;
use skipbench_reports::analyses::group::{Group, group};
use skipbench_reports::analyses::metric::Metric;
use skipbench_reports::analyses::recommend::{Limit, recommend};
use skipbench_reports::page::page;
use skipbench_reports::report::Report;

use super::questions::quick;
use super::{timed, trained};

#[test]
fn the_order_and_the_rivals_are_those_of_recommend() {
    let groups = group(&quick());
    let all = choices(&groups);
    assert_eq!(all.len(), 1);
    let networks = &all[0].networks;
    assert_eq!(networks.len(), 6);
    let limits = [Limit { metric: Metric::TrainThroughput, bound: 0.0 }];
    for (place, network) in networks.iter().enumerate() {
        // The network is the one to take where everything more accurate is away.
        let better: Vec<&str> = networks[..place].iter().map(|other| other.model.as_str()).collect();
        let mut left: Vec<Group> = groups.clone();
        left.iter_mut().for_each(|group| group.members.retain(|member| !better.contains(&member.model.as_str())));
        let advice = &recommend(&left, &limits)[0];
        assert_eq!(advice.fitting[0].model, network.model);
        let rivals: Vec<&str> = advice.as_good().map(|other| other.model.as_str()).collect();
        let own: Vec<&str> = network.as_good.iter().map(|other| networks[*other].model.as_str()).collect();
        assert_eq!(own, rivals, "{}", network.model);
    }
    assert!(networks.iter().any(|network| !network.as_good.is_empty()), "some are not told apart");
}

/// Without a cost there is no limit to give, and one network leaves no choice.
#[test]
fn a_choice_needs_several_networks_with_a_cost() {
    let only_trained = [trained("resnet", 1, 900), trained("plain", 1, 800)];
    assert!(choices(&group(&only_trained)).is_empty());
    assert!(choices(&group(&[trained("resnet", 1, 900), timed("resnet", 1, 1000)])).is_empty());
    let two = [&only_trained[..], &[timed("resnet", 1, 1000), timed("plain", 1, 900)]].concat();
    assert_eq!(choices(&group(&two)).len(), 1);
}

/// What the script chooses by is what the table shows, in the unit of rows.
#[test]
fn the_page_has_a_field_for_each_measured_cost_and_the_numbers_to_judge_by() {
    let text = page(&Report::new(quick()));
    let part = text.split("section id=\"choose\"").nth(1).expect("a choice").split("</section>").next().expect("ends");
    assert_eq!(part.matches("<input").count(), 2, "training speed and parameters: {part}");
    assert!(
        part.contains("training speed, at least, images/s") && part.contains("params, at most, thousands"),
        "{part}"
    );
    assert!(part.contains("data-column=\"4\" data-size=\"1\" data-least"), "{part}");
    assert!(part.contains("data-column=\"5\" data-size=\"1000\">"), "{part}");
    assert!(part.contains("data-value=\"1000\"") && part.contains(">1.0 k<"), "{part}");
}
