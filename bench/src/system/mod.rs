//! How the program lives with its system: what is told to people never ends the work ([`tell`]), what a user asked to
//! end does ([`interrupt`]), a program that is started again is the same ([`executable`]), the processes that it started
//! are a [`tree`], and errors and bytes become [`text`]. Where systems differ in [`process`]es and [`files`], what takes
//! their place is here, too, and so are the processor's [`instructions`]. This room imports no other.

pub(crate) mod executable;
pub(crate) mod files;
pub(crate) mod instructions;
pub(crate) mod interrupt;
pub(crate) mod process;
pub(crate) mod tell;
pub(crate) mod text;
pub(crate) mod tree;
