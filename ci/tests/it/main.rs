//! Integration tests of skipbench-ci.

mod config;
mod gate;
mod job;
mod power;
mod shown;
