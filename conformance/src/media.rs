//! The smallest picture and sound that are still valid files.

/// The media type of [`PIXEL`].
pub(crate) const PNG: &str = "image/png";

/// The media type of [`SILENCE`].
pub(crate) const WAV: &str = "audio/wav";

/// A picture of one red pixel.
pub(crate) const PIXEL: &[u8] = include_bytes!("../assets/pixel.png");

/// A millisecond without a sound: eight samples of 16 bits at 8 kHz.
pub(crate) const SILENCE: &[u8] = include_bytes!("../assets/silence.wav");
