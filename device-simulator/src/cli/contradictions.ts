import { UsageError, type Arguments } from './arguments.ts';

/** Options that say two things at once, or one that means nothing without another. @throws UsageError */
export function refuseContradictions(given: Arguments): void {
  const { replay } = given;
  if (replay === undefined && given.speed !== undefined) {
    throw new UsageError('--speed goes with --replay; for synthetic patients there is --rate');
  }
  if (replay !== undefined && given.rate !== undefined) {
    throw new UsageError('--rate does not go with --replay: a recording has its own, see --speed');
  }
  if (replay !== undefined && (given.scenario !== undefined || given.mix !== undefined)) {
    throw new UsageError(`${given.mix === undefined ? '--scenario' : '--mix'} does not go with --replay`);
  }
  if (given.scenario !== undefined && given.mix !== undefined) {
    throw new UsageError('--scenario does not go with --mix');
  }
  if (
    given.phases !== undefined &&
    (given.rate !== undefined || given.shape !== 'constant' || given.durationMs !== undefined)
  ) {
    throw new UsageError(
      '--phases give the rate, the shape and the duration: --rate, --shape and --duration do not go with them',
    );
  }
  if (
    given.phases === undefined &&
    given.durationMs === undefined &&
    !['constant', 'soak'].includes(given.shape)
  ) {
    throw new UsageError(`--shape ${given.shape} needs a --duration`);
  }
  if (given.window !== undefined && (given.rate !== undefined || given.replay !== undefined)) {
    throw new UsageError('--window finds the rate: --rate and --replay do not go with it');
  }
  if (given.window !== undefined && (given.phases !== undefined || given.shape !== 'constant')) {
    throw new UsageError('--window finds the rate: --shape and --phases do not go with it');
  }
  if (given.client === 'lean' && /^wss?:/.test(given.url)) {
    throw new UsageError('--client lean speaks mqtt: and mqtts: only');
  }
  if (given.api === undefined && (given.stations !== undefined || given.token !== undefined)) {
    throw new UsageError('--stations and --token need --api, the address of the deployment');
  }
  if (given.resume !== undefined && given.api === undefined) {
    throw new UsageError('--resume needs --api: a ledger is held against a deployment');
  }
  if (given.resume !== undefined && given.ledger !== undefined) {
    throw new UsageError('--resume names the ledger: --ledger does not go with it');
  }
  if (given.api === undefined && given.faults.some(({ name }) => name === 'slow-station')) {
    throw new UsageError('--fault slow-station needs --api');
  }
}
