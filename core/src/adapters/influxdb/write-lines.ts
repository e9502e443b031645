import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';

const compress = promisify(gzip);

/** Less is sent as it is. */
const COMPRESSED_BYTES_MIN = 1_000;
/** Lines are much alike: level 1 leaves a twelfth of them, and zlib's own takes four times as long to leave a sixteenth. */
const LEVEL = { level: 1 };
const NO_CONTENT = 204;
const LINES_TOGETHER = 64;

/**
 * A line for each of the points. A few at a time become bytes: of thousands, as they are put together, the collector would meet all the pieces.
 */
export function bytesOf<Point>(points: readonly Point[], toLine: (point: Point) => string): Buffer {
  const pieces: Buffer[] = [];
  for (let from = 0; from < points.length; from += LINES_TOGETHER) {
    let text = '';
    for (const point of points.slice(from, from + LINES_TOGETHER)) text += `${toLine(point)}\n`;
    pieces.push(Buffer.from(text));
  }
  return Buffer.concat(pieces);
}

/**
 * Resolves after the server's answer, which it gives once the lines are in its write-ahead log and on disk. The client's own writer is not
 * used: it copies and measures line by line for batches and retries of its own, which were off, and leaves no choice of the level.
 * @throws what the client throws of a server that refuses or does not answer
 */
export async function writeLines(
  { transport }: InfluxDB,
  org: string,
  bucket: string,
  plain: Buffer,
): Promise<void> {
  const isSmall = plain.length < COMPRESSED_BYTES_MIN;
  const body = isSmall ? plain : await compress(plain, LEVEL);
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    ...(!isSmall && { 'content-encoding': 'gzip' }),
  };
  const path = `/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ms' }).toString()}`;
  await new Promise<void>((resolve, reject) => {
    let status = 0;
    // Its types know only text; it hands it to Buffer.from, which takes bytes as well.
    transport.send(
      path,
      body as unknown as string,
      { method: 'POST', headers },
      {
        responseStarted: (_, statusCode) => (status = statusCode ?? 0),
        error: reject,
        // Whatever else answers, a proxy's page for one, has not stored anything.
        complete: () =>
          status === NO_CONTENT ? resolve() : reject(new HttpError(status, `${NO_CONTENT} expected`)),
      },
    );
  });
}
