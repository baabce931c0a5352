//! Integration tests of skipbench-ci.

mod baseline;
mod columns;
mod config;
mod gate;
mod job;
mod jobs;
mod possible;
mod power;
mod shown;
