/** Light or dark: the system's choice unless the person at this screen made one. */
import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'dark' | 'light';

const KEY = 'vitalwire.theme';
const kept = localStorage.getItem(KEY);

export const theme = signal<Theme>(kept === 'dark' || kept === 'light' ? kept : 'system');

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
  if (theme.value === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme.value);
});

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'dark', dark: 'light', light: 'system' };

export function nextTheme(): void {
  theme.value = NEXT[theme.value];
}

/** A design token as a colour a canvas understands. */
export function colorOf(token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
