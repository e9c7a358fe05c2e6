//! Lines of JSON read the same in whatever pieces they arrive, and as long as the limit at most.

use bolero::check;
use tidegate_era::ndjson::Decoder;

const LIMIT: usize = 64;

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, bool) {
    let mut decoder = Decoder::new(LIMIT);
    let mut lines = Vec::new();
    for piece in pieces {
        if decoder
            .push(piece, |line| lines.push(line.to_vec()))
            .is_err()
        {
            return (lines, true);
        }
    }
    decoder.finish(|line| lines.push(line.to_vec()));
    (lines, false)
}

/// The first byte says how long the pieces are; the others are the stream.
#[test]
fn any_lines() {
    check!().for_each(|bytes| {
        let Some((size, stream)) = bytes.split_first() else {
            return;
        };
        let whole = read([stream]);
        assert_eq!(whole, read(stream.chunks(usize::from(*size).max(1))));
        assert_eq!(whole, read(stream.chunks(1)));
        let (lines, refused) = whole;
        let is_too_long = |line: &&[u8]| line.len() > LIMIT;
        let mut split = stream.split(|byte| *byte == b'\n');
        assert_eq!(refused, split.any(|line| is_too_long(&line)));
        for line in &lines {
            assert!(!line.is_empty() && line.len() <= LIMIT && !line.contains(&b'\n'));
            assert_eq!(line.trim_ascii(), line);
        }
        if !refused {
            let simple = stream.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
            let simple: Vec<_> = simple.filter(|line| !line.is_empty()).collect();
            assert_eq!(lines, simple);
        }
    });
}
