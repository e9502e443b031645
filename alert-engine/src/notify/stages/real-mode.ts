import { each } from './stage.ts';

/** Test and demonstration page nobody. */
export const realMode = each(({ event }) => (event.alert.mode === 'real' ? undefined : 'test_mode'));
