//! Documents: what one holds (`digest`), and the tool that goes through many (`process`).

mod digest;
mod html;
mod markdown;
mod media;
mod pdf;
mod pdf_page;
mod process;
mod prose;
mod report;
mod words;

pub(crate) use self::process::{ProcessFiles, process_files};
