/** `npm start`: the whole of Vitalwire in one process, without any server. */
import { fileURLToPath } from 'node:url';
import { enableCompileCache, flushCompileCache } from 'node:module';

/**
 * Stripping types and compiling is half of a start's CPU, and after a crash it stands between a patient and her alarm. The cache lies with the
 * code, for who may write the one may write the other; where nobody may, there is none.
 */
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/vitalwire', import.meta.url)));
await import('./run.ts');
// Left to the exit, a process that is killed would have written nothing.
flushCompileCache();
