import { randomBytes } from 'node:crypto';

/** A name nobody used before, so that a test needs no empty engine. */
export const freshName = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`;
