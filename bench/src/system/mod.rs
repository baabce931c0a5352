//! Connects the program with its system. Messages to people never end the work ([`tell`]), but a user's request to end
//! does ([`interrupt`]). A program that is started again is the same ([`executable`]), the processes that it started
//! are a [`tree`], and errors and bytes become [`text`]. Where systems differ in [`process`]es and [`files`], the
//! replacements are here too, and so are the processor's [`instructions`]. This module imports no other.

pub(crate) mod executable;
pub(crate) mod files;
pub(crate) mod instructions;
pub(crate) mod interrupt;
pub(crate) mod process;
pub(crate) mod tell;
pub(crate) mod text;
pub(crate) mod tree;
