//! Integration tests of skipbench-ci.

mod accuracy;
mod baseline;
mod columns;
mod config;
mod exact;
mod gate;
mod job;
mod jobs;
mod missing;
mod possible;
mod power;
mod shown;
mod times;
