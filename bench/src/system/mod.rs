//! Connects the program with its system. Messages to people never end the work ([`tell`]), but a user's request to end
//! does ([`interrupt`]). A program that is started again is the same ([`executable`]), the processes that it started
//! are a [`tree`], and errors and bytes become [`text`]. This module imports no other.

pub(crate) mod executable;
pub(crate) mod interrupt;
pub(crate) mod tell;
pub(crate) mod text;
pub(crate) mod tree;
