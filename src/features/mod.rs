//! 2. Lines become features.
