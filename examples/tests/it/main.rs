//! Each example is run as a program, and what a person would see is judged.

mod program;

mod analytics;
mod chat_room;
mod forgotten;
mod process_items;
mod robust_stream;
mod sampled_tokens;
mod shared_note;
mod tutorial;
