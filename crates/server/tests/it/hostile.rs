//! Requests of those who mean harm, over every front: each has its exact answer, and none reaches a
//! handler.

mod attack;
mod heads;
mod others;
mod pages;
mod tokens;
