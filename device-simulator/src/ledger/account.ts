import { ACCOUNTS, type FaultName } from '../faults/faults.ts';
import type { Crossing } from '../oracle/crossings.ts';
import { withStretch, type HeldBackNote, type Stretch } from './held-back.ts';
import type { Note, RecordHandler } from './records.ts';
import { SequenceRanges } from './sequence-ranges.ts';

/** What the ledger knows of a device beforehand. */
export interface AccountDevice {
  readonly device_id: string;
  readonly patient_id: string;
  readonly region: string;
  readonly fault: FaultName | undefined;
  /** Alerts that its scenario must bring, at the latest `due_ms` after the run's start. */
  readonly expect: readonly { readonly alert: string; readonly due_ms: number }[];
}

/** First note of a ledger. */
export interface RunNote extends Note {
  readonly kind: 'run';
  readonly started_at_ms: number;
  readonly devices: readonly AccountDevice[];
  /** What was asked for, as `--resume` needs it to go on. */
  readonly asked: unknown;
}

/** A start of the tester: every device begins anew with another boot id. */
export interface BootNote extends Note {
  readonly kind: 'boot';
  readonly boot_id: number;
  readonly at_ms: number;
}

/** An alert as a station was shown it, or as the API told it afterwards. */
export interface AlertNote extends Note {
  readonly kind: 'alert';
  readonly id: string;
  readonly patient_id: string;
  readonly type: string;
  readonly alert_kind: string;
  readonly onset_ms: number;
  readonly event: string;
  /** Wall clock at which it was seen; undefined where the API told it. */
  readonly seen_at_ms: number | undefined;
}

/** One boot of one device. */
export interface Boot {
  made: number;
  lastMeasuredMs: number;
  readonly acknowledged: SequenceRanges;
  readonly refused: SequenceRanges;
  readonly dropped: SequenceRanges;
}

export interface DeviceAccount {
  readonly spec: AccountDevice;
  readonly boots: Boot[];
  firstMeasuredMs: number;
  lastMeasuredMs: number;
  /** When it measured what was acknowledged so late that its patient's signal may have been lost meanwhile. */
  heldBack: readonly Stretch[];
}

export interface CrossingAccount extends Crossing {
  /** Ids of the alerts that were raised or updated for it. */
  readonly alertIds: Set<string>;
  /** Wall clock, first station. */
  seenAtMs: number | undefined;
}

/** How long after what was held back the deployment may still see a patient otherwise than the tester: it began to time anew. */
const DOUBT_LASTS_MS = 30_000;
/** Readings that one reading's clock can be off by before the alert is another. */
const ONSET_SLACK_MS = 1;

/**
 * The ledger's sums: folds records, live as they are written or out of a file, into what is bounded by devices and alerts, not by readings.
 */
export class Account implements RecordHandler {
  readonly devices: DeviceAccount[] = [];
  readonly crossings = new Map<string, CrossingAccount>();
  /** Alerts no crossing was found for (yet), by patient, type and onset. */
  readonly unmatched = new Map<string, AlertNote>();
  readonly alertIds = new Set<string>();
  /** Technical alert types seen of a patient. */
  readonly technical = new Map<string, Set<string>>();
  /** Promises that a station saw broken, in words. */
  readonly broken: string[] = [];
  /** Ids of devices that were let in with a wrong token. */
  readonly letIn: string[] = [];
  run: RunNote | undefined;
  /** Wall clock of each start of the tester. */
  readonly bootsAtMs: number[] = [];
  /** The run came to its end, rather than to a loss of power. */
  isEnded = false;
  readonly #byPatient = new Map<string, DeviceAccount>();

  made(device: number, measuredAtMs: number): void {
    const account = this.devices[device];
    const boot = account?.boots.at(-1);
    if (!account || !boot) return;
    boot.made++;
    boot.lastMeasuredMs = Math.max(boot.lastMeasuredMs, measuredAtMs);
    account.firstMeasuredMs = Math.min(account.firstMeasuredMs, measuredAtMs);
    account.lastMeasuredMs = Math.max(account.lastMeasuredMs, measuredAtMs);
  }

  acknowledged(device: number, sequence: number): void {
    this.devices[device]?.boots.at(-1)?.acknowledged.add(sequence);
  }

  refused(device: number, sequence: number): void {
    this.devices[device]?.boots.at(-1)?.refused.add(sequence);
  }

  dropped(device: number, sequence: number): void {
    this.devices[device]?.boots.at(-1)?.dropped.add(sequence);
  }

  note(note: Note): void {
    if (note.kind === 'run') this.#begin(note as RunNote);
    else if (note.kind === 'boot') this.#boot(note as BootNote);
    else if (note.kind === 'crossing') this.crossing(note as unknown as Crossing);
    else if (note.kind === 'alert') this.alert(note as AlertNote);
    else if (note.kind === 'broken') this.broken.push(String(note['what']));
    else if (note.kind === 'let_in') this.letIn.push(String(note['device_id']));
    else if (note.kind === 'held_back') this.#heldBack(note as HeldBackNote);
    else if (note.kind === 'end') this.isEnded = true;
  }

  crossing(crossing: Crossing): void {
    const device = this.devices[crossing.device];
    if (!device) return;
    const { patient_id: patientId } = device.spec;
    const key = keyOf(patientId, crossing.type, crossing.onsetMs);
    if (this.crossings.has(key)) return;
    const account: CrossingAccount = {
      device: crossing.device,
      type: crossing.type,
      onsetMs: crossing.onsetMs,
      completedMs: crossing.completedMs,
      alertIds: new Set(),
      seenAtMs: undefined,
    };
    this.crossings.set(key, account);
    const waiting = this.unmatched.get(key);
    if (!waiting) return;
    this.unmatched.delete(key);
    join(account, waiting);
  }

  /** Answers the crossing it is for, where that is known already. */
  alert(alert: AlertNote): CrossingAccount | undefined {
    this.alertIds.add(alert.id);
    if (alert.alert_kind === 'technical') {
      const types = this.technical.get(alert.patient_id) ?? new Set();
      this.technical.set(alert.patient_id, types.add(alert.type));
    }
    const { onset_ms: onsetMs } = alert;
    for (let slack = 0; slack <= ONSET_SLACK_MS; slack++) {
      for (const onset of [onsetMs - slack, onsetMs + slack]) {
        const crossing = this.crossings.get(keyOf(alert.patient_id, alert.type, onset));
        if (!crossing) continue;
        join(crossing, alert);
        return crossing;
      }
    }
    const key = keyOf(alert.patient_id, alert.type, onsetMs);
    if (!this.unmatched.has(key)) this.unmatched.set(key, alert);
    return undefined;
  }

  byPatient(patientId: string): DeviceAccount | undefined {
    return this.#byPatient.get(patientId);
  }

  /** Sums of a device over all its boots. */
  static sums({ boots }: DeviceAccount): {
    made: number;
    acknowledged: number;
    refused: number;
    dropped: number;
  } {
    const sum = (of: (boot: Boot) => number): number => boots.reduce((total, boot) => total + of(boot), 0);
    return {
      made: sum((boot) => boot.made),
      acknowledged: sum((boot) => boot.acknowledged.size),
      refused: sum((boot) => boot.refused.size),
      dropped: sum((boot) => boot.dropped.size),
    };
  }

  /** Whether the device's crossings must alert. */
  static judges({ spec }: DeviceAccount): boolean {
    return spec.fault === undefined || ACCOUNTS[spec.fault].alerts === 'required';
  }

  /**
   * Whether the deployment may have lost the patient's signal at or shortly before that time, so that what it timed is not what the tester
   * timed: then an alert is neither demanded nor unexplained.
   */
  static isDoubtful({ heldBack }: DeviceAccount, fromMs: number, toMs: number): boolean {
    return heldBack.some((stretch) => fromMs <= stretch.toMs + DOUBT_LASTS_MS && toMs >= stretch.fromMs);
  }

  #heldBack({ device, from_ms: fromMs, to_ms: toMs }: HeldBackNote): void {
    const account = this.devices[device];
    if (account) account.heldBack = withStretch(account.heldBack, { fromMs, toMs });
  }

  #begin(run: RunNote): void {
    this.run = run;
    for (const spec of run.devices) {
      const account = {
        spec,
        boots: [],
        firstMeasuredMs: Number.POSITIVE_INFINITY,
        lastMeasuredMs: Number.NEGATIVE_INFINITY,
        heldBack: [],
      };
      this.devices.push(account);
      this.#byPatient.set(spec.patient_id, account);
    }
  }

  #boot({ at_ms: atMs }: BootNote): void {
    this.bootsAtMs.push(atMs);
    this.isEnded = false;
    for (const { boots } of this.devices) {
      boots.push({
        made: 0,
        lastMeasuredMs: Number.NEGATIVE_INFINITY,
        acknowledged: new SequenceRanges(),
        refused: new SequenceRanges(),
        dropped: new SequenceRanges(),
      });
    }
  }
}

const keyOf = (patientId: string, type: string, onsetMs: number): string => `${patientId} ${type} ${onsetMs}`;

function join(crossing: CrossingAccount, alert: AlertNote): void {
  crossing.alertIds.add(alert.id);
  if (alert.seen_at_ms !== undefined)
    crossing.seenAtMs = Math.min(crossing.seenAtMs ?? Infinity, alert.seen_at_ms);
}
