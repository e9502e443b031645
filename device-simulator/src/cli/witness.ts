import type { Clock, Cancel } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { apiClient, type ApiClient } from '../audit/api-client.ts';
import { auditStores } from '../audit/store-audit.ts';
import { addStoredAlerts } from '../audit/stored-alerts.ts';
import { ACCOUNTS } from '../faults/faults.ts';
import type { RunStart } from '../fleet/fleet.ts';
import { Account, type AlertNote, type BootNote, type RunNote } from '../ledger/account.ts';
import { LedgerFile, LedgerFileError } from '../ledger/ledger-file.ts';
import { scanLedger } from '../ledger/read-account.ts';
import { RecordReader, RecordWriter, type Note } from '../ledger/records.ts';
import { stalePatients, unseenCrossings } from '../ledger/unsettled.ts';
import { judge, type Verdict } from '../ledger/verdict.ts';
import type { Crossing } from '../oracle/crossings.ts';
import type { StationsSnapshot } from '../report/progress.ts';
import type { StationsReport } from '../report/report.ts';
import type { Series } from '../report/series.ts';
import { StationGroup } from '../station/station-group.ts';
import type { StationAlert } from '../station/station.ts';
import type { Plan } from './plan.ts';

const SYNC_EVERY_MS = 250;
const STATION_PATIENCE_MS = 10_000;
const POLL_MS = 50;
/** Alerts that arrived before this process heard of their crossing. */
const EARLY_MAX = 10_000;

/** An alert on a station. */
interface Shown {
  readonly alert: AlertNote;
  /** Monotonic. */
  readonly receivedMs: number;
  readonly isLateByItself: boolean;
}

/**
 * Writes down everything that devices did and stations saw, as it happens, and says at the end what became of the deployment's promises. Without
 * --api there is nothing to see, and it says nothing.
 */
export class Witness {
  readonly #plan: Plan;
  readonly #file: LedgerFile | undefined;
  readonly #series: Series;
  readonly #clock: Clock;
  readonly #account = new Account();
  readonly #reader = new RecordReader();
  readonly #notes = new RecordWriter(0);
  readonly #written = new Set<string>();
  #early: Shown[] = [];
  #start: RunStart | undefined;
  #cancelSync: Cancel = () => {};
  readonly #api: ApiClient | undefined;
  readonly #stations: StationGroup | undefined;
  #isClosed = false;
  #failure: LedgerFileError | undefined;

  constructor(plan: Plan, file: LedgerFile | undefined, series: Series, clock: Clock) {
    this.#plan = plan;
    this.#file = file;
    this.#series = series;
    this.#clock = clock;
    const { api, devices } = plan;
    if (!api) return;
    this.#api = apiClient(api.url, api.token, clock);
    if (api.stations === 0) return;
    this.#stations = new StationGroup(
      { ...api, count: api.stations, regions: [...new Set(devices.map(({ region }) => region))], clock },
      {
        onVitals: (patientId, measuredAtMs, receivedMs) =>
          this.#onVitals(patientId, measuredAtMs, receivedMs),
        onAlert: (alert, receivedMs, isLateByItself) => this.#onAlert(alert, receivedMs, isLateByItself),
        onBroken: (what) => this.broken(what),
      },
    );
  }

  /** @throws LedgerFileError */
  static async start(plan: Plan, path: string | undefined, series: Series, clock: Clock): Promise<Witness> {
    if (path === undefined) return new Witness(plan, undefined, series, clock);
    if (!plan.resumes) return new Witness(plan, await LedgerFile.create(path), series, clock);
    const file = await LedgerFile.resume(path);
    const witness = new Witness(plan, file, series, clock);
    await scanLedger(path, witness.#account);
    return witness;
  }

  /** Nothing is sent to a deployment that could not be looked into afterwards. @throws ApiError */
  async reachApi(): Promise<void> {
    await this.#api?.reach();
  }

  /** Resolves once every station has its first snapshot, or has had its time. */
  async openStations(): Promise<void> {
    await this.#stations?.open(STATION_PATIENCE_MS);
  }

  begin(start: RunStart): void {
    this.#start = start;
    const run: RunNote = {
      kind: 'run',
      started_at_ms: start.wallMs,
      devices: this.#plan.devices,
      asked: { title: this.#plan.title },
    };
    const boot: BootNote = { kind: 'boot', boot_id: this.#plan.load.bootId, at_ms: start.wallMs };
    for (const note of this.#plan.resumes ? [boot] : [run, boot]) this.#note(note);
    this.#cancelSync = this.#clock.every(SYNC_EVERY_MS, () => void this.#sync());
  }

  /** Records of a thread, which the ledger keeps as they are. */
  records(records: Uint8Array): void {
    this.#reader.read(records, this.#account);
    this.#file?.append(records);
  }

  /** Already among the records; here for what waits for it. */
  crossing(crossing: Crossing): void {
    this.#account.crossing(crossing);
    if (this.#early.length === 0) return;
    const early = this.#early;
    this.#early = [];
    for (const shown of early) this.#measure(shown);
  }

  /** A device with a token that is none got a connection. */
  letIn(deviceId: string): void {
    this.#note({ kind: 'let_in', device_id: deviceId });
  }

  /** A station saw a promise of the WebSocket broken. */
  broken(what: string): void {
    this.#note({ kind: 'broken', what });
  }

  snapshot(): StationsSnapshot | undefined {
    if (!this.#stations) return undefined;
    const crossings = [...this.#account.crossings.values()];
    return {
      count: this.#stations.count,
      vitalsUs: this.#series.total.vitals,
      alertUs: this.#series.total.alert,
      crossings: crossings.length,
      alerted: crossings.filter(({ seenAtMs }) => seenAtMs !== undefined).length,
      broken: this.#account.broken.length + this.#account.letIn.length,
    };
  }

  /** Waits until stations show every crossing and the newest reading of every patient, or the time for that is over. */
  async settle(withinMs: number): Promise<void> {
    const stations = this.#stations;
    if (!stations) return;
    const deadlineMs = this.#clock.monotonic() + withinMs;
    const stale = (): string[] => stalePatients(this.#account, (patientId) => stations.newestOf(patientId));
    const isSettled = (): boolean => stale().length === 0 && unseenCrossings(this.#account) === 0;
    while (!isSettled() && this.#clock.monotonic() < deadlineMs) await this.#clock.sleep(POLL_MS);
    for (const what of stale()) this.broken(what);
  }

  /** Closes the stations and makes the ledger durable, with its end. @throws LedgerFileError */
  async end(): Promise<void> {
    this.#stations?.close();
    this.#note({ kind: 'end', at_ms: Math.round(this.#clock.now()) });
    this.#cancelSync();
    await this.#sync();
    // A ledger with a hole proves nothing.
    if (this.#failure) throw this.#failure;
  }

  async verdict(ranMs: number, onProgress: (done: number, of: number) => void): Promise<Verdict | undefined> {
    const file = this.#file;
    if (!file) return undefined;
    const api = this.#api;
    if (!api) return undefined;
    const stores = await auditStores({
      path: file.path,
      account: this.#account,
      api,
      clock: this.#clock,
      settleMs: this.#plan.settleMs,
      mayEndEarly: false,
      onProgress,
    });
    await addStoredAlerts(this.#account, api);
    return judge(this.#account, {
      stores,
      sees: this.#stations ? 'stations' : 'api',
      lateAfterMs: this.#plan.lateAfterMs,
      ranMs,
    });
  }

  stationsReport(): StationsReport | null {
    return this.#stations?.report() ?? null;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelSync();
    this.#stations?.close();
    await this.#file?.close();
  }

  #onVitals(patientId: string, measuredAtMs: number, receivedMs: number): void {
    const device = this.#account.byPatient(patientId);
    if (!device || !this.#start) return;
    const { fault } = device.spec;
    if (fault !== undefined && (ACCOUNTS[fault].moments !== 'exact' || ACCOUNTS[fault].delays)) return;
    this.#series.record('vitals', receivedMs - this.#monotonicOf(measuredAtMs));
  }

  #onAlert(alert: StationAlert, receivedMs: number, isLateByItself: boolean): void {
    if (!this.#account.byPatient(alert.patient_id) || (alert.event !== 'raised' && alert.event !== 'updated'))
      return;
    if (!this.#start || Date.parse(alert.onset) < this.#start.wallMs) return;
    const note: AlertNote = {
      kind: 'alert',
      id: alert.id,
      patient_id: alert.patient_id,
      type: alert.type,
      alert_kind: alert.kind,
      onset_ms: Date.parse(alert.onset),
      event: alert.event,
      seen_at_ms: Math.round(this.#start.wallMs + receivedMs - this.#start.monotonicMs),
    };
    this.#measure({ alert: note, receivedMs, isLateByItself });
  }

  #measure(shown: Shown): void {
    const { alert, receivedMs, isLateByItself } = shown;
    const key = `${alert.id} ${alert.onset_ms}`;
    const isFirst = !this.#written.has(key);
    if (isFirst) {
      this.#written.add(key);
      this.#append(alert);
    }
    const crossing = this.#account.alert(alert);
    if (!crossing) {
      if (this.#early.length < EARLY_MAX && alert.alert_kind === 'physiological') this.#early.push(shown);
      return;
    }
    // An update of a condition that stands says nothing of how soon it was there.
    const device = this.#account.devices[crossing.device];
    const isOfThisCrossing = alert.event === 'raised' || crossing.seenAtMs === alert.seen_at_ms;
    if (isOfThisCrossing && !isLateByItself && device && Account.judges(device)) {
      this.#series.record('alert', receivedMs - this.#monotonicOf(crossing.completedMs));
    }
  }

  #monotonicOf(wallMs: number): number {
    const start = this.#start;
    return start ? start.monotonicMs + wallMs - start.wallMs : 0;
  }

  #note(note: Note): void {
    this.#account.note(note);
    this.#append(note);
  }

  #append(note: Note): void {
    this.#notes.note(note);
    const records = this.#notes.take();
    if (records) this.#file?.append(records);
  }

  async #sync(): Promise<void> {
    try {
      if (!this.#isClosed) await this.#file?.sync();
    } catch (error) {
      // Told at the end: the devices' own figures are still worth having shown until then.
      this.#failure ??= new LedgerFileError(`the ledger could not be written: ${messageOf(error)}`);
    }
  }
}
