/** Light or dark: the system's choice unless the person at this screen made one. */
import { computed, effect, signal } from '@preact/signals';

export type Theme = 'system' | 'dark' | 'light';

const KEY = 'vitalwire.theme';
const kept = localStorage.getItem(KEY);

export const theme = signal<Theme>(kept === 'dark' || kept === 'light' ? kept : 'system');

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
  if (theme.value === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme.value);
});

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const systemScheme = signal(systemDark.matches ? 'dark' : 'light');
systemDark.addEventListener('change', ({ matches }) => {
  systemScheme.value = matches ? 'dark' : 'light';
});

/** What is really shown, for what is painted rather than styled. */
export const colorScheme = computed(() => (theme.value === 'system' ? systemScheme.value : theme.value));

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
