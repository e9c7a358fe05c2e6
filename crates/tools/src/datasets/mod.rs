//! Data sets: rows in (`delimited`, `json_lines`), figures a column out (`table`, `column`), and
//! the tool that goes through them chunk by chunk (`stream`).

mod analysis;
mod column;
mod delimited;
mod distinct;
mod json_lines;
mod records;
mod spread;
mod stream;
mod summary;
mod table;

pub(crate) use self::stream::{StreamDataAnalysis, stream_data_analysis};
