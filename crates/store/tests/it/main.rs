//! The contract, and that it notices who breaks it.

mod contract;
mod faulty;
