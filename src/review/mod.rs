//! Labels are corrected line by line in a local web page. In: a file of labelled pages and a model;
//! out: the same file with the labels that were decided, every other byte as it was.
//!
//! [`label_file`] is the file in memory and [`edit`] what a decision writes into a line of it;
//! [`journal`] has every decision on disk before it counts, [`session`] applies and undoes, [`replay`]
//! takes up what was left, [`save`] writes the file. [`study`] is what model and near-identical lines say
//! of it. [`retrain`] trains a new model from it. [`http`], [`server`] and [`api`] show it all to a browser
//! on the same machine.

pub mod api;
pub mod edit;
pub mod http;
pub mod journal;
pub mod label_file;
pub mod replay;
pub mod retrain;
pub mod save;
pub mod server;
pub mod session;
pub mod study;

pub use label_file::LabelFile;
pub use retrain::Training;
pub use server::Server;
pub use session::Session;
pub use study::Study;
