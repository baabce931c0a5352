//! What tests, benchmarks and examples of this package reach inside. No interface: it may change with every commit.

pub mod cell {
    pub use crate::cell::{Cell, Measured, Message, Outcome, Progress, Sample, Task};
}
pub mod recipe {
    pub use crate::cell::recipe::{Checkpointing, Optimizer, Precision, Recipe, Schedule};
}
pub mod data {
    pub use crate::files::data::fetch::{Archive, FetchError, fetch, fetch_within};
    pub use crate::files::data::{Augment, Batches, DataError, DataSet, Half, Read, Settings, Source};
}
pub mod device {
    pub use crate::device::{Backend, DeviceId, Found, Kind, automatic, real};
}
pub mod gate {
    pub use crate::gate::builds::{BuildOptions, Builds, all};
}
pub mod meter {
    pub use crate::tasks::meter::heap::live_bytes;
    pub use crate::tasks::meter::timed_loop::{Limits, Timed, repeat};
    pub use crate::tasks::meter::warmup::WarmUp;
    pub use crate::tasks::meter::{sync, timed};
}
pub mod run {
    pub use crate::run::limits::Limits;
    pub use crate::run::orchestrate::{Executor, Observer, Tally};
    pub use crate::run::plan::{Context, PlannedCell, matches, plan};
    pub use crate::run::process::Processes;
    pub use crate::run::provenance::{GIT_REVISION, Provenance, git_dirty};
    pub use crate::run::runner::{CellFailure, CellResult, Runner, Stop};
    pub use crate::run::shard::estimate::Estimate;
    pub use crate::run::shard::partition::shares;
    pub use crate::run::shard::place::{Asked, Place};
    pub use crate::run::sitting::parties::parties;
    pub use crate::run::sitting::precision::{Goal, Need, needs, next};
    pub use crate::run::sitting::room::needed;
    pub use crate::run::sitting::{Sat, sit};
}
pub mod selftest {
    pub use crate::run::selftest::{Losses, Numerics, check, compare, expected};
}
pub mod suite {
    pub use crate::suite::Suite;
    pub use crate::suite::builtin::{BUILT_IN, CLAIMS};
    pub use crate::suite::claims::suites;
    pub use crate::suite::group::resolve;
    pub use crate::suite::member::Member;
}
pub mod tasks {
    pub use crate::tasks::checkpoint::Checkpoints;
    pub mod dispatch {
        pub use crate::tasks::dispatch::run;
    }
    pub use crate::tasks::inside::correlation::{LAGS, autocorrelation};
    pub use crate::tasks::inside::rank::effective_rank;
    pub use crate::tasks::memory::{HeapUse, growth, passes};
    pub use crate::tasks::{Setup, step};
}
pub mod weights {
    pub use crate::files::weights::{Found, find, load, read, save};
}
pub mod lockstep {
    pub mod order {
        pub use crate::lockstep::order::Order;
    }
    pub mod protocol {
        pub use crate::lockstep::protocol::{Answer, Greeting, HELLO, Introduction, Request};
    }
    pub mod result {
        pub use crate::lockstep::result::Outcome;
    }
    pub mod serve {
        pub use crate::lockstep::serve::{Program, converse, serve, timed};
    }
    pub mod session {
        pub use crate::lockstep::session::{Observer, Plan, Session, run};
    }
    pub mod set {
        pub use crate::lockstep::set::{Length, SetRecord, Stopped};
    }
    pub use crate::lockstep::{Evidence, Fault, Introduction, Launcher, Live, Turned};
}
