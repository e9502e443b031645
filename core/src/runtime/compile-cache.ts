import { fileURLToPath } from 'node:url';

/**
 * Where compiled code is kept between starts, of which stripping types and compiling is half the CPU. It lies with the code, for who may write
 * the one may write the other; where nobody may, nothing is kept.
 */
export const COMPILE_CACHE = fileURLToPath(
  new URL('../../../node_modules/.cache/vitalwire', import.meta.url),
);
