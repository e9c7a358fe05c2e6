//! The documents that the `demo` command works on, carried by the binary.

/// Lists files of `demo/` with their bytes.
macro_rules! documents {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../demo/", $name)).as_slice())),*]
    };
}

/// Returns the demo documents by file name: papers of an imaginary harbour, in every format that
/// `process_files` and `stream_data_analysis` read.
///
/// ```
/// let dir = tempfile::tempdir()?;
/// for (name, bytes) in tidegate_tools::demo_documents() {
///     std::fs::write(dir.path().join(name), bytes)?;
/// }
/// # std::io::Result::Ok(())
/// ```
pub fn demo_documents() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    documents![
        "anchoring.md",
        "berth-calls.jsonl",
        "buoyage.html",
        "fog-signals.txt",
        "harbour-rules.md",
        "lifeboat-log.txt",
        "lighthouse-keeping.html",
        "notice-to-mariners.pdf",
        "pilotage.md",
        "spring-and-neap.md",
        "storm-surge.md",
        "tide-predictions.csv",
        "tide-staff.txt",
        "weather-observations.tsv",
    ]
    .into_iter()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_carried() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");
        let files: BTreeSet<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let carried: BTreeSet<_> = demo_documents().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(files, carried);
    }

    #[test]
    fn the_binary_carries_little() {
        assert!(
            demo_documents()
                .map(|(_, bytes)| bytes.len())
                .sum::<usize>()
                < 200_000
        );
    }
}
