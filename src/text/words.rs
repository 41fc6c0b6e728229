//! Words, by jieba-rs: the one file that names it.
