//! Integration tests of skipbench-ci.

mod baseline;
mod config;
mod gate;
mod job;
mod power;
mod shown;
