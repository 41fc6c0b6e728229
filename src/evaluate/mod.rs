//! 8. A model and gold pages give numbers.
