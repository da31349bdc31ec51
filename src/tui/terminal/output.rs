//! What is written to the terminal: collected into one write for each frame, straight to the file descriptor.

use std::io::{self, Stdout, Write};

/// The room for a frame before it has to grow: a full 200x60 frame with colours fits.
const ROOM: usize = 64 * 1024;

/// Begins a synchronized update: the terminal shows nothing of what follows until its end.
pub const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";

/// Ends a synchronized update.
pub const END_FRAME: &[u8] = b"\x1b[?2026l";

/// The terminal without the line buffer of [`Stdout`], which would cut a frame into many writes, and without its lock,
/// which a panic in the middle of a write may hold.
#[derive(Debug)]
pub struct Tty(Stdout);

impl Default for Tty {
    fn default() -> Self {
        Self(io::stdout())
    }
}

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // `write_all` tries again when a signal interrupts.
        Ok(rustix::io::write(&self.0, bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Collects a frame and writes it at once. Between the two marks of a synchronized update a flush does nothing, so that
/// ratatui, which flushes at the end of its own part, does not cut the frame in two.
#[derive(Debug)]
pub struct FrameWriter<W: Write> {
    buffer: Vec<u8>,
    out: W,
}

impl<W: Write> FrameWriter<W> {
    /// Writes frames to somewhere.
    pub fn new(out: W) -> Self {
        Self { buffer: Vec::with_capacity(ROOM), out }
    }
}

impl<W: Write> Write for FrameWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let open = self.buffer.starts_with(BEGIN_FRAME) && !self.buffer.ends_with(END_FRAME);
        if open || self.buffer.is_empty() {
            return Ok(());
        }
        let written = self.out.write_all(&self.buffer).and_then(|()| self.out.flush());
        self.buffer.clear();
        self.buffer.shrink_to(4 * ROOM);
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts writes.
    #[derive(Default)]
    struct Sink(Vec<Vec<u8>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_is_one_write() {
        let mut out = FrameWriter::new(Sink::default());
        out.write_all(BEGIN_FRAME).unwrap();
        for _ in 0..10_000 {
            out.write_all(b"0123456789").unwrap();
            out.flush().unwrap();
        }
        assert_eq!(out.out.0.len(), 0);
        out.write_all(END_FRAME).unwrap();
        out.flush().unwrap();
        out.flush().unwrap();
        assert_eq!(out.out.0.len(), 1);
        assert_eq!(out.out.0[0].len(), 100_000 + BEGIN_FRAME.len() + END_FRAME.len());
        out.write_all(b"\x1b[?25h").unwrap();
        out.flush().unwrap();
        assert_eq!(out.out.0.len(), 2);
    }
}
