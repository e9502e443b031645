import { randomInt } from 'node:crypto';

/** A boot id that no start before had, as far as 32 random bits can tell; a reading's name would be taken for an old one's otherwise. */
export const newBootId = (): number => randomInt(1, 2 ** 32);
