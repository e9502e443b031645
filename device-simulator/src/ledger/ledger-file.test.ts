import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../signals/random.ts';
import { LedgerFile, LedgerFileError, readLedger } from './ledger-file.ts';
import { RecordReader, RecordWriter, type RecordHandler } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitalwire-ledger-'));
afterAll(() => rmSync(folder, { recursive: true }));

function listener(): { seen: unknown[]; handler: RecordHandler } {
  const seen: unknown[] = [];
  return {
    seen,
    handler: {
      made: (device, ms) => seen.push(['made', device, ms]),
      acknowledged: (device, sequence) => seen.push(['acknowledged', device, sequence]),
      refused: (device, sequence) => seen.push(['refused', device, sequence]),
      dropped: (device, sequence) => seen.push(['dropped', device, sequence]),
      note: (note) => seen.push(note),
    },
  };
}

it('records are read as they were written, also of clocks that go back', () => {
  const random = createRandom(1);
  const writer = new RecordWriter(300);
  const { seen, handler } = listener();
  const written: unknown[] = [];
  const reader = new RecordReader();
  for (let i = 0; i < 20_000; i++) {
    const device = Math.floor(random.between(0, 300));
    const ms = Math.floor(random.between(0, 4e12));
    writer.made(device, ms);
    writer.acknowledged(device, i);
    written.push(['made', device, ms], ['acknowledged', device, i]);
  }
  writer.note({ kind: 'end', text: 'ä'.repeat(100_000) });
  writer.refused(1, 2 ** 40);
  writer.dropped(299, 1);
  written.push({ kind: 'end', text: 'ä'.repeat(100_000) }, ['refused', 1, 2 ** 40], ['dropped', 299, 1]);
  reader.read(writer.take()!, handler);
  expect(seen).toEqual(written);
  expect(writer.take()).toBeUndefined();
});

it('an ordinary reading costs seven bytes at most', () => {
  const writer = new RecordWriter(10_000);
  writer.made(5_000, 1.8e12);
  const before = writer.take()!.length;
  for (let i = 1; i <= 100; i++) {
    writer.made(5_000, 1.8e12 + i * 60);
    writer.acknowledged(5_000, i);
  }
  expect(writer.take()!.length / 100).toBeLessThanOrEqual(8);
  expect(before).toBeLessThan(16);
});

describe('a ledger file', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const contents = async (path: string): Promise<string[]> => {
    const found: string[] = [];
    await readLedger(path, (records) => found.push(Buffer.from(records).toString()));
    return found;
  };

  it('ends with its last whole frame, wherever a loss of power cut it, and goes on from there', async () => {
    const path = join(folder, 'cut');
    const file = await LedgerFile.create(path);
    const ends: number[] = [];
    for (const text of ['one', 'two', 'three']) {
      file.append(bytes(text));
      await file.sync();
      ends.push(file.bytes);
    }
    await file.close();
    const whole = readFileSync(path);
    for (let length = 8; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const expected = ['one', 'two', 'three'].slice(0, ends.filter((end) => end <= length).length);
      expect(await contents(path)).toEqual(expected);
    }
    truncateSync(path, whole.length - 1);
    const resumed = await LedgerFile.resume(path);
    resumed.append(bytes('four'));
    await resumed.close();
    expect(await contents(path)).toEqual(['one', 'two', 'four']);
  });

  it('does not believe a frame that the disk changed', async () => {
    const path = join(folder, 'flipped');
    const file = await LedgerFile.create(path);
    for (const text of ['one', 'two']) {
      file.append(bytes(text));
      await file.sync();
    }
    await file.close();
    const whole = readFileSync(path);
    whole[whole.length - 1]! ^= 1;
    writeFileSync(path, whole);
    expect(await contents(path)).toEqual(['one']);
  });

  it('keeps everything that overlapping calls appended, in order', async () => {
    const path = join(folder, 'overlap');
    const file = await LedgerFile.create(path);
    const syncs: Promise<void>[] = [];
    for (let i = 0; i < 100; i++) {
      file.append(bytes(`${i},`));
      syncs.push(file.sync());
    }
    await Promise.all(syncs);
    await file.close();
    expect((await contents(path)).join('')).toBe(Array.from({ length: 100 }, (_, i) => `${i},`).join(''));
  });

  it('refuses to overwrite one, and to read what is none', async () => {
    const path = join(folder, 'other');
    writeFileSync(path, 'something else');
    await expect(LedgerFile.create(path)).rejects.toThrow(LedgerFileError);
    await expect(LedgerFile.resume(path)).rejects.toThrow(/not a ledger/);
    await expect(LedgerFile.resume(join(folder, 'none'))).rejects.toThrow(/cannot read the ledger/);
  });
});
