/**
 * A failure the person at the keyboard can act on: one clear line, and the code the command exits with.
 * 2 means the request or the machine's set-up is wrong and trying again cannot help; 1 means something failed
 * while running.
 */
export class EngineFailure extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineFailure';
    this.exitCode = exitCode;
  }
}
