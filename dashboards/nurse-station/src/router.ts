/** The address's fragment is the route: deep links work on any static server. */
import { signal, type ReadonlySignal } from '@preact/signals';

export type Route =
  | { readonly page: 'wall' }
  | { readonly page: 'alerts' }
  | { readonly page: 'log' }
  | { readonly page: 'report' }
  | { readonly page: 'board' }
  | { readonly page: 'patient'; readonly patientId: string };

export function parseRoute(hash: string): Route {
  const [page, id] = hash.replace(/^#\/?/, '').split('/');
  if (page === 'log' || page === 'report' || page === 'board') return { page };
  if (page === 'alerts') return { page: 'alerts' };
  if (page === 'patients' && id) return { page: 'patient', patientId: decodeURIComponent(id) };
  return { page: 'wall' };
}

export const patientHref = (patientId: string): string => `#/patients/${encodeURIComponent(patientId)}`;

const current = signal<Route>(parseRoute(location.hash));
window.addEventListener('hashchange', () => {
  current.value = parseRoute(location.hash);
});

export const route: ReadonlySignal<Route> = current;
