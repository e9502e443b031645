// Adds up vitest's JSON reports; a failed step that no test tells of counts as one failure.
import { readFileSync } from 'node:fs';

const [failedSteps, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const path of reports) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // CI skips nothing.
  failed += report.numPendingTests + report.numTodoTests;
}
if (Number(failedSteps) > 0 && failed === 0) failed = Number(failedSteps);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
