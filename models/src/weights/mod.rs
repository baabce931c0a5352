//! Handles a network's tensors: by name ([`State`]), whether they fit ([`Fit`]), under PyTorch's names
//! ([`torchvision`]), and compared with what another program computed ([`parity`]).

mod fit;
pub mod parity;
mod state;
pub mod torchvision;

pub use fit::{Fit, fit};
pub use state::State;
