import { z } from 'zod';
import { PAUSE_MAX_S, pauseDocument, pauseSchema } from '../../pause/pause.ts';
import { liftPause, pauseAlarms } from '../../pause/pause-alarms.ts';
import { identityOf, regionOfPatient, requireNurse } from '../access.ts';
import { PROBLEMS, id, type ApiDeps, type ApiServer } from '../deps.ts';

export function alarmPauseRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/patients/:id/alarm-pause',
    {
      schema: {
        summary: "Pauses a patient's alarms",
        description:
          'For two minutes from now, or for fewer `seconds`. What sounds falls silent, new alarms are raised silently, and both sound at the end; an alarm of a higher priority than what was paused breaks through. Not for viewers.',
        tags: ['patients'],
        params: z.object({ id }),
        body: z.object({ seconds: z.number().positive().max(PAUSE_MAX_S).optional() }).nullish(),
        response: { 200: z.object({ pause: pauseSchema }), ...PROBLEMS },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      const patientId = request.params.id;
      const region = await regionOfPatient(identity, patientId, deps);
      requireNurse(identity);
      const seconds = request.body?.seconds ?? PAUSE_MAX_S;
      const pause = await pauseAlarms(deps, identity, { patientId, region }, seconds);
      return { pause: pauseDocument(pause) };
    },
  );

  app.delete(
    '/patients/:id/alarm-pause',
    {
      schema: {
        summary: "Ends the pause of a patient's alarms",
        description: 'What it kept silent sounds. Idempotent. Not for viewers.',
        tags: ['patients'],
        params: z.object({ id }),
        response: { 204: z.null(), ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const identity = identityOf(request);
      const patientId = request.params.id;
      const region = await regionOfPatient(identity, patientId, deps);
      requireNurse(identity);
      await liftPause(deps, identity, { patientId, region });
      return reply.code(204).send(null);
    },
  );
}
