import { readLedger } from './ledger-file.ts';
import { Account } from './account.ts';
import { RecordReader, type RecordHandler } from './records.ts';

/** Reads a ledger from its beginning. @throws LedgerFileError, RecordError */
export async function scanLedger(path: string, handler: RecordHandler): Promise<void> {
  const reader = new RecordReader();
  await readLedger(path, (records) =>
    reader.read(records, {
      made: (device, measuredAtMs) => handler.made(device, measuredAtMs),
      acknowledged: (device, sequence) => handler.acknowledged(device, sequence),
      refused: (device, sequence) => handler.refused(device, sequence),
      dropped: (device, sequence) => handler.dropped(device, sequence),
      note(note) {
        if (note.kind === 'boot') reader.reboot();
        handler.note(note);
      },
    }),
  );
}

/** The sums of a ledger as its file has them. @throws LedgerFileError, RecordError */
export async function readAccount(path: string): Promise<Account> {
  const account = new Account();
  await scanLedger(path, account);
  return account;
}

/** A reading as the audit looks for it. */
export interface Moment {
  readonly measuredAtMs: number;
  readonly isAcknowledged: boolean;
}

/** The readings of some devices, by device, in the order they were made: what the sums cannot tell. */
export async function readMoments(
  path: string,
  account: Account,
  devices: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Moment[]>> {
  const moments = new Map<number, Moment[]>([...devices].map((device) => [device, []]));
  const made = new Map<number, number>();
  let boot = -1;
  await scanLedger(path, {
    made(device, measuredAtMs) {
      const list = moments.get(device);
      if (!list) return;
      const sequence = (made.get(device) ?? 0) + 1;
      made.set(device, sequence);
      const isAcknowledged = account.devices[device]?.boots[boot]?.acknowledged.has(sequence) ?? false;
      list.push({ measuredAtMs, isAcknowledged });
    },
    acknowledged: () => {},
    refused: () => {},
    dropped: () => {},
    note(note) {
      if (note.kind !== 'boot') return;
      boot++;
      made.clear();
    },
  });
  return moments;
}
