//! One connection that carries messages both ways, as over standard input and output.

mod calls;
mod changes;
mod eras;
mod input;
mod standard;
