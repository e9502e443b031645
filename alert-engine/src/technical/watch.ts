import { setImmediate as nextTurn } from 'node:timers/promises';
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
import { gatewaysAway, type Away } from './gateway-rule.ts';
import { UNDER_A_STORM, gatewaysOf } from './inhibition.ts';

export interface WatchDeps extends ActionDeps {
  readonly view: Pick<LiveView, 'devices' | 'patient'>;
  readonly regions: readonly string[];
  /** A device must be away for this long, by the gateway's clock. */
  readonly offlineGraceMs: number;
  readonly periodMs: number;
  /** Which settings judged: the escalation settings' version. */
  readonly settingsVersion: () => string;
}

/**
 * The technical alarms that are about devices and areas rather than readings: `device_offline` once a patient's device has been away for
 * the grace, and one `region_away` of no patient when many go at once, or one `gateway_away` where they are those of a gateway, which inhibits
 * those under it. All resolve by themselves. What it needs to know is in the store and on the live bus, so a restart goes on where it was
 * (but for who of a gateway's devices has returned elsewhere). One engine does this, the one that relays.
 */
export function watchDevices(deps: WatchDeps): Service {
  let running: Promise<void> | undefined;
  let stopped = false;
  const awayBefore: AwayByRegion = new Map();
  const look = (): void => {
    if (stopped || running) return;
    running = new Look(deps, awayBefore)
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

/** As the look before found it. */
type AwayByRegion = Map<string, Away>;

class Look {
  readonly #deps: WatchDeps;
  readonly #awayGateways: AwayByRegion;

  constructor(deps: WatchDeps, awayBefore: AwayByRegion) {
    this.#deps = deps;
    this.#awayGateways = awayBefore;
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
    for (const region of regions) {
      // Thousands of devices are not looked at in one piece, which alerts would wait for.
      await nextTurn();
      await this.#gateways(region, devices, open, lost, away.has(region));
    }
    await nextTurn();
    await this.#devicesOffline(devices, open, away);
  }

  async #beginStorm(region: string, open: readonly Alert[]): Promise<void> {
    const onsetMs = this.#deps.clock.now();
    await this.#begin('region_away', 'medium', { region, patientId: '', deviceId: '', onsetMs });
    await this.#inhibit(
      open.filter((alert) => alert.region === region),
      'its region is away',
    );
  }

  /** One alert a region, whichever gateways are away: another that goes is a new condition of it. A region that is away says it all. */
  async #gateways(
    region: string,
    all: readonly DevicePresence[],
    open: readonly Alert[],
    lost: ReadonlySet<string>,
    isRegionAway: boolean,
  ): Promise<void> {
    const { clock, offlineGraceMs } = this.#deps;
    const devices = all.filter((device) => device.region === region);
    const alert = open.find((one) => one.type === 'gateway_away' && one.region === region);
    const named = alert ? gatewaysOf(alert) : [];
    const before = new Map(
      named.map((gateway) => [gateway, this.#awayGateways.get(region)?.get(gateway) ?? new Set<string>()]),
    );
    const watched = devices.map((device) => {
      const isLost = lost.has(device.patientId);
      const isOverdue = isLost || (isDown(device) && clock.now() - device.atMs >= offlineGraceMs);
      return {
        deviceId: device.deviceId,
        gateway: device.gateway,
        isDown: isLost || isDown(device),
        isOverdue,
      };
    });
    const away: Away = isRegionAway ? new Map() : gatewaysAway(watched, before);
    this.#awayGateways.set(region, away);
    const deviceId = [...away.keys()].sort().join(' ');
    if (away.size === 0) {
      if (alert) await this.#end(alert);
    } else if ([...away.keys()].some((gateway) => !named.includes(gateway))) {
      await this.#begin('gateway_away', 'medium', { region, patientId: '', deviceId, onsetMs: clock.now() });
      const under = new Set(
        devices.filter((device) => away.has(device.gateway ?? '')).map(({ patientId }) => patientId),
      );
      await this.#inhibit(
        open.filter((one) => one.region === region && under.has(one.patientId)),
        'its gateway is away',
      );
    } else if (alert && away.size < named.length) {
      await this.#apply({ ...conditionOf(alert, clock.now()), event: 'changed', deviceId });
    }
  }

  async #inhibit(alerts: readonly Alert[], reason: string): Promise<void> {
    for (const { region, id, type } of alerts) {
      if (UNDER_A_STORM.has(type))
        await act(this.#deps, region, id, { kind: 'inhibit', actor: SYSTEM, reason });
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
      const isSpokenFor =
        away.has(device.region) || this.#awayGateways.get(device.region)?.has(device.gateway ?? '');
      const isDue = isDown(device) && clock.now() - device.atMs >= offlineGraceMs && !isSpokenFor;
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
      settingsVersion: settingsVersion(),
    });
  }

  async #end(alert: Alert): Promise<void> {
    await this.#apply({ ...conditionOf(alert, this.#deps.clock.now()), event: 'ended' });
  }

  async #apply(condition: ConditionEvent): Promise<void> {
    const { alerts, clock, metrics, policyFor } = this.#deps;
    const outcome = await applyCondition(condition, alerts, clock, metrics, policyFor);
    if (outcome.kind !== 'applied') return;
    const { event, alert } = outcome.event;
    metrics.events.inc({ event, kind: alert.kind, priority: alert.priority });
  }
}

/** The next revision of the condition that an alert stands for. */
const conditionOf = (alert: Alert, nowMs: number): Omit<ConditionEvent, 'event'> => ({
  id: alert.conditionId,
  revision: alert.conditionRevision + 1,
  patientId: alert.patientId,
  region: alert.region,
  deviceId: alert.deviceId,
  type: alert.type,
  priority: alert.priority,
  value: undefined,
  threshold: undefined,
  onsetMs: alert.onsetMs,
  atMs: nowMs,
  mode: alert.mode,
  settingsVersion: alert.settingsVersion,
  limitsRevision: alert.limitsRevision,
});
