/** What `npm run start:distributed` is to its components, with fake ones: two that behave as the arguments say. */
import { fileURLToPath } from 'node:url';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { stopAll } from '@vitalwire/core/runtime/service.ts';
import { killComponents } from '../../src/component-process.ts';
import { onEndSignals } from '../../src/end-signals.ts';
import { supervise } from '../../src/supervised.ts';

const path = fileURLToPath(new URL('fake-component.ts', import.meta.url));
const logger = createLogger('distributed', 'warn');
const [first = 'drains', second = 'drains'] = process.argv.slice(2);

const start = (component: 'alerting' | 'storage', manner: string) =>
  supervise({
    component,
    environment: process.env,
    onLine: (line) => console.log(`${component} ${line}`),
    clock: systemClock,
    logger,
    signal: undefined,
    main: [path, manner],
  });
const running = [await start('alerting', first), await start('storage', second)];

onEndSignals({
  clock: systemClock,
  end: () => {
    console.log('draining');
    void stopAll(running, { logger, clock: systemClock, eachMs: 20_000 }).then((clean) =>
      process.exit(clean ? 0 : 1),
    );
  },
  force: killComponents,
});
console.log('up');
