import { WebSocket } from 'ws';
import type { Target } from './deployment.ts';

export interface StationEvents {
  vitals(patientId: string, measuredAtMs: number): void;
  alertRaised(patientId: string): void;
}

interface VitalsFrame {
  type: 'vitals';
  patients: { patient_id: string; vitals: Record<string, { measured_at: string }> }[];
}
interface AlertFrame {
  type: 'alert';
  alert: { patient_id: string; event: string };
}

/** A nurse station's socket; resolves once the first snapshot is there. */
export async function watch(deployment: Target, events: StationEvents): Promise<{ close(): void }> {
  const socket = new WebSocket(`${deployment.httpUrl.replace('http', 'ws')}/ws`);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => socket.send(JSON.stringify({ type: 'hello', token: deployment.staffToken })));
    socket.once('error', reject);
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as VitalsFrame | AlertFrame | { type: 'snapshot' };
      if (frame.type === 'snapshot') resolve();
      if (frame.type === 'alert' && frame.alert.event === 'raised')
        events.alertRaised(frame.alert.patient_id);
      if (frame.type === 'vitals') {
        for (const patient of frame.patients) {
          const newest = Math.max(
            ...Object.values(patient.vitals).map((vital) => Date.parse(vital.measured_at)),
          );
          events.vitals(patient.patient_id, newest);
        }
      }
    });
  });
  return { close: () => socket.terminate() };
}
