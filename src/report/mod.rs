//! Pages for a browser: what reports are drawn with. [`Html`] writes elements and escapes everything
//! that is put between them; on it stand the [`page()`], tables, charts and the lines of pages.
//! One file each, nothing is loaded from elsewhere, no script.
//!
//! What reports say is elsewhere: [`crate::evaluate`], [`crate::output`], `label`.

pub mod chart;
mod html;
mod lines;
pub mod number;
mod page;
mod table;

pub use html::{Attribute, Html};
pub use lines::{LineLook, Look, beginning, group_class, language, legend, lines};
pub use page::{Card, cards, page, section};
pub use table::{Cell, Table};
