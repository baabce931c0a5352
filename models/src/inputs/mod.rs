//! Holds what a network is built from besides its specification: the shape of its [`images`], how it computes
//! ([`execution`]), and weights from a seed ([`init`]).

pub(crate) mod execution;
pub(crate) mod images;
pub(crate) mod init;
