//! 5. Verdicts become files: clean text, JSON Lines, scores, receipts.
