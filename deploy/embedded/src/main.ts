/** `npm start`: the whole of Vitalwire in one process, without any server. */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { COMPILE_CACHE } from '@vitalwire/core/runtime/compile-cache.ts';

// Before all else is loaded: after a crash, compiling stands between a patient and her alarm.
enableCompileCache(COMPILE_CACHE);
await import('./run.ts');
// Left to the exit, a process that is killed would have written nothing.
flushCompileCache();
