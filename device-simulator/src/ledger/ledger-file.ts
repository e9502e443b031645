import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** First bytes of a ledger: its name and version. */
const MAGIC = Buffer.from('VWLEDG01');
/** Length and checksum of the records that follow. */
const HEAD_BYTES = 8;
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** The file is not a ledger, or cannot be used; the message says which. */
export class LedgerFileError extends Error {
  override readonly name = 'LedgerFileError';
}

/**
 * An append-only file of frames, each with its checksum. What `append` was given is on the disk once a later `sync` has resolved; after a loss
 * of power the file ends with the last whole frame, and what is behind it is cut off when the file is opened again.
 */
export class LedgerFile {
  readonly path: string;
  readonly #file: FileHandle;
  #end: number;
  #queue: Uint8Array[] = [];
  #writing: Promise<void> | undefined;

  constructor(path: string, file: FileHandle, end: number) {
    this.path = path;
    this.#file = file;
    this.#end = end;
  }

  /** @throws LedgerFileError where the file exists already. */
  static async create(path: string): Promise<LedgerFile> {
    const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
      const why = error.code === 'EEXIST' ? 'exists already: --resume continues it' : error.message;
      throw new LedgerFileError(`ledger ${path} ${why}`);
    });
    await file.write(MAGIC, 0, MAGIC.length, 0);
    await file.sync();
    return new LedgerFile(path, file, MAGIC.length);
  }

  /** Opens a ledger to go on with it. @throws LedgerFileError */
  static async resume(path: string): Promise<LedgerFile> {
    const end = await readLedger(path, () => {});
    const file = await open(path, 'r+');
    await file.truncate(end);
    return new LedgerFile(path, file, end);
  }

  get bytes(): number {
    return this.#end;
  }

  append(records: Uint8Array): void {
    this.#queue.push(records);
  }

  /** Writes what was appended and makes it durable. Calls overlap safely: each resolves once all that was appended before it is on the disk. */
  async sync(): Promise<void> {
    await this.#writing;
    if (this.#queue.length === 0) return;
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.sync();
    await this.#file.close();
  }

  async #write(): Promise<void> {
    const payload = Buffer.concat(this.#queue);
    this.#queue = [];
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt32LE(payload.length, 0);
    head.writeUInt32LE(crc32(payload), 4);
    const frame = Buffer.concat([head, payload]);
    await this.#file.write(frame, 0, frame.length, this.#end);
    this.#end += frame.length;
    await this.#file.datasync();
  }
}

/** Gives every whole frame, in order; answers where the last ends. @throws LedgerFileError */
export async function readLedger(path: string, onRecords: (records: Uint8Array) => void): Promise<number> {
  const file = await open(path, 'r').catch((error: Error) => {
    throw new LedgerFileError(`cannot read the ledger ${path}: ${error.message}`);
  });
  try {
    const magic = Buffer.alloc(MAGIC.length);
    await file.read(magic, 0, magic.length, 0);
    if (!magic.equals(MAGIC)) throw new LedgerFileError(`${path} is not a ledger of this version`);
    const head = Buffer.alloc(HEAD_BYTES);
    for (let at = MAGIC.length; ;) {
      if ((await file.read(head, 0, HEAD_BYTES, at)).bytesRead < HEAD_BYTES) return at;
      const length = head.readUInt32LE(0);
      if (length > FRAME_BYTES_MAX) return at;
      const payload = Buffer.alloc(length);
      const { bytesRead } = await file.read(payload, 0, length, at + HEAD_BYTES);
      if (bytesRead < length || crc32(payload) !== head.readUInt32LE(4)) return at;
      onRecords(payload);
      at += HEAD_BYTES + length;
    }
  } finally {
    await file.close();
  }
}
