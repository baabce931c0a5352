//! Integration tests of skipbench-ci.

mod gate;
