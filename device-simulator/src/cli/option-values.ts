/** What each option takes, as text, turned into its value. Wrong text is commander's to tell, with the option's name. */
import { InvalidArgumentError } from 'commander';
import { FAULTS, type FaultName } from '../faults/faults.ts';
import { parsePhases, type Phase } from '../load/shapes.ts';
import { SloError, parseSlo, type Objective } from '../report/slo.ts';
import { SCENARIOS } from '../scenarios/scenario.ts';
import type { Arguments, Share } from './arguments.ts';

const PROTOCOLS = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];
/** A level of an MQTT topic without what means something there. */
const TOPIC_LEVEL = /^[^+#/\s]+$/;

export function scenario(text: string): string {
  const names: readonly string[] = [...SCENARIOS, 'mix'];
  if (!names.includes(text) && !/\.ya?ml$/.test(text)) {
    throw new InvalidArgumentError(`Allowed choices are ${names.join(', ')}, or a file *.yaml.`);
  }
  return text;
}

export function mix(text: string): readonly Share<string>[] {
  const shares = text.split(',').map((part) => {
    const [name = '', share] = part.split('=').map((side) => side.trim());
    if (share === undefined) throw new InvalidArgumentError(`"${part.trim()}" is not like stable=0.7.`);
    return { name: scenario(name), share: shareOf(share) };
  });
  const sum = shares.reduce((total, { share }) => total + share, 0);
  if (Math.abs(sum - 1) > 0.001) throw new InvalidArgumentError(`The shares make ${sum}, not 1.`);
  return shares;
}

export function fault(text: string, before: Arguments['faults']): Arguments['faults'] {
  const [name = '', share = '0.1'] = text.split(':');
  const names: readonly string[] = [...FAULTS, 'slow-station'];
  if (!names.includes(name)) throw new InvalidArgumentError(`Allowed choices are ${names.join(', ')}.`);
  const all = [...before, { name: name as FaultName | 'slow-station', share: shareOf(share) }];
  const sum = all.reduce((total, { name, share }) => total + (name === 'slow-station' ? 0 : share), 0);
  if (sum > 1.000_001)
    throw new InvalidArgumentError('A device has one fault at most: the shares make more than 1.');
  return all;
}

const SECRET_LENGTH_MIN = 32;

export function secret(text: string): string {
  if (text.length < SECRET_LENGTH_MIN)
    throw new InvalidArgumentError(`A deployment's secret has at least ${SECRET_LENGTH_MIN} characters.`);
  return text;
}

export function shareOf(text: string): number {
  const share = Number(text);
  if (!(share > 0 && share <= 1))
    throw new InvalidArgumentError(`"${text}" is no share: above 0, at most 1.`);
  return share;
}

export function phases(text: string): readonly Phase[] {
  const parsed = parsePhases(text);
  if (typeof parsed === 'string') throw new InvalidArgumentError(parsed);
  return parsed;
}

export function slo(text: string): readonly Objective[] {
  try {
    return parseSlo(text);
  } catch (error) {
    if (error instanceof SloError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

export function httpUrl(text: string): string {
  if (!URL.canParse(text) || !['http:', 'https:'].includes(new URL(text).protocol)) {
    throw new InvalidArgumentError('It must be like http://host:8080.');
  }
  return text;
}

export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max || text.trim() === '') {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

export function positive(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value > 0 && value <= max)) {
      throw new InvalidArgumentError(`It must be a number above 0, at most ${max}.`);
    }
    return value;
  };
}

export function oneOf(text: string, allowed: readonly number[]): number {
  const value = Number(text);
  if (!allowed.includes(value)) {
    throw new InvalidArgumentError(`Allowed choices are ${allowed.join(', ')}.`);
  }
  return value;
}

export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text);
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's'] ?? 1_000;
  const ms = Number(match?.[1]) * unitMs;
  if (!(ms > 0)) throw new InvalidArgumentError('It must be a time like 90s, 10m or 2h.');
  return ms;
}

export function mqttUrl(text: string): string {
  if (!URL.canParse(text) || !PROTOCOLS.includes(new URL(text).protocol)) {
    throw new InvalidArgumentError('It must be like mqtt://host:1883, mqtts://host:8883 or ws://host/path.');
  }
  return text;
}

export function topicLevel(text: string): string {
  if (!TOPIC_LEVEL.test(text)) {
    throw new InvalidArgumentError('It stands in an MQTT topic: no space, "/", "+" or "#".');
  }
  return text;
}

export function regions(text: string): readonly string[] {
  return text.split(',').map((region) => topicLevel(region.trim()));
}
