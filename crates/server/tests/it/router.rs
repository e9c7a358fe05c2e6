//! What a router says of itself and of what it holds, seen by callers of both eras.

mod completion;
mod introductions;
mod live;
mod outputs;
mod skills;
