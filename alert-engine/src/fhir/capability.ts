import { toIso } from '@vitalwire/core/runtime/iso-time.ts';

/** What `/fhir` can do, for clients that ask before they search. */
export const capabilityStatement = (nowMs: number): Readonly<Record<string, unknown>> => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: toIso(nowMs),
  kind: 'instance',
  software: { name: 'Vitalwire' },
  implementation: { description: 'Vital signs and early-warning scores, read only' },
  fhirVersion: '4.0.1',
  format: ['json'],
  rest: [
    {
      mode: 'server',
      security: { description: 'A staff token: authorization: Bearer' },
      resource: [
        {
          type: 'Observation',
          profile: 'http://hl7.org/fhir/StructureDefinition/vitalsigns',
          interaction: [{ code: 'search-type' }],
          searchParam: [
            { name: 'patient', type: 'reference', documentation: 'required' },
            { name: 'code', type: 'token' },
            { name: 'date', type: 'date', documentation: 'the last hour where it is left out' },
          ],
        },
      ],
    },
  ],
});
