import type { Redis } from 'ioredis';
import type { Patient, PatientChange, PatientDirectory } from '../../ports/patient-directory.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Service } from '../../runtime/service.ts';
import { asking, connectRedis, type RedisConfig, type RedisDeps } from './connect.ts';
import { patientKey } from './keys.ts';

/** How long a patient stays cached, in the data model; written anew before that is over. */
const KEPT_S = 3_600;
const REFRESH_MS = 1_200_000;

/**
 * Keeps `cache:patient:<id>` as the directory has it, for whoever reads Redis: Vitalwire itself reads the directory. A cache that cannot
 * be written is put right by the next refresh.
 * @throws VitalwireError naming REDIS_URL where Redis does not answer or refuses
 */
export async function startPatientCache(
  config: RedisConfig & { readonly regions: readonly string[] },
  deps: RedisDeps & { readonly directory: PatientDirectory },
): Promise<Service> {
  const { clock, directory, logger } = deps;
  const redis = await connectRedis(config, deps);
  let isStopped = false;
  // One after the other, so that a refresh does not bring back what a change just took away.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    last = last.then(async () => {
      if (isStopped) return;
      try {
        await asking(deps, 'patient_cache', task);
      } catch (error) {
        logger.warn({ reason: messageOf(error) }, 'the patient cache was not written');
      }
    });
    return last;
  };
  const refresh = (): Promise<void> =>
    inTurn(async () => {
      const patients = await directory.list(config.regions);
      await Promise.all(patients.map((patient) => write(redis, patient)));
    });
  directory.onChange((change) => void inTurn(() => apply(redis, change)));
  await refresh();
  const cancel = clock.every(REFRESH_MS, () => void refresh());
  return {
    name: 'patient-cache',
    stop: async () => {
      isStopped = true;
      cancel();
      await last;
      redis.disconnect();
    },
  };
}

async function apply(redis: Redis, change: PatientChange): Promise<void> {
  if (change.kind === 'put') await write(redis, change.patient);
  else await redis.del(patientKey(change.patientId));
}

async function write(redis: Redis, patient: Patient): Promise<void> {
  const key = patientKey(patient.id);
  const fields = {
    id: patient.id,
    name: patient.name,
    ...(patient.age === undefined ? {} : { age: String(patient.age) }),
    region: patient.region,
    ward: patient.ward,
    bed: patient.bed,
    primary_doctor: patient.primaryDoctor,
    risk_level: patient.riskLevel,
  };
  await redis.multi().del(key).hset(key, fields).expire(key, KEPT_S).exec();
}
