//! Kernels on slices of f32, for the CPU. The only module of the workspace with `unsafe`, each block with its reason.

#![deny(unsafe_op_in_unsafe_fn)]

pub mod conv;
