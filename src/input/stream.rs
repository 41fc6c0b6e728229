//! A long text is decoded block by block. In which encoding is decided once, by the first block that
//! begins with a line that is not all ASCII; before it, all encodings that are guessed say the same. A character that the end of a
//! block cuts is put together by the decoder.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::decode::encoding_of_part;
use super::wide::unmarked_utf16;

/// Bytes that are read at a time once the encoding is known.
const BLOCK: usize = 256 << 10;

/// Fewer bytes would not tell the encoding.
const LEAST_BLOCK: usize = 4 << 10;

/// A stream of text.
pub(super) struct TextStream {
    reader: Box<dyn BufRead + Send>,
    /// Read but not decoded.
    block: Vec<u8>,
    /// Bytes of the block by which the encoding is decided.
    block_bytes: usize,
    decoder: Option<Decoder>,
    is_done: bool,
    replaced: usize,
    /// The text begins with the byte order mark of UTF-8.
    pub(super) has_mark: bool,
    /// Why the stream broke off, if it did.
    pub(super) failure: Option<io::Error>,
}

impl TextStream {
    /// Takes a stream of which `head` was read, enough to tell UTF-16, with the byte order mark if there
    /// is one. The encoding is decided by blocks of `block_bytes`, however many bytes the stream gives at
    /// a time.
    pub(super) fn new(
        reader: Box<dyn BufRead + Send>,
        mut head: Vec<u8>,
        block_bytes: usize,
    ) -> TextStream {
        let marked = Encoding::for_bom(&head);
        if let Some((_, mark)) = marked {
            head.drain(..mark);
        }
        let has_mark = marked.is_some_and(|(encoding, _)| encoding == UTF_8);
        let wide = match marked {
            Some((encoding, _)) => Some(encoding).filter(|&encoding| encoding != UTF_8),
            None => unmarked_utf16(&head),
        };
        TextStream {
            reader,
            block: head,
            block_bytes: block_bytes.max(LEAST_BLOCK),
            decoder: wide.map(Encoding::new_decoder_without_bom_handling),
            is_done: false,
            replaced: 0,
            has_mark,
            failure: None,
        }
    }

    /// Whether nothing more will come.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// The name of the encoding; UTF-8 until it is known.
    pub(super) fn encoding(&self) -> &'static str {
        self.decoder.as_ref().map_or(UTF_8, Decoder::encoding).name()
    }

    /// Faulty sequences replaced by U+FFFD until now.
    pub(super) fn replaced(&self) -> usize {
        self.replaced
    }

    /// Appends the text of the next block.
    pub(super) fn read_into(&mut self, text: &mut String) {
        let size = if self.decoder.is_some() { BLOCK } else { self.block_bytes };
        self.fill(size);
        if let (None, Some(first)) = (&self.decoder, self.block.iter().position(|b| !b.is_ascii()))
        {
            // From here on, a whole block tells.
            let (before, _) = self.block.split_at(first);
            let line = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
            text.push_str(&String::from_utf8_lossy(&before[..line]));
            self.block.drain(..line);
            self.fill(size);
            let encoding = encoding_of_part(&self.block);
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
        }
        self.is_done = self.block.is_empty() || self.failure.is_some();
        match &mut self.decoder {
            Some(decoder) => {
                self.replaced += decode(decoder, &self.block, self.is_done, text);
            }
            // All ASCII: nothing is lost.
            None => text.push_str(&String::from_utf8_lossy(&self.block)),
        }
        self.block.clear();
    }

    /// Reads until the block has so many bytes.
    fn fill(&mut self, size: usize) {
        if self.failure.is_none() {
            let rest = size.saturating_sub(self.block.len()) as u64;
            self.failure = self.reader.by_ref().take(rest).read_to_end(&mut self.block).err();
        }
    }
}

/// Appends the text of some bytes, and returns how many faulty sequences became U+FFFD.
fn decode(decoder: &mut Decoder, mut bytes: &[u8], is_last: bool, text: &mut String) -> usize {
    let mut replaced = 0;
    loop {
        // Room for everything, so that one call mostly does.
        let most = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        text.reserve(most.unwrap_or(bytes.len()).max(16));
        let (result, n_read) = decoder.decode_to_string_without_replacement(bytes, text, is_last);
        bytes = bytes.get(n_read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return replaced,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                text.push(char::REPLACEMENT_CHARACTER);
                replaced += 1;
            }
        }
    }
}
