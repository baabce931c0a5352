//! Holds the microkernel and all other code that is written for each instruction set.
//!
//! - `tile`: the microkernel, a sum over a table of offsets whose results stay in registers; `Simd` is what it needs of
//!   an instruction set, and `avx512`, `avx2` and `portable` give it.
//! - `isa`: which instruction set runs, chosen by what the CPU has, and how large its tiles are.
//! - `pairs`, `join`: two terms of a sum in one word, for products in bf16.
//! - `transpose`: matrices transposed in squares of 8×8.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod isa;
mod join;
mod pairs;
mod portable;
mod tile;
mod transpose;

pub use isa::Isa;
pub use pairs::Products;
pub(crate) use tile::{MAX_CHANNELS, MAX_SEGMENTS, SEGMENT, Tile};
pub(crate) use transpose::Transpose;
