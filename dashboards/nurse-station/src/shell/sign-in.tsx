import { useRef } from 'preact/hooks';
import type { Session } from '../session.ts';
import { SECONDARY_NOTICE } from './notice.ts';

export function SignIn({ session }: { readonly session: Session }) {
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const given = field.current?.value.trim() ?? '';
    // A whole station link may be pasted as well as the token in it.
    const token = /[#&]token=([^&\s]+)/.exec(given)?.[1] ?? given;
    if (token !== '') session.signIn(token);
  };
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit}>
        <h1>
          Vitalwire <span>nurse station</span>
        </h1>
        <p class="notice">{SECONDARY_NOTICE}</p>
        {session.notice.value !== undefined && (
          <p class="sign-in-reason" role="alert">
            {session.notice.value} Sign in again.
          </p>
        )}
        <label for="token">Station link or token</label>
        <input
          id="token"
          ref={field}
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          placeholder="Paste it here"
        />
        <button type="submit" class="button button-primary">
          Sign in
        </button>
        <p class="hint">
          You get the link from your ward's administrator; it is also printed when Vitalwire starts. It is
          kept in this tab only, and forgotten when the tab is closed.
        </p>
      </form>
    </main>
  );
}
