import { conditionId } from '@vitalwire/core/alarms/condition-codec.ts';
import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent, Priority, TechnicalType } from '@vitalwire/core/alarms/condition.ts';
import type { DevicePresence } from '@vitalwire/core/ports/live-bus.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { act, type ActionDeps } from '../actions/actions.ts';
import { applyCondition } from '../conditions/apply.ts';
import { SYSTEM } from '../lifecycle/outcome.ts';
import type { LiveView } from '../live/live-view.ts';
import { regionsAway } from './area-rule.ts';
import { UNDER_A_STORM } from './inhibition.ts';

export interface WatchDeps extends ActionDeps {
  readonly view: Pick<LiveView, 'devices' | 'patient'>;
  readonly regions: readonly string[];
  /** A device must be away for this long, by the gateway's clock. */
  readonly offlineGraceMs: number;
  readonly periodMs: number;
  /** Which settings judged: the escalation settings' version. */
  readonly settingsVersion: string;
}

/**
 * The technical alarms that are about devices and areas rather than readings: `device_offline` once a patient's device has been away for
 * the grace, and one `region_away` of no patient when many go at once, which inhibits those under it. All resolve by themselves. What it
 * needs to know is in the store and on the live bus, so a restart goes on where it was. One engine does this, the one that relays.
 */
export function watchDevices(deps: WatchDeps): Service {
  let running: Promise<void> | undefined;
  let stopped = false;
  const look = (): void => {
    if (stopped || running) return;
    running = new Look(deps)
      .run()
      .catch((error: unknown) =>
        deps.logger.warn({ reason: messageOf(error) }, 'devices could not be watched'),
      )
      .finally(() => (running = undefined));
  };
  const cancel = deps.clock.every(deps.periodMs, look);
  return {
    name: 'device-watch',
    stop: async () => {
      stopped = true;
      cancel();
      await running;
    },
  };
}

const isDown = ({ state }: DevicePresence): boolean => state === 'dead' || state === 'lost';

class Look {
  readonly #deps: WatchDeps;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  async run(): Promise<void> {
    const { alerts, regions, view } = this.#deps;
    const open = (await alerts.snapshot(regions)).alerts.filter(({ endedAtMs }) => endedAtMs === undefined);
    const devices = view.devices().filter(({ region, patientId }) => {
      return patientId !== '' && regions.includes(region) && view.patient(patientId)?.state !== 'discharged';
    });
    const lost = new Set(open.filter(({ type }) => type === 'signal_lost').map(({ patientId }) => patientId));
    const storms = open.filter(({ type }) => type === 'region_away');
    const away = regionsAway(
      devices.map((device) => ({
        region: device.region,
        down: isDown(device) || lost.has(device.patientId),
      })),
      new Set(storms.map(({ region }) => region)),
    );
    for (const storm of storms) if (!away.has(storm.region)) await this.#end(storm);
    for (const region of away) {
      if (!storms.some((storm) => storm.region === region)) await this.#beginStorm(region, open);
    }
    await this.#devicesOffline(devices, open, away);
  }

  async #beginStorm(region: string, open: readonly Alert[]): Promise<void> {
    const onsetMs = this.#deps.clock.now();
    await this.#begin('region_away', 'medium', { region, patientId: '', deviceId: '', onsetMs });
    for (const alert of open) {
      if (alert.region !== region || !UNDER_A_STORM.has(alert.type)) continue;
      await act(this.#deps, region, alert.id, {
        kind: 'inhibit',
        actor: SYSTEM,
        reason: 'its region is away',
      });
    }
  }

  async #devicesOffline(
    devices: readonly DevicePresence[],
    open: readonly Alert[],
    away: ReadonlySet<string>,
  ): Promise<void> {
    const { clock, offlineGraceMs } = this.#deps;
    const offline = new Map(
      open.filter(({ type }) => type === 'device_offline').map((alert) => [alert.patientId, alert]),
    );
    for (const device of devices) {
      const alert = offline.get(device.patientId);
      offline.delete(device.patientId);
      if (alert && !isDown(device)) await this.#end(alert);
      // Under a storm it waits: if it is still away after, it is told then.
      const isDue = isDown(device) && clock.now() - device.atMs >= offlineGraceMs && !away.has(device.region);
      if (!alert && isDue) {
        const { region, patientId, deviceId, atMs: onsetMs } = device;
        await this.#begin('device_offline', 'low', { region, patientId, deviceId, onsetMs });
      }
    }
    // The device is no longer the patient's, or nobody's.
    for (const alert of offline.values()) await this.#end(alert);
  }

  async #begin(
    type: TechnicalType,
    priority: Priority,
    of: Pick<ConditionEvent, 'region' | 'patientId' | 'deviceId' | 'onsetMs'>,
  ): Promise<void> {
    const { clock, settingsVersion } = this.#deps;
    const name = of.patientId === '' ? `region ${of.region}` : of.patientId;
    await this.#apply({
      ...of,
      id: conditionId(name, type, of.onsetMs),
      revision: 1,
      event: 'began',
      type,
      priority,
      value: undefined,
      threshold: undefined,
      atMs: clock.now(),
      mode: 'real',
      settingsVersion,
    });
  }

  async #end(alert: Alert): Promise<void> {
    await this.#apply({
      id: alert.conditionId,
      revision: alert.conditionRevision + 1,
      event: 'ended',
      patientId: alert.patientId,
      region: alert.region,
      deviceId: alert.deviceId,
      type: alert.type,
      priority: alert.priority,
      value: undefined,
      threshold: undefined,
      onsetMs: alert.onsetMs,
      atMs: this.#deps.clock.now(),
      mode: alert.mode,
      settingsVersion: alert.settingsVersion,
    });
  }

  async #apply(condition: ConditionEvent): Promise<void> {
    const { alerts, clock, metrics, policyFor } = this.#deps;
    const outcome = await applyCondition(condition, alerts, clock, metrics, policyFor);
    if (outcome.kind !== 'applied') return;
    const { event, alert } = outcome.event;
    metrics.events.inc({ event, kind: alert.kind, priority: alert.priority });
  }
}
