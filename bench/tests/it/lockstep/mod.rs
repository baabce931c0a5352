//! Programs that take turns: their order, sessions on a clock of their own, real processes, and `skipbench versus`.

mod adapters;
#[cfg(target_os = "linux")]
mod asleep;
mod order;
mod peers;
mod protocol;
mod sessions;
#[cfg(unix)]
pub(crate) mod versus;
