//! One walk over a message's bytes: is it JSON, how deep, and where its values lie.
//!
//! The scanner checks the whole grammar (RFC 8259) but builds nothing: a value is a range of the
//! text. What a handler wants typed is decoded from that range later, once.

use std::ops::Range;

/// How deep arrays and objects may lie in each other.
///
/// serde_json's own limit; what is deeper could not be decoded typed, and real parameters stay
/// under ten.
pub const MAX_DEPTH: u32 = 128;

/// Why a text is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It is not JSON, from this byte on.
    Syntax(usize),
    /// Its arrays and objects lie more than [`MAX_DEPTH`] deep.
    TooDeep,
    /// A key that decides what the message means stands in it twice.
    Duplicate(&'static str),
    /// It is JSON but no JSON-RPC message; the sentence says why.
    Shape(&'static str),
}

/// A place in a text that is read once, forward.
pub(crate) struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    depth: u32,
    broken_lines: bool,
}

/// A string's place between its quotes, and whether it holds escapes.
pub(crate) struct Quoted {
    pub(crate) range: Range<usize>,
    pub(crate) escaped: bool,
}

type Scanned<T> = Result<T, Malformed>;

// === impl Scan ===

impl<'a> Scan<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            broken_lines: false,
        }
    }

    /// Whether line breaks stood between tokens.
    pub(crate) const fn has_broken_lines(&self) -> bool {
        self.broken_lines
    }

    /// The next byte that is no white space, not consumed.
    pub(crate) fn peek(&mut self) -> Scanned<u8> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\n' | b'\r') => {
                    self.broken_lines = true;
                    self.at += 1;
                }
                Some(&byte) => return Ok(byte),
                None => return Err(Malformed::Syntax(self.at)),
            }
        }
    }

    /// Nothing but white space may be left.
    pub(crate) fn end(&mut self) -> Scanned<()> {
        match self.peek() {
            Err(_) => Ok(()),
            Ok(_) => self.syntax(),
        }
    }

    /// Skips one value and tells where it lies.
    pub(crate) fn value(&mut self) -> Scanned<Range<usize>> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'{' | b'[' => self.nested()?,
            _ => self.scalar(first)?,
        }
        Ok(start..self.at)
    }

    /// Reads an object, giving `field` each key with the scan standing before its value;
    /// `field` must consume that value.
    pub(crate) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &'a [u8]) -> Scanned<()>,
    ) -> Scanned<Range<usize>> {
        self.members(b'{', b'}', |scan| {
            if scan.peek()? != b'"' {
                return scan.syntax();
            }
            let key = scan.string()?;
            scan.expect(b':')?;
            // An escaped key is compared as written: `"m\u0065thod"` is a field nobody knows here,
            // while a JSON library reads `method`. Two readings of one message are refused.
            if key.escaped {
                return Err(Malformed::Shape(
                    "a key of the envelope is written with escapes",
                ));
            }
            field(scan, &scan.text[key.range])
        })
    }

    /// Reads an array, with the scan standing before each element; `element` must consume it.
    pub(crate) fn array(
        &mut self,
        element: impl FnMut(&mut Self) -> Scanned<()>,
    ) -> Scanned<Range<usize>> {
        self.members(b'[', b']', element)
    }

    /// Reads a string that must stand here.
    pub(crate) fn string(&mut self) -> Scanned<Quoted> {
        self.expect(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_prefix(&self.text[self.at..]);
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    let range = start..self.at - 1;
                    return Ok(Quoted { range, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                // A control character, or the end.
                _ => return self.syntax(),
            }
        }
    }

    fn members(
        &mut self,
        open: u8,
        close: u8,
        mut member: impl FnMut(&mut Self) -> Scanned<()>,
    ) -> Scanned<Range<usize>> {
        if self.peek()? != open {
            return self.syntax();
        }
        let start = self.at;
        self.deeper()?;
        self.at += 1;
        if self.peek()? == close {
            self.at += 1;
        } else {
            loop {
                member(self)?;
                let next = self.peek()?;
                self.at += 1;
                if next == close {
                    break;
                }
                if next != b',' {
                    self.at -= 1;
                    return self.syntax();
                }
            }
        }
        self.depth -= 1;
        Ok(start..self.at)
    }

    /// Skips an array or object without recursion: one bit a level says which of both it is.
    fn nested(&mut self) -> Scanned<()> {
        let floor = self.depth;
        let mut objects: u128 = 0;
        loop {
            // Before a value.
            let first = self.peek()?;
            match first {
                b'{' | b'[' => {
                    self.deeper()?;
                    self.at += 1;
                    objects = objects << 1 | u128::from(first == b'{');
                    let close = if first == b'{' { b'}' } else { b']' };
                    if self.peek()? != close {
                        if first == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                _ => {
                    self.scalar(first)?;
                    // A scalar always stands inside something here.
                    if !self.separator(&mut objects)? {
                        continue;
                    }
                }
            }
            // After an empty container's opening, or before the closing of a full one.
            loop {
                self.at += 1;
                self.depth -= 1;
                objects >>= 1;
                if self.depth == floor {
                    return Ok(());
                }
                if !self.separator(&mut objects)? {
                    break;
                }
            }
        }
    }

    /// After a value: a comma (and the next key) is consumed and false returned; before the
    /// closing bracket of the innermost container it returns true.
    fn separator(&mut self, objects: &mut u128) -> Scanned<bool> {
        let in_object = *objects & 1 == 1;
        match (self.peek()?, in_object) {
            (b',', true) => {
                self.at += 1;
                self.key().map(|()| false)
            }
            (b',', false) => {
                self.at += 1;
                Ok(false)
            }
            (b'}', true) | (b']', false) => Ok(true),
            _ => self.syntax(),
        }
    }

    fn key(&mut self) -> Scanned<()> {
        if self.peek()? != b'"' {
            return self.syntax();
        }
        self.string()?;
        self.expect(b':')
    }

    fn scalar(&mut self, first: u8) -> Scanned<()> {
        match first {
            b'"' => self.string().map(drop),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.syntax(),
        }
    }

    fn number(&mut self) -> Scanned<()> {
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        match self.text.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return self.syntax(),
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Scanned<()> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start {
            self.syntax()
        } else {
            Ok(())
        }
    }

    fn escape(&mut self) -> Scanned<()> {
        self.at += 1;
        match self.text.get(self.at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let digits = self.text.get(self.at + 1..self.at + 5);
                if !digits.is_some_and(|four| four.iter().all(u8::is_ascii_hexdigit)) {
                    return self.syntax();
                }
                self.at += 5;
            }
            _ => return self.syntax(),
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Scanned<()> {
        if !self.text[self.at..].starts_with(word) {
            return self.syntax();
        }
        self.at += word.len();
        Ok(())
    }

    fn expect(&mut self, byte: u8) -> Scanned<()> {
        if self.peek()? != byte {
            return self.syntax();
        }
        self.at += 1;
        Ok(())
    }

    const fn deeper(&mut self) -> Scanned<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Malformed::TooDeep);
        }
        Ok(())
    }

    const fn syntax<T>(&self) -> Scanned<T> {
        Err(Malformed::Syntax(self.at))
    }
}

/// How many bytes from the start are plain string content: no quote, backslash or control character.
/// Eight at a time: a byte whose high bit is set in `hits` is one of those (the borrow of a lower
/// byte can only set bits above a true hit, so the lowest set bit is always right).
fn plain_prefix(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;

    let mut at = 0;
    while let Some(eight) = text[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*eight);
        let quote = word ^ (ONES * b'"' as u64);
        let slash = word ^ (ONES * b'\\' as u64);
        let hits = (quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let hits = hits & HIGH;
        if hits != 0 {
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = text[at..].iter();
    at + rest
        .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20))
        .count()
}

#[cfg(test)]
mod tests;
