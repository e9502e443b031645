/** An alert that the load must bring about. */
export interface ExpectedAlert {
  readonly patientId: string;
  /** Event time of the crossing's first reading. */
  readonly onsetMs: number;
  /** Event time of the reading that completes the delay. */
  readonly measuredAtMs: number;
  /** When the schedule wanted that reading out, in `performance.now()`. */
  readonly dueMs: number;
  readonly isWarm: boolean;
}

/** Every alert that was brought about and when it was seen, each by its own onset: one that never came is not hidden by the patient's next. */
export class AlertLedger {
  readonly #awaited = new Map<string, ExpectedAlert>();

  expect(alert: ExpectedAlert): void {
    this.#awaited.set(nameOf(alert.patientId, alert.onsetMs), alert);
  }

  /** The alert that was awaited, the first time it is seen. */
  see(patientId: string, onsetMs: number): ExpectedAlert | undefined {
    const name = nameOf(patientId, onsetMs);
    const alert = this.#awaited.get(name);
    this.#awaited.delete(name);
    return alert;
  }

  /** Those not seen so far. */
  get awaited(): readonly ExpectedAlert[] {
    return [...this.#awaited.values()];
  }
}

const nameOf = (patientId: string, onsetMs: number): string => `${patientId} ${onsetMs}`;
