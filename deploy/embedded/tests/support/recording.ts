import { readFileSync } from 'node:fs';

export interface Row {
  readonly second: number;
  readonly heartbeat: number | undefined;
  readonly respiratory_rate: number | undefined;
  readonly oxygen_saturation: number | undefined;
}

/** A shipped BIDMC recording, read apart from the simulator's own reader, so that the two can be held against each other. */
export function recording(name: string): Row[] {
  const file = new URL(`../../../../device-simulator/recordings/${name}_Numerics.csv`, import.meta.url);
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [second, heart, , respiration, saturation] = line.split(',').map(Number);
    const measured = (value: number | undefined): number | undefined =>
      Number.isNaN(value) ? undefined : value;
    return {
      second: second ?? 0,
      heartbeat: measured(heart),
      respiratory_rate: measured(respiration),
      oxygen_saturation: measured(saturation),
    };
  });
}
