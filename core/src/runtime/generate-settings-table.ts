/** `npm run generate:settings`: writes the settings into the README, between its two markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { configTable } from './config.ts';

const readme = new URL('../../../README.md', import.meta.url);
const marked = /<!-- settings -->[\s\S]*<!-- \/settings -->/;
const table = `<!-- settings -->\n\n${configTable()}\n\n<!-- /settings -->`;
writeFileSync(
  readme,
  readFileSync(readme, 'utf8').replace(marked, () => table),
);
