//! Parquet rows become pages: one column holds the text, `id` or `url` names the page. Row groups are
//! read one after the other, and of each only these columns, page by page. A row group that is damaged
//! is an error with its rows, and the next one is read. The one place that reads parquet.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use super::compression::is_zip_bomb;
use super::open::Format;
use super::page::{About, RawPage};
use crate::{Error, Result};

/// The column of texts unless another one is named.
const TEXT: &str = "text";

/// The columns that name a page, the first one there is.
const IDS: [&str; 2] = ["id", URL];

/// The column that says where a page was found.
const URL: &str = "url";

/// Rows that are decoded at a time. Their texts share the memory of their pages.
const BATCH_ROWS: usize = 64;

/// The rows of a parquet file.
pub(crate) struct ParquetRows {
    path: Arc<Path>,
    file: SerializedFileReader<File>,
    n_bytes: u64,
    text: usize,
    id: Option<usize>,
    /// Where pages were found, if that was asked for.
    url: Option<usize>,
    /// The row group that is read next, or being read.
    group: usize,
    /// Rows before it.
    rows_before: u64,
    open: Option<OpenGroup>,
    batch: VecDeque<Row>,
    /// Rows given out.
    row: u64,
    /// Bytes given out.
    n_out: u64,
    /// Whether what is left was not read.
    pub(crate) is_broken_off: bool,
}

struct OpenGroup {
    text: ColumnReaderImpl<ByteArrayType>,
    id: Option<ColumnReader>,
    url: Option<ColumnReader>,
    n_left: usize,
}

struct Row {
    text: Option<ByteArray>,
    id: Option<String>,
    url: Option<String>,
}

/// Opens a parquet file and makes sure that what its footer says can be.
pub(crate) fn open_parquet(path: &Path) -> Result<SerializedFileReader<File>> {
    let bad = |reason: String| Error::BadInput { path: path.into(), reason };
    let file = File::open(path).map_err(|e| Error::io(path, e))?;
    let n_bytes = file.metadata().map_err(|e| Error::io(path, e))?.len();
    let reader = guarded(|| SerializedFileReader::new(file)).map_err(|error| {
        bad(format!("the parquet footer cannot be read; is it truncated? ({})", reason(&error)))
    })?;
    check(reader.metadata(), n_bytes)
        .map_err(|what| bad(format!("the parquet footer is damaged: {what}")))?;
    Ok(reader)
}

/// Does what the library does. On some damaged pages it panics (60.1 does, where an integer or a
/// dictionary is cut short), and one bad file must not end the run.
fn guarded<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let before = IS_GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(before);
    done.unwrap_or_else(|_| Err(ParquetError::General("the reader gave up".into())))
}

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread would be caught and told as an error, so that a panic hook need not
/// tell it.
pub(crate) fn is_guarded() -> bool {
    IS_GUARDED.get()
}

/// What the library takes for granted of a footer.
fn check(metadata: &ParquetMetaData, n_bytes: u64) -> Result<(), String> {
    let n_columns = metadata.file_metadata().schema_descr().num_columns();
    for (number, group) in metadata.row_groups().iter().enumerate() {
        if group.num_rows() < 0 || group.num_columns() != n_columns {
            return Err(format!("row group {number} has no sensible size"));
        }
        // Where there are no rows there are no pages, and some writers put any place or none there.
        if group.num_rows() == 0 {
            continue;
        }
        for column in group.columns() {
            let data = column.data_page_offset();
            let start = column.dictionary_page_offset().unwrap_or(data);
            let is_inside = start >= 4
                && start <= data
                && column.num_values() >= 0
                && u64::try_from(column.compressed_size())
                    .is_ok_and(|size| size <= n_bytes && start as u64 <= n_bytes - size);
            if !is_inside {
                let name = column.column_path().string();
                return Err(format!("column `{name}` of row group {number} is not in the file"));
            }
        }
    }
    Ok(())
}

/// The library's own words, without its name.
pub(crate) fn reason(error: &ParquetError) -> String {
    let text = error.to_string();
    ["Parquet error: ", "EOF: ", "External: ", "NYI: "]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(&text)
        .into()
}

/// The place of the column that holds the text, or what is there instead.
pub(crate) fn text_column(
    schema: &SchemaDescriptor,
    text_field: Option<&str>,
) -> Result<usize, String> {
    let name = text_field.unwrap_or(TEXT);
    let is_at_top = |column: &ColumnDescriptor| column.path().parts().len() == 1;
    let named =
        |column: &ColumnDescriptor| column.path().parts().first().is_some_and(|part| part == name);
    let columns = schema.columns();
    let found = columns.iter().position(|column| named(column));
    let what = match found.and_then(|index| Some((index, columns.get(index)?))) {
        Some((index, column)) if is_at_top(column) && is_text(column) => return Ok(index),
        Some((_, column)) if is_at_top(column) && column.max_rep_level() == 0 => {
            format!("its column `{name}` is not text but {}", type_name(column))
        }
        Some(_) => format!("its column `{name}` is not text but nested"),
        None => format!("it has no column `{name}`"),
    };
    let texts: Vec<String> = columns
        .iter()
        .filter(|column| is_at_top(column) && is_text(column))
        .map(|column| format!("`{}`", column.name()))
        .collect();
    Err(match texts.as_slice() {
        [] => format!("{what}, nor any other column of text"),
        _ => format!("{what}; its columns of text are {} (--text-field)", texts.join(", ")),
    })
}

/// Strings, and plain bytes, which may be strings.
fn is_text(column: &ColumnDescriptor) -> bool {
    column.physical_type() == Type::BYTE_ARRAY
        && column.max_rep_level() == 0
        && matches!(column.logical_type_ref(), None | Some(LogicalType::String))
        && matches!(column.converted_type(), ConvertedType::NONE | ConvertedType::UTF8)
}

fn type_name(column: &ColumnDescriptor) -> String {
    match (column.logical_type_ref(), column.converted_type()) {
        (None, ConvertedType::NONE) => column.physical_type().to_string(),
        (None, converted) => converted.to_string(),
        (Some(logical), _) => format!("{logical:?}"),
    }
}

/// The first of some columns that there is, and that can name something.
fn column_of(schema: &SchemaDescriptor, names: &[&str]) -> Option<usize> {
    let columns = schema.columns();
    let is_id = |column: &ColumnDescriptor, name: &str| {
        let is_number = matches!(column.physical_type(), Type::INT32 | Type::INT64);
        column.path().parts() == [name]
            && column.max_rep_level() == 0
            && (is_number && column.logical_type_ref().is_none() || is_text(column))
    };
    names.iter().find_map(|name| columns.iter().position(|column| is_id(column, name)))
}

impl ParquetRows {
    /// Opens a file, the text of whose rows is in `text_field`.
    pub(crate) fn open(path: Arc<Path>, text_field: Option<&str>) -> Result<Self> {
        let file = open_parquet(&path)?;
        let n_bytes = std::fs::metadata(&path).map_err(|e| Error::io(&path, e))?.len();
        let schema = file.metadata().file_metadata().schema_descr();
        let bad = |reason| Error::BadInput { path: path.to_path_buf(), reason };
        let text = text_column(schema, text_field).map_err(bad)?;
        let id = column_of(schema, &IDS).filter(|&id| id != text);
        let (group, rows_before, row, n_out) = (0, 0, 0, 0);
        let (open, batch) = (None, VecDeque::new());
        Ok(ParquetRows {
            path,
            file,
            n_bytes,
            text,
            id,
            url: None,
            group,
            rows_before,
            open,
            batch,
            row,
            n_out,
            is_broken_off: false,
        })
    }

    /// Reads the column of addresses, too, before any row is read.
    pub(crate) fn read_urls(&mut self) {
        let schema = self.file.metadata().file_metadata().schema_descr();
        self.url = column_of(schema, &[URL]).filter(|&url| url != self.text);
    }

    fn group_metadata(&self) -> Option<&RowGroupMetaData> {
        self.file.metadata().row_groups().get(self.group)
    }

    /// Goes to the next row group; rows of this one that were not read are passed over.
    fn leave_group(&mut self) {
        self.rows_before += self.group_metadata().map_or(0, |group| group.num_rows() as u64);
        self.row = self.rows_before;
        self.group += 1;
        self.open = None;
        self.batch.clear();
    }

    /// Decodes the next rows of the row group; `false` at its end.
    fn read_batch(&mut self) -> Result<bool, ParquetError> {
        if self.group_metadata().is_none_or(|group| group.num_rows() == 0) {
            return Ok(false);
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => {
                let group = self.file.get_row_group(self.group)?;
                OpenGroup {
                    text: get_typed_column_reader(group.get_column_reader(self.text)?),
                    id: self.id.map(|id| group.get_column_reader(id)).transpose()?,
                    // What names the page is read once.
                    url: match self.url.filter(|_| self.url != self.id) {
                        Some(url) => Some(group.get_column_reader(url)?),
                        None => None,
                    },
                    n_left: group.metadata().num_rows() as usize,
                }
            }
        };
        if open.n_left == 0 {
            return Ok(false);
        }
        let n = open.n_left.min(BATCH_ROWS);
        let schema = self.file.metadata().file_metadata().schema_descr();
        let max_level = |column: usize| schema.column(column).max_def_level();
        let texts = read_column(&mut open.text, n, max_level(self.text))?;
        let ids = match (&mut open.id, self.id) {
            (Some(reader), Some(id)) => read_ids(reader, n, max_level(id))?,
            _ => vec![None; n],
        };
        let urls = match (&mut open.url, self.url) {
            (Some(reader), Some(url)) => read_ids(reader, n, max_level(url))?,
            (None, Some(_)) => ids.clone(),
            _ => vec![None; n],
        };
        if texts.len() != n || ids.len() != n || urls.len() != n {
            return Err(ParquetError::General("it holds fewer rows than its footer says".into()));
        }
        let rows = texts.into_iter().zip(ids).zip(urls);
        self.batch.extend(rows.map(|((text, id), url)| Row { text, id, url }));
        open.n_left -= n;
        self.open = Some(open);
        Ok(true)
    }
}

/// The next `n` values of a column, with its nulls.
fn read_column<T: parquet::data_type::DataType>(
    reader: &mut ColumnReaderImpl<T>,
    n: usize,
    max_level: i16,
) -> Result<Vec<Option<T::T>>, ParquetError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let (n_rows, _, _) = reader.read_records(n, Some(&mut levels), None, &mut values)?;
    if max_level == 0 {
        return Ok(values.into_iter().map(Some).collect());
    }
    let mut values = values.into_iter();
    let rows = levels.into_iter().take(n_rows);
    Ok(rows.map(|level| if level == max_level { values.next() } else { None }).collect())
}

fn read_ids(
    reader: &mut ColumnReader,
    n: usize,
    max_level: i16,
) -> Result<Vec<Option<String>>, ParquetError> {
    fn named<T: ToString>(values: Vec<Option<T>>) -> Vec<Option<String>> {
        values.into_iter().map(|value| value.map(|value| value.to_string())).collect()
    }
    match reader {
        ColumnReader::Int32ColumnReader(reader) => read_column(reader, n, max_level).map(named),
        ColumnReader::Int64ColumnReader(reader) => read_column(reader, n, max_level).map(named),
        ColumnReader::ByteArrayColumnReader(reader) => {
            let name = |value: ByteArray| String::from_utf8_lossy(value.data()).into_owned();
            let values = read_column(reader, n, max_level)?.into_iter();
            Ok(values.map(|value| value.map(name).filter(|name| !name.is_empty())).collect())
        }
        _ => Ok(vec![None; n]),
    }
}

impl Iterator for ParquetRows {
    type Item = Result<RawPage>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(Row { text, id, url }) = self.batch.pop_front() {
                self.row += 1;
                let is_null = text.is_none();
                let bytes = text.map_or_else(Vec::new, |text| text.data().to_vec());
                self.n_out += bytes.len() as u64;
                if is_zip_bomb(self.n_bytes, self.n_out) {
                    self.group = self.file.num_row_groups();
                    self.is_broken_off = true;
                    self.batch.clear();
                    let reason = "the parquet data expands to more than 1000 times its size; is it \
                                  a zip bomb? What follows is not read";
                    let path = self.path.to_path_buf();
                    return Some(Err(Error::BadInput { path, reason: reason.into() }));
                }
                let about = About { id, url, is_null, ..About::default() };
                let (path, format) = (self.path.clone(), Format::Parquet);
                return Some(Ok(RawPage { path, line: self.row, format, bytes, about }));
            }
            let n_rows = self.group_metadata()?.num_rows();
            match guarded(|| self.read_batch()) {
                Ok(true) => {}
                Ok(false) => self.leave_group(),
                Err(error) => {
                    let (first, last) = (self.rows_before + 1, self.rows_before + n_rows as u64);
                    let group = self.group + 1;
                    let why = reason(&error);
                    let reason =
                        format!("row group {group} (rows {first} to {last}) is damaged: {why}");
                    self.leave_group();
                    return Some(Err(Error::BadInput { path: self.path.to_path_buf(), reason }));
                }
            }
        }
    }
}
