/** The program of the gateway's thread. */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { COMPILE_CACHE } from '@vitalwire/core/runtime/compile-cache.ts';

// A thread has a cache of its own to enable, before all else is loaded.
enableCompileCache(COMPILE_CACHE);
await import('./run.ts');
flushCompileCache();
