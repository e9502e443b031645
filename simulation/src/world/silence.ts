import { createLogger } from '@vitalwire/core/runtime/logger.ts';

/** The logger of every component: the story tells what happens. */
export const SILENCE = createLogger('simulation', 'silent');
