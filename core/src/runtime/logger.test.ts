import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  let line = '';
  write(createLogger('test', 'info', { write: (text: string) => (line = text) }));
  return JSON.parse(line) as Record<string, unknown>;
}

describe('the logger', () => {
  it('shows a patient as the same short digest each time, never by id', () => {
    const first = logged((logger) => logger.info({ patient_id: 'P-4711' }, 'x'));
    const second = logged((logger) => logger.info({ alert: { patient_id: 'P-4711' } }, 'x'));
    expect(first['patient_id']).toMatch(/^#[0-9a-f]{10}$/);
    expect(second['alert']).toEqual({ patient_id: first['patient_id'] });
  });

  it.each(['token', 'password', 'secret', 'authorization'])('drops a %s', (field) => {
    expect(
      logged((logger) => logger.info({ [field]: 'abc', nested: { [field]: 'abc' } }, 'x')),
    ).toMatchObject({
      [field]: '[redacted]',
      nested: { [field]: '[redacted]' },
    });
  });
});
