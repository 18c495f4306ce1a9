/** Why a run can't go on, in words for its owner. It ends the run as failed; anything else that is thrown is tried again. */
export class RunFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RunFailure";
    this.code = code;
  }
}
