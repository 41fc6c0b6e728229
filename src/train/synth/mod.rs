//! Junk of our own making, planted into real article pages.
