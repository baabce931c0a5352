//! Computes convolution, normalization and the layers of Transformers on slices of f32 on the CPU: forward passes and
//! gradients.
//!
//! A [`Convolution`] computes a convolution, the gradient of its input and the gradient of its weights; [`norm`]
//! normalizes a batch, with ReLU and a shortcut in the same pass, and differentiates it. [`Linear`], [`layer_norm`],
//! [`Attention`] and [`Mlp`] do the same for Transformers, whose activations are rows of tokens. Microkernels for
//! AVX-512 and AVX2 are chosen at run time by what the CPU has; a portable one runs elsewhere. Products are in f32 or
//! in bf16 ([`Products`]), sums always in f32. Work is shared among the threads of the current [Rayon](rayon) pool.
//!
//! # Layout
//!
//! Activations are `[batch, channels, height, width]`, row after row. Weights are `[output, input, kernel, kernel]`. A
//! plane is the `height · width` numbers of one channel of one image ([`Planes`]). Nothing is reordered between layers.
//!
//! # Counts
//!
//! The process counts what it asks for: calls, multiply-adds and bytes ([`Work`]). Unlike times, these counts repeat
//! exactly.
//!
//! # Guarantees
//!
//! Results have the same bits with any number of threads. One task computes each output, and partial sums are cut by
//! the shape alone and added in a fixed order. Between instruction sets the last bits differ.
//!
//! This is the only crate of the workspace with `unsafe` code. Each block gives its reason.
//!
//! ```
//! use skipbench_kernels::{ConvShape, Convolution};
//!
//! // Two images of 8×8 pixels, 3 channels to 4, 3×3.
//! let shape =
//!     ConvShape { batch: 2, input: 3, output: 4, height: 8, width: 8, kernel: 3, stride: 1, padding: 1 };
//! assert!(shape.supported());
//! let convolution = Convolution::new(shape);
//! let (x, weight) = (vec![1.0; shape.input_len()], vec![0.5; shape.weight_len()]);
//! let y = convolution.output(&x, &weight);
//! // In the middle all 27 terms of the sum lie inside the image.
//! assert_eq!(y[3 * 8 + 3], 13.5);
//! let dy = vec![1.0; shape.output_len()];
//! let dx = convolution.gradient(&dy, &weight);
//! let mut dw = vec![0.0; shape.weight_len()];
//! convolution.weight_gradient(&x, &dy, &mut dw);
//! assert_eq!((dx.len(), dw[4]), (x.len(), 128.0));
//! ```

pub mod attention;
mod convolution;
mod correlate;
pub mod layer_norm;
mod linear;
mod math;
mod micro;
pub mod mlp;
pub mod norm;
mod planes;
mod product;
mod scratch;
mod sgd;
mod shape;
mod shared;
pub mod tokens;
mod uninit;
mod weight_gradient;
mod work;

pub use attention::Attention;
pub use convolution::Convolution;
pub use linear::Linear;
pub use micro::{Isa, Products};
pub use mlp::Mlp;
pub use planes::Planes;
pub use sgd::Sgd;
pub use shape::ConvShape;
pub use work::Work;
