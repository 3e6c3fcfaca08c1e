import { writeFileSync } from 'node:fs';

/** Leaves the first test that failed in a file. What fails after it may only have been cut short. */
export default class FirstFailure {
  #failed;

  onTestCaseResult(test) {
    if (test.result().state !== 'failed') return;
    this.#failed ??= { file: test.module.relativeModuleId, name: test.fullName };
  }

  onTestRunEnd(modules, errors) {
    const broken = modules.find((module) => module.errors().length > 0);
    const isWhole = modules.length > 0 && !broken && errors.length === 0;
    writeFileSync('first-failure.json', JSON.stringify({ failed: this.#failed, isWhole }));
  }
}
