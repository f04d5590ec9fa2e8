import { type FileMetaData, type ParquetParsers, parquetSchema, type SchemaTree } from 'hyparquet';
import { readColumn } from 'hyparquet/src/column.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getMaxDefinitionLevel, getTreePath } from 'hyparquet/src/schema.js';
import { checkPages, type Unpacked } from './check-pages.js';
import type { ChunkPlace } from './find-chunks.js';

/**
 * The values of a column of a group of rows, one for each row; undefined or null where there is none.
 *
 * @param chunk - its bytes
 * @throws DatasetError if they unpack to more than the file may
 * @throws Error if they are damaged
 */
export function readValues(
  chunk: Uint8Array<ArrayBuffer>,
  { path, rows, column }: ChunkPlace,
  metadata: FileMetaData,
  unpacked: Unpacked,
): unknown[] {
  const { codec } = column;
  const schemaPath: SchemaTree[] = getTreePath(parquetSchema(metadata), [...path]);
  const { type, type_length, repetition_type, name, converted_type } = schemaPath[schemaPath.length - 1].element;
  // Sound and classes need no conversion, whatever the file says.
  const text = converted_type === 'UTF8' ? converted_type : undefined;
  const element = { type, type_length, repetition_type, name, converted_type: text };
  const pages = checkPages(chunk, { codec, rows, maxDefinitionLevel: getMaxDefinitionLevel(schemaPath) }, unpacked);
  const unpack = (packed: Uint8Array) => pages.unpacked.get(packed.byteOffset) ?? new Uint8Array();
  const { data } = readColumn(
    { view: new DataView(chunk.buffer, chunk.byteOffset, pages.end), offset: 0 },
    { groupStart: 0, selectStart: 0, selectEnd: rows, groupRows: rows },
    {
      pathInSchema: [...path],
      type: type!,
      element,
      schemaPath,
      codec,
      parsers: DEFAULT_PARSERS as ParquetParsers,
      compressors: { [codec]: unpack },
      utf8: false,
    },
  );
  const values: unknown[] = [];
  // A value lies in a list for each of its parents that may be missing.
  for (const page of data) for (const value of page) values.push(innermost(value));
  if (values.length !== rows) throw new Error(`${path.join('.')} has ${values.length} values in ${rows} rows`);
  return values;
}

function innermost(value: unknown): unknown {
  let inner = value;
  while (Array.isArray(inner)) inner = inner[0];
  return inner;
}
