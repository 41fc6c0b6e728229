//! Classes of characters, as the shape of a line and its skeleton see them.
