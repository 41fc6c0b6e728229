//! A parquet file with one column of texts written anew: the rows of a row group are gathered until
//! they are all there, then the group is written as it stands in the input, every other column copied
//! as it is, without being decoded. A row group of which a row is missing is left out whole.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::Compression as Codec;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::reader::FileReader;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use tempfile::SpooledTempFile;

use super::file::OutputFile;
use crate::input::Compression;
use crate::input::parquet::{open_parquet, reason, text_column};
use crate::{Error, Result};

/// The texts of a row group up to this size wait in memory, larger ones in a file.
const MAX_IN_MEMORY: usize = 64 << 20;

/// Texts are handed to the encoder in parts of about this size.
const PART_BYTES: usize = 1 << 20;

/// The length of a null, which has none.
const NULL: u32 = u32::MAX;

/// A parquet file that is being written.
pub(super) struct ParquetFile {
    writer: SerializedFileWriter<OutputFile>,
    path: PathBuf,
    /// The input, for the other columns.
    input: File,
    metadata: Arc<ParquetMetaData>,
    text: usize,
    /// The row group that is gathered, and the rows before it.
    group: usize,
    rows_before: u64,
    spool: Option<BufWriter<SpooledTempFile>>,
    /// Rows in the spool.
    n_rows: u64,
}

impl ParquetFile {
    /// Opens a file for writing that is to be as `input` but for the texts.
    pub(super) fn create(path: &Path, input: &Path, text_field: Option<&str>) -> Result<Self> {
        let metadata = Arc::new(open_parquet(input)?.metadata().clone());
        let file = metadata.file_metadata();
        let text = text_column(file.schema_descr(), text_field)
            .map_err(|reason| Error::BadInput { path: input.into(), reason })?;
        let column = file.schema_descr().column(text).path().clone();
        let groups = metadata.row_groups();
        let chunk = groups.first().and_then(|group| group.columns().get(text));
        let codec = chunk.map_or(Codec::SNAPPY, |chunk| match chunk.compression() {
            // As its successor: LZ4 without a name for its frame is written by nobody any more.
            Codec::LZ4 | Codec::LZO => Codec::LZ4_RAW,
            codec => codec,
        });
        let has_dictionary = chunk.is_some_and(|chunk| chunk.dictionary_page_offset().is_some());
        let has_statistics = chunk.is_some_and(|chunk| chunk.statistics().is_some());
        let sorting = groups.first().and_then(|group| group.sorting_columns());
        // Nothing is sorted by texts that were changed.
        let is_sorted_by_text =
            sorting.is_some_and(|columns| columns.iter().any(|c| c.column_idx == text as i32));
        let properties = WriterProperties::builder()
            // What every reader reads.
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_key_value_metadata(file.key_value_metadata().cloned())
            .set_sorting_columns(sorting.filter(|_| !is_sorted_by_text).cloned())
            // The other columns come without theirs.
            .set_offset_index_disabled(true)
            .set_statistics_enabled(if has_statistics {
                EnabledStatistics::Chunk
            } else {
                EnabledStatistics::None
            })
            // Pages are texts: a thousand of them would be too much between two looks at the size.
            .set_write_batch_size(16)
            .set_column_compression(column.clone(), codec)
            .set_column_dictionary_enabled(column, has_dictionary)
            .build();
        let schema = file.schema_descr().root_schema_ptr();
        let out = OutputFile::create(path, Compression::None)?;
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties))
            .map_err(|error| failure(path, error))?;
        let input = File::open(input).map_err(|e| Error::io(input, e))?;
        let (group, rows_before, spool, n_rows) = (0, 0, None, 0);
        let path = path.into();
        Ok(ParquetFile { writer, path, input, metadata, text, group, rows_before, spool, n_rows })
    }

    fn group_metadata(&self) -> Option<&RowGroupMetaData> {
        self.metadata.row_groups().get(self.group)
    }

    /// Takes the text of a row, `None` for null. `row` is its 1-based number; rows come in order, and
    /// where one is missing, its row group is left out.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::BadInput`] if a row group cannot be written.
    pub(super) fn row(&mut self, row: u64, text: Option<&[u8]>) -> Result<()> {
        while self.group_metadata().is_some_and(|g| row > self.rows_before + g.num_rows() as u64) {
            self.leave_group();
        }
        let Some(n_in_group) = self.group_metadata().map(|g| g.num_rows() as u64) else {
            return Ok(());
        };
        if row != self.rows_before + self.n_rows + 1 {
            return Ok(());
        }
        self.spool(text).map_err(|e| Error::io(&self.path, e))?;
        self.n_rows += 1;
        if self.n_rows == n_in_group {
            self.write_group().map_err(|error| failure(&self.path, error))?;
            self.leave_group();
        }
        Ok(())
    }

    fn leave_group(&mut self) {
        self.rows_before += self.group_metadata().map_or(0, |group| group.num_rows() as u64);
        self.group += 1;
        self.spool = None;
        self.n_rows = 0;
    }

    fn spool(&mut self, text: Option<&[u8]>) -> std::io::Result<()> {
        let spool = match &mut self.spool {
            Some(spool) => spool,
            none => {
                let folder = match self.path.parent() {
                    Some(folder) if !folder.as_os_str().is_empty() => folder,
                    _ => Path::new("."),
                };
                let file = tempfile::spooled_tempfile_in(MAX_IN_MEMORY, folder);
                none.insert(BufWriter::with_capacity(256 << 10, file))
            }
        };
        let length = match text {
            None => NULL,
            Some(text) => u32::try_from(text.len())
                .ok()
                .filter(|&length| length != NULL)
                .ok_or_else(|| std::io::Error::other("a text of more than 4 GiB"))?,
        };
        spool.write_all(&length.to_le_bytes())?;
        spool.write_all(text.unwrap_or_default())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let metadata = self.metadata.clone();
        let (Some(group), Some(spool)) = (metadata.row_groups().get(self.group), self.spool.take())
        else {
            return Ok(());
        };
        let mut spool = spool.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        spool.rewind()?;
        let mut spool = BufReader::with_capacity(256 << 10, spool);
        let mut writer = self.writer.next_row_group()?;
        for (index, chunk) in group.columns().iter().enumerate() {
            if index == self.text {
                let max_level = chunk.column_descr().max_def_level();
                write_texts(&mut writer, &mut spool, self.n_rows, max_level)?;
                continue;
            }
            let close = ColumnCloseResult {
                bytes_written: chunk.compressed_size() as u64,
                rows_written: group.num_rows() as u64,
                metadata: chunk.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            writer.append_column(&self.input, close)?;
        }
        writer.close()?;
        Ok(())
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// [`Error::Io`] if the last bytes cannot be written or the name cannot be given.
    pub(super) fn commit(self) -> Result<()> {
        let ParquetFile { writer, path, .. } = self;
        writer.into_inner().map_err(|error| failure(&path, error))?.commit()
    }
}

impl std::fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Writes the texts of a row group; `max_level` is 0 where the column has no nulls.
fn write_texts(
    group: &mut SerializedRowGroupWriter<'_, OutputFile>,
    spool: &mut impl Read,
    n_rows: u64,
    max_level: i16,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("has fewer columns than the input".into()));
    };
    let (mut values, mut levels, mut size) = (Vec::new(), Vec::new(), 0);
    for row in 1..=n_rows {
        let mut length = [0; 4];
        spool.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        levels.push(if length == NULL { 0 } else { max_level });
        if length != NULL {
            let mut text = vec![0; length as usize];
            spool.read_exact(&mut text)?;
            size += text.len();
            values.push(ByteArray::from(text));
        }
        if size >= PART_BYTES || levels.len() >= 1024 || row == n_rows {
            let levels_or_none = (max_level > 0).then_some(levels.as_slice());
            column.typed::<ByteArrayType>().write_batch(&values, levels_or_none, None)?;
            values.clear();
            levels.clear();
            size = 0;
        }
    }
    column.close()
}

/// What the library says, as an error of the output.
fn failure(path: &Path, error: ParquetError) -> Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(source) => Error::io(path, *source),
            Err(other) => Error::BadInput { path: path.into(), reason: other.to_string() },
        },
        error => Error::BadInput {
            path: path.into(),
            reason: format!("the parquet data cannot be written: {}", reason(&error)),
        },
    }
}
