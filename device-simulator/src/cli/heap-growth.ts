/** Of what the last full collection left: a tester of little garbage is allowed some 10 MiB by V8, and would have one every few seconds. */
export const HEAP_GROWTH_PERCENT = 200;
