//! Groups rows in the one way that all analyses share: matched group → model → metric → one value per replicate.

mod grouping;
mod identity;
mod member;
mod origin;
mod replicate;
mod setting;
mod turns;

pub use grouping::{Group, group, settings};
pub use identity::Identity;
pub use member::{Failure, Member};
pub use origin::Origin;
pub use replicate::Replicate;
pub use setting::Setting;
