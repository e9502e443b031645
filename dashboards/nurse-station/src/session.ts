/** Who is signed in. The token lives in this tab alone, and never stays in the address bar. */
import { signal, type ReadonlySignal } from '@preact/signals';

const KEY = 'vitalwire.token';

export interface Session {
  readonly token: ReadonlySignal<string | undefined>;
  /** Why the sign-in page is shown, where it is not the first visit. */
  readonly notice: ReadonlySignal<string | undefined>;
  signIn(token: string): void;
  signOut(reason: string | undefined): void;
}

/** Takes `#token=…` out of the address, else what this tab kept. */
export function openSession(): Session {
  adoptFragment();
  const token = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined);
  const notice = signal<string | undefined>(undefined);
  window.addEventListener('hashchange', () => {
    if (adoptFragment()) token.value = sessionStorage.getItem(KEY) ?? undefined;
  });
  return {
    token,
    notice,
    signIn(given) {
      sessionStorage.setItem(KEY, given);
      notice.value = undefined;
      token.value = given;
    },
    signOut(reason) {
      sessionStorage.removeItem(KEY);
      notice.value = reason;
      token.value = undefined;
    },
  };
}

function adoptFragment(): boolean {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null || given === '') return false;
  sessionStorage.setItem(KEY, given);
  history.replaceState(null, '', location.pathname + location.search);
  return true;
}

/** The name the token was made out to, for the corner of the screen; not a proof of anything. */
export function nameIn(token: string): string | undefined {
  try {
    const payload = token.split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown };
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}
