//! Numbers as bars of text.

/// A bar of eighths of a cell; something is always more than nothing.
pub fn bar(count: u32, most: u32, longest: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let all = longest as u64 * 8;
    let eighths = (u64::from(count) * all / u64::from(most.max(1))).clamp(1, all.max(1)) as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS.get(eighths % 8).copied().unwrap_or_default())
}

/// Whether a text is nothing but bars, which nobody reads out.
pub fn is_drawn(text: &str) -> bool {
    text.trim().chars().all(|c| matches!(c, '\u{2581}'..='\u{258f}' | '·'))
}

/// One cell for each number, as high as it is; nothing is a line.
pub fn sparkline(counts: &[u32]) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = u64::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let cell = |count: &u32| match count {
        0 => '·',
        count => HEIGHTS[((u64::from(*count) * 8).div_ceil(most) as usize).clamp(1, 8) - 1],
    };
    counts.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow_with_their_counts_and_are_never_empty() {
        assert_eq!(bar(10, 10, 4), "████");
        assert_eq!(bar(5, 10, 4), "██");
        assert_eq!(bar(1, 1_000, 4), "▏");
        assert_eq!(bar(u32::MAX, u32::MAX, 24), "█".repeat(24));
        assert_eq!(bar(3, 0, 2), "██");
    }

    #[test]
    fn a_line_of_numbers_has_a_cell_for_each() {
        assert_eq!(sparkline(&[0, 1, 4, 8]), "·▁▄█");
        assert_eq!(sparkline(&[0, u32::MAX]), "·█");
        assert_eq!(sparkline(&[]), "");
    }
}
