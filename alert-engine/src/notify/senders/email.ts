import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import { VitalwireError, messageOf } from '@vitalwire/core/runtime/errors.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { createTransport } from 'nodemailer';
import type { SmtpSettings } from '../../escalation/settings.ts';
import type { Delivery } from '../delivery.ts';
import type { Send } from './sender.ts';

const TIMEOUT_MS = 10_000;

/** Through the hospital's relay, which needs no password. The subject names no patient: it is read on locked screens. */
export function emailSender({ host, port, from }: SmtpSettings): Send {
  const transport = createTransport({
    host,
    port,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return async (delivery, recipient, signal) => {
    if (recipient.address.kind !== 'email') throw new TypeError('not an email');
    const { alert } = delivery;
    try {
      const sent = transport.sendMail({
        from,
        to: recipient.address.to,
        subject: `${alert.priority} alarm, ${alert.region}`,
        text: text(delivery),
        // A relay that gets it twice lets it through once.
        messageId: `<${delivery.id}@vitalwire>`,
        priority: PRIORITY_RANK[alert.priority] >= PRIORITY_RANK.high ? 'high' : 'normal',
      });
      await Promise.race([sent, aborted(signal)]);
    } catch (error) {
      const code = (error as { responseCode?: number }).responseCode;
      const retriable = code === undefined || code < 500;
      throw new VitalwireError(
        retriable ? 'unavailable' : 'rejected',
        `the mail relay: ${messageOf(error)}`,
        {
          retriable,
          cause: error,
        },
      );
    }
  };
}

/** Rejects once `signal` is aborted: the client of the relay cannot be told to stop. */
function aborted(signal: AbortSignal): Promise<never> {
  const rejected = Promise.withResolvers<never>();
  if (signal.aborted) rejected.reject(signal.reason);
  else signal.addEventListener('abort', () => rejected.reject(signal.reason), { once: true });
  return rejected.promise;
}

const text = ({ alert, step }: Delivery): string =>
  [
    alert.message,
    '',
    `Patient: ${alert.patientId || '(none: a whole area)'}`,
    `Priority: ${alert.priority}`,
    `Raised: ${toIso(alert.raisedAtMs)}`,
    ...(step > 0 ? [`Escalated: step ${step}, nobody has acknowledged it`] : []),
    '',
    'Vitalwire is a secondary notification: the bedside monitor is the primary alarm.',
  ].join('\n');
