//! Who calls: nobody gets in who is not known, and what is kept for one is nobody else's.

mod known;
mod owned;
mod over;
mod resource;
mod scopes;
mod tools;
