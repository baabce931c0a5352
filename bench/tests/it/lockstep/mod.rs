//! Programs that take turns: their order, sessions on a clock of their own, real processes, and `skipbench versus`.

mod adapters;
#[cfg(target_os = "linux")]
mod asleep;
#[cfg(unix)]
mod broken;
mod machine;
mod mishaps;
mod order;
mod peers;
#[cfg(unix)]
pub(crate) mod processes;
mod protocol;
mod sessions;
#[cfg(unix)]
pub(crate) mod versus;
