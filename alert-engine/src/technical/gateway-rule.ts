/** A patient's device in a region, as presence and signals tell. */
export interface GatewayDevice {
  readonly deviceId: string;
  /** Where it was last seen; undefined where nobody said. */
  readonly gateway: string | undefined;
  readonly isDown: boolean;
  /** Down for the grace: one that restarts is not away. */
  readonly isOverdue: boolean;
}

/** By gateway, the devices that were there when it went or since. */
export type Away = ReadonlyMap<string, ReadonlySet<string>>;

const DOWN_MIN = 2;
const BEGINS_SHARE = 0.75;
/** Lower than where it begins, so that a gateway at the edge does not come and go. */
const ENDS_SHARE = 0.25;
/** Of the region's other devices: with fewer there, it is not the gateway. */
const OTHERS_SHARE = 0.5;

/**
 * The gateways of a region that are away: at least three quarters of their devices, and two, went, while at least half of the region's
 * other devices are there; until less than a quarter of them, or than two, are gone. A gateway that starts again has another id, so a
 * device that is seen elsewhere has returned.
 */
export function gatewaysAway(devices: readonly GatewayDevice[], before: Away): Away {
  const byGateway = new Map<string, GatewayDevice[]>();
  for (const device of devices) {
    if (device.gateway === undefined) continue;
    const known = byGateway.get(device.gateway);
    if (known) known.push(device);
    else byGateway.set(device.gateway, [device]);
  }
  const allDown = downOf(devices);
  const away = new Map<string, ReadonlySet<string>>();
  for (const [gateway, own] of byGateway) {
    const down = downOf(own);
    if (down < DOWN_MIN) continue;
    const held = before.get(gateway);
    const members = new Set([...(held ?? []), ...own.map(({ deviceId }) => deviceId)]);
    const others = devices.length - own.length;
    const begins =
      down >= BEGINS_SHARE * own.length &&
      own.filter(({ isOverdue }) => isOverdue).length >= DOWN_MIN &&
      others > 0 &&
      others - (allDown - down) >= OTHERS_SHARE * others;
    if (held ? down >= ENDS_SHARE * members.size : begins) away.set(gateway, members);
  }
  return away;
}

const downOf = (devices: readonly GatewayDevice[]): number => devices.filter(({ isDown }) => isDown).length;
