//! How the program lives with its system: what is told to people never ends the work ([`tell`]), what a user asked to
//! end does ([`interrupt`]), a program that is started again is the same ([`executable`]), the processes that it started
//! are a [`tree`], and errors and bytes become [`text`]. This room imports no other.

pub(crate) mod executable;
pub(crate) mod interrupt;
pub(crate) mod tell;
pub(crate) mod text;
pub(crate) mod tree;
