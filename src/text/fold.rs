//! Folding: characters that mean the same to a reader become one code.
