/**
 * Parquet files with one clip or none of their claims true: written value by value, in Thrift's compact protocol, so that
 * any number in them can be a lie.
 */

type Field = [id: number, type: 'i32' | 'i64' | 'binary' | 'struct' | 'list' | 'true', value: unknown];

const TYPES = { true: 1, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

function content(type: Field[1], value: unknown): Buffer {
  if (type === 'true') return Buffer.alloc(0);
  if (type === 'struct') return struct(value as Field[]);
  if (type === 'list') return value as Buffer;
  if (type === 'binary') return Buffer.concat([varint((value as Buffer).length), value as Buffer]);
  return varint(BigInt(value as number) >= 0n ? BigInt(value as number) * 2n : -BigInt(value as number) * 2n - 1n);
}

/** A struct, its fields in order of their number. */
export function struct(fields: Field[]): Buffer {
  let last = 0;
  const parts = fields.map(([id, type, value]) => {
    const begin = Buffer.from([((id - last) << 4) | TYPES[type]]);
    last = id;
    return Buffer.concat([begin, content(type, value)]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** A list that says it has `count` elements. */
export function list(type: 'i32' | 'binary' | 'struct', elements: Buffer[], count: number = elements.length): Buffer {
  return Buffer.concat([Buffer.from([0xf0 | TYPES[type]]), varint(count), ...elements]);
}

const text = (words: string) => Buffer.from(words);
const word = (words: string) => content('binary', text(words));

/** A page: its header and what follows. */
export interface TinyPage {
  body: Buffer;
  /** What its header says of it; default the truth. */
  values?: number;
  size?: number;
  /** 0 PLAIN, 7 DELTA_BYTE_ARRAY, 8 RLE_DICTIONARY. */
  encoding?: number;
  dictionary?: boolean;
}

export interface TinyParquet {
  /** 0 none, 1 Snappy, 2 gzip, 4 Brotli, 6 Zstandard, 7 LZ4. */
  codec?: number;
  rows?: number;
  /** What the footer says of the column of sound; default as many as rows. */
  values?: number;
  audio: TinyPage[];
  names?: string[];
  /** Of each row. */
  label?: number;
  features?: unknown;
  /** In place of the real offset of the column of sound. */
  offset?: number;
}

/** Values without compression: each with its length before. */
export function plain(...values: Buffer[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(value.length);
      return Buffer.concat([length, value]);
    }),
  );
}

function page({ body, values = 1, size = body.length, encoding = 0, dictionary }: TinyPage): Buffer {
  const own: Field[] = [
    [1, 'i32', values],
    [2, 'i32', encoding],
  ];
  const levels: Field[] = [
    [3, 'i32', 3],
    [4, 'i32', 3],
  ];
  const header: Field[] = [
    [1, 'i32', dictionary ? 2 : 0],
    [2, 'i32', size],
    [3, 'i32', body.length],
    dictionary ? [7, 'struct', own] : [5, 'struct', [...own, ...levels]],
  ];
  return Buffer.concat([struct(header), body]);
}

function chunk(path: string[], type: number, codec: number, values: number, offset: number, pages: Buffer): Buffer {
  return struct([
    [2, 'i64', offset],
    [
      3,
      'struct',
      [
        [1, 'i32', type],
        [2, 'list', list('i32', [varint(0)])],
        [3, 'list', list('binary', path.map(word))],
        [4, 'i32', codec],
        [5, 'i64', values],
        [6, 'i64', pages.length],
        [7, 'i64', pages.length],
        [9, 'i64', offset],
      ],
    ],
  ]);
}

/** A file with a column of sound and one of genres, all required. */
export function tinyParquet(options: TinyParquet): Buffer {
  const { codec = 0, rows = 1, values = rows, audio, names = ['blues', 'jazz'], label = 0 } = options;
  const sound = Buffer.concat(audio.map(page));
  const labels = Buffer.alloc(8 * Math.max(0, Math.min(rows, 100)));
  for (let i = 0; i < labels.length; i += 8) labels.writeBigInt64LE(BigInt(label), i);
  const genres = page({ body: labels, values: labels.length / 8 });
  const start = 4;
  const columns = [
    chunk(['audio', 'bytes'], 6, codec, values, options.offset ?? start, sound),
    chunk(['genre'], 2, 0, rows, start + sound.length, genres),
  ];
  const features = options.features ?? {
    audio: { _type: 'Audio' },
    genre: { _type: 'ClassLabel', names },
  };
  const element = (fields: Field[]) => struct(fields);
  const footer = struct([
    [1, 'i32', 1],
    [
      2,
      'list',
      list('struct', [
        element([
          [4, 'binary', text('schema')],
          [5, 'i32', 2],
        ]),
        element([
          [3, 'i32', 0],
          [4, 'binary', text('audio')],
          [5, 'i32', 1],
        ]),
        element([
          [1, 'i32', 6],
          [3, 'i32', 0],
          [4, 'binary', text('bytes')],
        ]),
        element([
          [1, 'i32', 2],
          [3, 'i32', 0],
          [4, 'binary', text('genre')],
        ]),
      ]),
    ],
    [3, 'i64', rows],
    [
      4,
      'list',
      list('struct', [
        struct([
          [1, 'list', list('struct', columns)],
          [2, 'i64', sound.length],
          [3, 'i64', rows],
        ]),
      ]),
    ],
    [
      5,
      'list',
      list('struct', [
        struct([
          [1, 'binary', text('huggingface')],
          [2, 'binary', text(JSON.stringify({ info: { features } }))],
        ]),
      ]),
    ],
  ]);
  return withFooter(Buffer.concat([text('PAR1'), sound, genres]), footer);
}

/** A file that ends in this footer. */
export function withFooter(before: Buffer, footer: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([before, footer, length, text('PAR1')]);
}
