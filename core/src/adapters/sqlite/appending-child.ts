/** A process for `kill.test.ts`: appends and writes without end, and says on stdout what was acknowledged. */
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { TOPICS } from '../../runtime/topics.ts';
import { raised, sampleAlert } from '../../testing/contracts/alert-samples.ts';
import { NO_MARKS } from '../../vitals/reading.ts';
import { noVitals } from '../../vitals/vital.ts';
import { openSqlitePorts } from './open-sqlite-ports.ts';

const CALLERS = 40;

const [, , path = '', run = ''] = process.argv;
const logger = createLogger('child', 'silent');
const ports = await openSqlitePorts({ path, clock: systemClock, logger, partitions: 4, registry: undefined });

await Promise.all(
  Array.from({ length: CALLERS }, async (_, caller) => {
    for (let i = 0; ; i++) {
      const name = `${run}-${caller}-${i}`;
      await write(caller % 4, name);
      process.stdout.write(`${caller % 4} ${name}\n`);
      // Points on their way from the journal are to be lost as little as those in it.
      if (i % 5 === 0) void ports.timeSeries.flush();
    }
  }),
);

async function write(kind: number, name: string): Promise<void> {
  if (kind === 0) {
    const value = new Uint8Array(1000);
    await ports.checkpoints.save(name, 0, { nextOffset: 1, state: value });
  } else if (kind === 1) {
    await ports.alerts.commit(raised(sampleAlert(name, 'West', name)));
  } else if (kind === 2) {
    const point = { patientId: name, deviceId: 'D', region: 'West', atMs: 1, vitals: noVitals() };
    await ports.timeSeries.writeRaw([{ ...point, validity: NO_MARKS, mode: 'real', clockCorrectionMs: 0 }]);
  } else {
    const value = Buffer.from(name);
    await ports.log.append([
      { topic: TOPICS.readings.name, key: name, value, headers: {}, timestampMs: systemClock.now() },
    ]);
  }
}
