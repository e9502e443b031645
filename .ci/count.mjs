// Adds up vitest's JSON reports and names what did not pass at once, last, where a reader of a cut log still sees it. A failed step that no
// test tells of counts as one failure.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const LINES_OF_A_REASON = 6;

const [failedSteps, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const path of reports) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // CI skips nothing.
  failed += report.numPendingTests + report.numTodoTests;
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.message) tell('FAILED', file.name, '(the file)', [file.message]);
    for (const test of file.assertionResults) {
      if (test.status !== 'passed')
        tell(test.status.toUpperCase(), file.name, test.fullName, test.failureMessages);
      else if (test.failureMessages.length > 0)
        tell('PASSED ON THE SECOND TRY', file.name, test.fullName, test.failureMessages);
    }
  }
}
if (Number(failedSteps) > 0 && failed === 0) failed = Number(failedSteps);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function tell(what, file, test, messages) {
  const lines = messages.join('\n').split('\n');
  const reason = lines.filter((line) => !line.includes('node_modules')).slice(0, LINES_OF_A_REASON);
  console.log(`\n${what}: ${relative('.', file)} > ${test}\n    ${reason.join('\n    ')}`);
}
