import { describe, expect, it } from 'vitest';
import { heartbeatSeen, monitoringOf, refusalSeen, SILENCE_MS, startLink } from './monitoring.ts';

describe('monitoringOf', () => {
  it('is given five seconds to begin with', () => {
    const link = startLink(100);
    expect(monitoringOf(link, 100 + SILENCE_MS - 1).state).toBe('starting');
    expect(monitoringOf(link, 100 + SILENCE_MS)).toMatchObject({ state: 'not_monitoring', sinceMs: 100 });
  });

  it('ends with silence, dated to the last heartbeat, and returns with the next', () => {
    const link = heartbeatSeen(startLink(0), 2000);
    expect(monitoringOf(link, 2000 + SILENCE_MS - 1).state).toBe('monitoring');
    expect(monitoringOf(link, 2000 + SILENCE_MS)).toMatchObject({ state: 'not_monitoring', sinceMs: 2000 });
    expect(monitoringOf(heartbeatSeen(link, 9000), 9001).state).toBe('monitoring');
  });

  it("believes the server's own doubt at once, keeps its beginning, and ends it with a heartbeat", () => {
    const doubted = refusalSeen(heartbeatSeen(startLink(0), 2000), 'The store does not answer.', 2500);
    expect(monitoringOf(doubted, 2501)).toEqual({
      state: 'not_monitoring',
      sinceMs: 2000,
      reason: 'The store does not answer.',
    });
    expect(monitoringOf(refusalSeen(doubted, 'Still.', 4500), 4501)).toMatchObject({
      sinceMs: 2000,
      reason: 'Still.',
    });
    expect(monitoringOf(heartbeatSeen(doubted, 5000), 5001).state).toBe('monitoring');
  });
});
